#pragma once
// What RocksDB says, in this house's words.

#include <string>

#include "domain/view_store.h"

namespace rocksdb {
class Status;
}

namespace dialin::storage {

StoreError store_error(const rocksdb::Status& status);
/// Throws StoreFailure, StoreIsFull for want of room, which says what was being done, unless `status` is OK.
void require_ok(const rocksdb::Status& status, const std::string& doing);

}  // namespace dialin::storage
