#pragma once
// RocksDB's own log, without a file. On a full disk the file would be the first thing that cannot be written, and Debian's RocksDB, which
// is built with assertions, ends the process at the second try.

#include <functional>
#include <memory>
#include <string_view>

namespace rocksdb {
class Logger;
}

namespace dialin::storage {

/// Hands warnings and errors on, a line each and bounded in length, from any thread; drops the rest. A warning that is repeated is handed
/// on again after 10 s: a full disk is warned of several times a second.
std::shared_ptr<rocksdb::Logger> log_to(std::function<void(std::string_view line)> say);

}  // namespace dialin::storage
