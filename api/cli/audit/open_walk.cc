#include "api/cli/audit/open_walk.h"

#include <filesystem>

#include "infra/codec/json_codec.h"
#include "infra/log/durable_end.h"
#include "infra/log/kafka/copy.h"
#include "infra/log/kafka/topic_walk.h"

namespace dialin::cli {

Result<std::unique_ptr<log::LogWalk>, log::OpenFailure> open_walk(const LogOptions& options, log::FileLayer& files, Telemetry& telemetry,
                                                                  Sequence after, Until until) {
  if (options.kafka) {
    return log::kafka::walk_topic({options.kafka->brokers, options.kafka->topic, options.kafka->properties}, codec::JsonCodec(), telemetry,
                                  after);
  }
  const std::string dir = options.data + "/log";
  if (!std::filesystem::is_directory(dir)) return log::OpenFailure{log::OpenError::failed, "there is no log in " + dir};
  if (until == Until::written || log::kafka::is_copy(dir)) return log::walk_directory(files, dir, after);
  const auto end = log::durable_end(files, dir);
  // Damage is for the walk to come to, which names the first of it and gives all that is sound before.
  if (!end && end.error().code != log::OpenError::poison) return end.error();
  return log::walk_directory(files, dir, after, end ? std::optional(end->tail.sequence) : std::nullopt);
}

}  // namespace dialin::cli
