#include <iostream>

#include "api/cli/command.h"
#include "api/cli/options/options.h"
#include "api/cli/terminal/output.h"
#include "infra/codec/json_codec.h"
#include "infra/crypto/system_random.h"
#include "infra/log/kafka/topic.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::cli {

int run_init(const std::vector<std::string>& arguments) {
  const auto parsed = read_init_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<InitOptions>(parsed);
  telemetry::PrometheusTelemetry telemetry({.version = std::string(version()), .level = Level::warning, .json_lines = false});
  const telemetry::SystemClock clock;
  const crypto::SystemRandom random;
  const codec::JsonCodec codec;
  const auto founded = log::kafka::found_log({options.kafka.brokers, options.kafka.topic, options.kafka.properties}, options.replication,
                                             {clock, random, codec, telemetry});
  if (!founded) {
    std::cerr << "dialin init: " << founded.error().text << '\n';
    return kCouldNotRun;
  }
  std::cerr << "topic " << options.kafka.topic
            << (founded->existed ? " holds this log already; it is left alone\n" : " holds a new log; its nodes can be started\n");
  return print("dialin init", founded->log.text() + "\n", founded->existed ? kNotSo : kDone);
}

}  // namespace dialin::cli
