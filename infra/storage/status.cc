#include "infra/storage/status.h"

#include <rocksdb/status.h>

namespace dialin::storage {

StoreError store_error(const rocksdb::Status& status) {
  return status.IsNoSpace() ? StoreError::no_space : StoreError::failed;
}

void require_ok(const rocksdb::Status& status, const std::string& doing) {
  if (!status.ok()) throw StoreFailure(doing + ": " + status.ToString());
}

}  // namespace dialin::storage
