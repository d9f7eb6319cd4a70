#include "infra/storage/status.h"

#include <rocksdb/status.h>

#include "domain/store_is_full.h"

namespace dialin::storage {

StoreError store_error(const rocksdb::Status& status) {
  return status.IsNoSpace() ? StoreError::no_space : StoreError::failed;
}

void require_ok(const rocksdb::Status& status, const std::string& doing) {
  if (status.ok()) return;
  const std::string said = doing + ": " + status.ToString();
  if (status.IsNoSpace()) throw StoreIsFull(said);
  throw StoreFailure(said);
}

}  // namespace dialin::storage
