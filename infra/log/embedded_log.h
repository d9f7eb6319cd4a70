#pragma once
// The embedded log: EventLog on a chain file in a directory, with one writer process. Append, fdatasync, done.
//
// append() and its callback run on the writer's thread, synchronously. Readers are independent: they open segments themselves and see
// only what is durable. An fdatasync that fails ends the process: the page cache can no longer be believed.

#include <memory>
#include <string>

#include "domain/codec.h"
#include "domain/event_log.h"
#include "domain/instant.h"
#include "domain/secrets.h"
#include "domain/telemetry.h"
#include "infra/log/file_layer.h"

namespace dialin::log {

enum class OpenError : std::uint8_t {
  locked,    ///< another process has it
  poison,    ///< a record below the synced mark is wrong
  no_space,
  failed,    ///< anything else of the file system
};

struct EmbeddedOptions {
  std::string dir;                                ///< created when missing
  std::size_t segment_bytes = 64 * 1024 * 1024;   ///< of each segment file, zero-filled ahead
  std::string node = "embedded";                  ///< said in the `opened` record
  std::string url;                                ///< likewise
};

class EmbeddedLog : public EventLog {
 public:
  struct Failure {
    OpenError code;
    std::string text;  ///< a sentence for the operator: which file, where, what
  };
  struct Ports {
    FileLayer& files;
    const Clock& clock;
    const Random& random;
    const Codec& codec;
    Telemetry& telemetry;
  };
  /// Locks, checks the end, cuts a torn tail, founds an empty directory, completes a half move, appends `opened`.
  static Result<std::unique_ptr<EmbeddedLog>, Failure> open(const EmbeddedOptions& options, Ports ports);
};

}  // namespace dialin::log
