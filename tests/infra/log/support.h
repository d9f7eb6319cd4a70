#pragma once
// What the tests of the chain file stand on: a directory of their own, a clock that does not move by itself, and the real codec.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "infra/codec/json_codec.h"
#include "infra/crypto/system_random.h"
#include "infra/log/embedded_log.h"
#include "infra/log/posix_files.h"

namespace dialin::log {

/// Removed with all that is in it.
class TemporaryDir {
 public:
  TemporaryDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dialin_log_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;
  ~TemporaryDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// Stands still, so that the times on the chain are the rule's work (each later than the one before), not the clock's.
class StandingClock : public Clock {
 public:
  Instant now() const override { return {1'700'000'000'000'000}; }
};

/// Counts nothing and keeps what was said.
class KeptLines : public Telemetry {
 public:
  void say(Level, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  }
  void add(Counter counter, std::uint64_t amount) override {
    const std::lock_guard lock(mutex_);
    if (counter == Counter::log_append_failures) failures_ += amount;
    if (counter == Counter::events_appended) appended_ += amount;
  }
  void set(Gauge, double) override {}
  void observe(Histogram, double) override {}
  void answered(const AnsweredRequest&) override {}
  std::string expose() const override { return {}; }

  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  std::uint64_t failures() const { return failures_; }
  std::uint64_t appended() const { return appended_; }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::uint64_t failures_ = 0;
  std::uint64_t appended_ = 0;
};

/// The ports of an embedded log, on `files`.
struct Surroundings {
  explicit Surroundings(FileLayer& layer) : files(layer) {}
  EmbeddedLog::Ports ports() { return {files, clock, random, codec, telemetry}; }
  Result<std::unique_ptr<EmbeddedLog>, OpenFailure> open(const EmbeddedOptions& options) { return EmbeddedLog::open(options, ports()); }

  FileLayer& files;
  StandingClock clock;
  crypto::SystemRandom random;
  codec::JsonCodec codec;
  KeptLines telemetry;
};

/// Never idle: no mark is written but at the stop, so that what is on the disk depends on the test alone.
constexpr std::chrono::hours kNeverIdle{1};

inline EmbeddedOptions small_segments(const std::string& dir, std::size_t bytes = 16 * 1024) {
  EmbeddedOptions options;
  options.dir = dir;
  options.segment_bytes = bytes;
  options.idle = kNeverIdle;
  return options;
}

/// Records behind `end`, one for each size of a value.
inline std::vector<Record> records_after(const Tail& end, const std::vector<std::size_t>& value_sizes) {
  std::vector<Record> records;
  Instant time = end.time;
  for (const std::size_t size : value_sizes) {
    Record record;
    record.type = "dialin.config.updated.v1";
    record.tenant = TenantId{{1, 2, 3}};
    record.config = ConfigId{{4, 5, 6}};
    record.time = time = {time.us + 1};
    record.value = std::string(size, static_cast<char>('a' + size % 26));
    records.push_back(std::move(record));
  }
  return records;
}

/// What append() answered; the embedded log answers before it returns.
inline Result<Tail, LogError> append(EventLog& log, std::vector<Record>& records) {
  Result<Tail, LogError> answer = LogError::unknown;
  log.append(records, [&](Result<Tail, LogError> result) { answer = result; });
  return answer;
}
inline Result<Tail, LogError> append(EventLog& log, const std::vector<std::size_t>& value_sizes) {
  auto records = records_after(log.end(), value_sizes);
  return append(log, records);
}

inline std::string file_content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A log that is killed now: the directory as the page cache has it.
inline void copy_dir(const std::string& from, const std::string& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

}  // namespace dialin::log
