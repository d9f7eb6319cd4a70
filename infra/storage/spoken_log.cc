#include "infra/storage/spoken_log.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <unordered_map>

namespace dialin::storage {
namespace {

constexpr std::size_t kLineBytesMax = 1024;
constexpr std::chrono::seconds kWarningsApart{10};

class SpokenLog : public rocksdb::Logger {
 public:
  explicit SpokenLog(std::function<void(std::string_view)> say) : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), say_(std::move(say)) {}

  using Logger::Logv;
  // What has no level of its own passes every level, but is not worth a line: RocksDB's options, page after page.
  void Logv(const char*, va_list) override {}
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list values) override {
    if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return;
    if (level == rocksdb::InfoLogLevel::WARN_LEVEL && !is_due(format)) return;
    std::array<char, kLineBytesMax> line;
    const int length = std::vsnprintf(line.data(), line.size(), format, values);
    if (length > 0) say_({line.data(), std::min<std::size_t>(static_cast<std::size_t>(length), line.size() - 1)});
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Each place in RocksDB has a format of its own, a literal: there are no more of them than places.
  bool is_due(const char* format) {
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    const auto [told, is_new] = told_.try_emplace(format, now);
    if (!is_new && now - told->second < kWarningsApart) return false;
    told->second = now;
    return true;
  }

  std::mutex mutex_;
  std::unordered_map<const char*, Clock::time_point> told_;
  std::function<void(std::string_view)> say_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> log_to(std::function<void(std::string_view)> say) {
  return std::make_shared<SpokenLog>(std::move(say));
}

}  // namespace dialin::storage
