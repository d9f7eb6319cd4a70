#include "infra/storage/spoken_log.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace dialin::storage {
namespace {

constexpr std::size_t kLineBytesMax = 1024;

class SpokenLog : public rocksdb::Logger {
 public:
  explicit SpokenLog(std::function<void(std::string_view)> say) : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), say_(std::move(say)) {}

  using Logger::Logv;
  // What has no level of its own passes every level, but is not worth a line: RocksDB's options, page after page.
  void Logv(const char*, va_list) override {}
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list values) override {
    if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return;
    std::array<char, kLineBytesMax> line;
    const int length = std::vsnprintf(line.data(), line.size(), format, values);
    if (length > 0) say_({line.data(), std::min<std::size_t>(static_cast<std::size_t>(length), line.size() - 1)});
  }

 private:
  std::function<void(std::string_view)> say_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> log_to(std::function<void(std::string_view)> say) {
  return std::make_shared<SpokenLog>(std::move(say));
}

}  // namespace dialin::storage
