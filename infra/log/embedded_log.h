#pragma once
// The embedded log: EventLog on a chain file in a directory, with one writer process. Append, fdatasync, done.
//
// append() and its callback run on the writer's thread, synchronously. Readers are independent: they open segments themselves and see
// only what is durable. An fdatasync that fails ends the process (exit status 3): the page cache can no longer be believed.
// Counts groups, records, failures and the time of appends itself (domain/telemetry.h).

#include <chrono>
#include <memory>
#include <string>

#include "domain/codec.h"
#include "domain/event_log.h"
#include "domain/instant.h"
#include "domain/secrets.h"
#include "domain/telemetry.h"
#include "infra/log/file_layer.h"
#include "infra/log/open_failure.h"

namespace dialin::log {

struct EmbeddedOptions {
  std::string dir;                               ///< created when missing
  std::size_t segment_bytes = 64 * 1024 * 1024;  ///< of each segment file, zero-filled ahead; the first ones are shorter
  std::string node = "embedded";                 ///< said in the `opened` record
  std::string url;                               ///< likewise
  std::chrono::milliseconds idle{50};            ///< without an append, before the synced mark is written
};

class EmbeddedLog : public EventLog {
 public:
  using Failure = OpenFailure;
  /// All must outlive the log.
  struct Ports {
    FileLayer& files;  ///< PosixFiles (posix_files.h), but for tests
    const Clock& clock;
    const Random& random;
    const Codec& codec;
    Telemetry& telemetry;
  };
  /// Locks and proves the end. To be read, for whoever wants to look before anything is written: append() waits for lead().
  static Result<std::unique_ptr<EmbeddedLog>, Failure> find(const EmbeddedOptions& options, Ports ports);
  /// Cuts a torn tail, founds an empty log, completes a half move, appends `opened`. Once; after a failure the log is of no more use.
  virtual Result<void, Failure> lead() = 0;

  /// find() and lead() in one.
  static Result<std::unique_ptr<EmbeddedLog>, Failure> open(const EmbeddedOptions& options, Ports ports);
};

}  // namespace dialin::log
