#include "infra/storage/status.h"

#include <rocksdb/status.h>

#include <cerrno>
#include <system_error>

#include "domain/store_is_full.h"

namespace dialin::storage {
namespace {

/// RocksDB knows the errno of a full disk only; that of a quota is in the text.
bool is_full(const rocksdb::Status& status) {
  static const std::string kQuotaUsed = std::generic_category().message(EDQUOT);
  return status.IsNoSpace() || (status.IsIOError() && status.ToString().find(kQuotaUsed) != std::string::npos);
}

}  // namespace

StoreError store_error(const rocksdb::Status& status) {
  return is_full(status) ? StoreError::no_space : StoreError::failed;
}

void require_ok(const rocksdb::Status& status, const std::string& doing) {
  if (status.ok()) return;
  const std::string said = doing + ": " + status.ToString();
  if (is_full(status)) throw StoreIsFull(said);
  throw StoreFailure(said);
}

}  // namespace dialin::storage
