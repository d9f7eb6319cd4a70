#pragma once
// Opens what lies in a data directory: DATA/log, and DATA/views in step with it. Main thread, before anything is served.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/cli/serve/node.h"
#include "domain/secrets.h"
#include "infra/log/embedded_log.h"
#include "infra/log/kafka/kafka_log.h"
#include "projections/open_views.h"

namespace dialin::cli {

struct OpenStore {
  std::unique_ptr<EventLog> log;
  log::kafka::KafkaLog* shared = nullptr;  ///< `log`, when it is on Kafka: it follows, and leads once it is elected
  projections::OpenViews views;
  std::unique_ptr<log::Lock> kept_from_writers = {};  ///< of a directory that is only read
};

/// How views are stored: on RocksDB, whose warnings go to `telemetry`.
projections::ViewStores view_stores(Telemetry& telemetry);

/// What is wrong when a secret of the log was sealed with a key that `secrets` lacks: said by key id. Any thread; throws StoreFailure.
std::optional<std::string> missing_key(const Secrets& secrets, const ViewReader& views);

/// Founds a log in an empty directory, but not beside views that stand for one. Refuses when the views cannot be trusted, and when
/// `secrets` lacks a key that sealed any secret of the log: that is said by key id now, and not at the first call that needs it. A refusal
/// for what the views say, as they were found, has changed nothing in the log; what only shows while they are brought up to its end comes
/// after the opening was appended.
Result<OpenStore, CannotServe> open_store(const std::string& data, const log::EmbeddedLog::Ports& ports, const Secrets& secrets);

/// On Kafka: follows the log there, catches up to its end, and brings the views into step. As long as Kafka does not answer it tries again,
/// and tells `waits` what for. Keeps neither function.
Result<OpenStore, CannotServe> open_shared_store(const std::string& data, const log::kafka::KafkaLogOptions& options,
                                                 const log::kafka::KafkaLog::PrepareCopy& prepare_copy,
                                                 const log::EmbeddedLog::Ports& ports, const Secrets& secrets,
                                                 const std::function<void(const std::string&)>& waits);

}  // namespace dialin::cli
