#pragma once
// Reading an open database, as it is now or as it was at a snapshot.

#include "domain/view_store.h"
#include "infra/storage/database.h"

namespace rocksdb {
class Snapshot;
}

namespace dialin::storage {

/// `at` null: the newest state. Neither is owned. In a family that the database does not have nothing is found.
bool get(const Database& database, const rocksdb::Snapshot* at, Family family, std::string_view key, std::string& value);
std::unique_ptr<ViewCursor> cursor(const Database& database, const rocksdb::Snapshot* at, Family family, std::string_view prefix);

/// Takes a snapshot now and lets go of it at the end.
std::unique_ptr<ViewReader> snapshot_reader(const Database& database);

}  // namespace dialin::storage
