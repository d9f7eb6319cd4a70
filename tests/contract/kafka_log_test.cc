// The log on Kafka keeps the port's contract, on a real broker: DIALIN_TEST_KAFKA names it (script/test starts one).

#include <unistd.h>

#include <cstdlib>

#include "contract/event_log_suite.h"
#include "infra/log/kafka/kafka_log.h"
#include "infra/log/kafka/topic.h"
#include "infra/log/support.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::contract {
namespace {

constexpr std::chrono::seconds kLeadsWithin{20};

std::string brokers() {
  const char* named = std::getenv("DIALIN_TEST_KAFKA");
  if (named == nullptr) throw std::runtime_error("DIALIN_TEST_KAFKA must name a broker: script/kafka start prints it");
  return named;
}

std::string new_topic() {
  static int count = 0;
  return "contract-" + std::to_string(::getpid()) + "-" + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()) +
         "-" + std::to_string(++count);
}

class KafkaHome : public LogHome {
 public:
  KafkaHome() : around_(files_) {
    connection_.brokers = brokers();
    connection_.topic = new_topic();
    auto founded = log::kafka::found_log(connection_, 0, {clock_, around_.random, around_.codec, around_.telemetry});
    if (!founded) throw std::runtime_error(founded.error().text);
  }

  std::unique_ptr<EventLog> open() override {
    log::kafka::KafkaLogOptions options;
    options.connection = connection_;
    options.dir = dir();
    options.segment_bytes = 64 * 1024;
    auto opened = log::kafka::KafkaLog::open(options, {files_, clock_, around_.random, around_.codec, around_.telemetry});
    if (!opened) throw std::runtime_error(opened.error().text);
    (*opened)->elect(true);
    if (!(*opened)->wait_to_lead(kLeadsWithin)) throw std::runtime_error("it does not lead: " + (*opened)->standing().why);
    return std::move(*opened);
  }

  void crash(std::unique_ptr<EventLog> log) override {
    const std::string before = dir();
    ++lives_;
    log::copy_dir(before, dir());
    log.reset();
  }

  const Codec& codec() const override { return around_.codec; }
  int openings() const override { return 10; }  // a second each

 private:
  std::string dir() const { return temporary_.path("log" + std::to_string(lives_)); }

  log::TemporaryDir temporary_;
  log::PosixFiles files_;
  log::Surroundings around_;
  telemetry::SystemClock clock_;  // the broker's stamps are compared with it
  log::kafka::Connection connection_;
  int lives_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Kafka, EventLogSuite, testing::Values(LogHomeMaker{"kafka", [] { return std::make_unique<KafkaHome>(); }}),
                         name_of_home);

}  // namespace
}  // namespace dialin::contract
