#include "api/cli/open_walk.h"

#include <filesystem>

#include "infra/codec/json_codec.h"
#include "infra/log/kafka/topic_walk.h"

namespace dialin::cli {

Result<std::unique_ptr<log::LogWalk>, log::OpenFailure> open_walk(const LogOptions& options, log::FileLayer& files, Telemetry& telemetry,
                                                                  Sequence after) {
  if (options.kafka) {
    return log::kafka::walk_topic({options.kafka->brokers, options.kafka->topic, options.kafka->properties}, codec::JsonCodec(), telemetry,
                                  after);
  }
  const std::string dir = options.data + "/log";
  if (!std::filesystem::is_directory(dir)) return log::OpenFailure{log::OpenError::failed, "there is no log in " + dir};
  return log::walk_directory(files, dir, after);
}

}  // namespace dialin::cli
