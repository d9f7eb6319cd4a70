// The embedded log keeps the port's contract.

#include "contract/event_log_suite.h"
#include "infra/log/verified.h"
#include "support.h"

namespace dialin::contract {
namespace {

class EmbeddedHome : public LogHome {
 public:
  explicit EmbeddedHome(std::size_t segment_bytes) : segment_bytes_(segment_bytes), around_(files_) {}

  std::unique_ptr<EventLog> open() override {
    auto options = log::small_segments(dir(), segment_bytes_);
    options.idle = std::chrono::milliseconds(2);
    auto opened = around_.open(options);
    if (opened) return std::move(*opened);
    throw std::runtime_error(opened.error().text);
  }

  void crash(std::unique_ptr<EventLog> log) override {
    const std::string before = dir();
    ++lives_;
    log::copy_dir(before, dir());
    log.reset();
  }

  const Codec& codec() const override { return around_.codec; }

 private:
  std::string dir() const { return temporary_.path("log" + std::to_string(lives_)); }

  const std::size_t segment_bytes_;
  log::TemporaryDir temporary_;
  log::PosixFiles files_;
  log::Surroundings around_;
  int lives_ = 0;
};

LogHomeMaker home_with(const char* name, std::size_t segment_bytes) {
  return {name, [segment_bytes] { return std::make_unique<EmbeddedHome>(segment_bytes); }};
}

// Short segments put a boundary nearly everywhere; groups longer than one get a longer one.
INSTANTIATE_TEST_SUITE_P(Embedded, EventLogSuite,
                         testing::Values(home_with("one_segment", 4 * 1024 * 1024), home_with("short_segments", 4 * 1024)), name_of_home);

}  // namespace
}  // namespace dialin::contract
