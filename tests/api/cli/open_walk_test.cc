// What commands read of a log that a server is writing.

#include "api/cli/audit/open_walk.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "api/cli/temp_dir.h"
#include "infra/codec/json_codec.h"
#include "infra/crypto/system_random.h"
#include "infra/log/embedded_log.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::test {
namespace {

/// The disk on which nothing can be made durable.
class FailingSync : public log::PosixFiles {
 public:
  Result<std::unique_ptr<log::File>, log::Errno> open(const std::string& path, Mode mode) override {
    auto opened = PosixFiles::open(path, mode);
    if (!opened) return opened.error();
    return std::unique_ptr<log::File>(std::make_unique<Unsynced>(std::move(*opened)));
  }

 private:
  struct Unsynced : log::File {
    explicit Unsynced(std::unique_ptr<log::File> real) : file(std::move(real)) {}
    Result<std::size_t, log::Errno> read(char* out, std::size_t size, std::uint64_t offset) const override {
      return file->read(out, size, offset);
    }
    Result<std::uint64_t, log::Errno> size() const override { return file->size(); }
    log::Errno write(std::string_view bytes, std::uint64_t offset) override { return file->write(bytes, offset); }
    log::Errno sync() override { return log::Errno::of(EIO); }
    log::Errno reserve(std::uint64_t size) override { return file->reserve(size); }
    std::unique_ptr<log::File> file;
  };
};

/// A log whose marks are not written as long as it is open: what it appends is known to be durable to nobody else.
struct OpenWalk : testing::Test {
  OpenWalk() {
    log::EmbeddedOptions options;
    options.dir = dir.path("log");
    options.idle = std::chrono::hours(1);
    options_of_log.data = dir.path("");
    log = std::move(*log::EmbeddedLog::open(options, {files, clock, random, codec, telemetry}));
    append(3);
  }
  void append(int count) {
    std::vector<Record> records(static_cast<std::size_t>(count));
    Instant time = log->end().time;
    for (Record& record : records) {
      record.type = "dialin.config.updated.v1";
      record.time = time = {time.us + 1};
      record.value = "{}";
    }
    records.front().previous = log->end().id;
    log->append(records, [](const auto& answer) { EXPECT_TRUE(answer); });
  }
  Result<std::unique_ptr<log::LogWalk>, log::OpenFailure> open(log::FileLayer& layer, cli::Until until) {
    return cli::open_walk(options_of_log, layer, telemetry, {}, until);
  }
  /// The last record that it gives, and stays at.
  static Tail last_of(log::LogWalk& walk) {
    Record record;
    while (walk.next(record) == log::LogWalk::Step::record) continue;
    EXPECT_EQ(walk.next(record), log::LogWalk::Step::end) << walk.fault().text;
    return walk.tail();
  }

  const TempDir dir;
  log::PosixFiles files;
  telemetry::SystemClock clock;
  crypto::SystemRandom random;
  codec::JsonCodec codec;
  telemetry::PrometheusTelemetry telemetry{{.version = "test", .level = Level::error}};
  cli::LogOptions options_of_log;
  std::unique_ptr<log::EmbeddedLog> log;
};

TEST_F(OpenWalk, what_is_durable_ends_where_the_log_ended_when_it_was_opened) {
  const Tail then = log->tail();
  const auto durable = open(files, cli::Until::durable);
  const auto written = open(files, cli::Until::written);
  ASSERT_TRUE(durable && written);
  append(2);
  EXPECT_EQ(last_of(**durable), then);
  EXPECT_FALSE((*durable)->may_go_on());
  EXPECT_EQ(last_of(**written), log->tail());
}

TEST_F(OpenWalk, what_cannot_be_made_durable_is_not_given_as_if_it_were) {
  FailingSync disk;
  const auto refused = open(disk, cli::Until::durable);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, log::OpenError::failed) << refused.error().text;
  EXPECT_EQ(last_of(**open(disk, cli::Until::written)), log->tail());
}

}  // namespace
}  // namespace dialin::test
