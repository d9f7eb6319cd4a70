#pragma once
// Takes a key off a key ring, if it is certain that nobody will miss it: what was sealed with it would be lost for good. Main thread.

#include <chrono>
#include <string>

#include "api/cli/options/keyring_options.h"
#include "domain/result.h"

namespace dialin::cli {

/// A key that sealed until so shortly ago may still be at it: in a server that has yet to see the rotation, in a write that is on its way
/// to the log. The log is asked only afterwards.
constexpr std::chrono::seconds kSealsNoMoreAfter{10};
/// Likewise on Kafka, where a record that is in flight may land until its producer gives it up, half a minute later.
constexpr std::chrono::seconds kSealsNoMoreOnKafkaAfter{60};

struct NotRemoved {
  int status;  ///< an Exit
  std::string text;
};
/// Refuses the key that seals, the one of fingerprints, any that a secret of the log was sealed with, and whenever the log cannot be read
/// to its end or is not the one that this ring was used for. Waits for as long at most, then reads the whole log.
Result<void, NotRemoved> remove_key(const KeyringOptions& options);

}  // namespace dialin::cli
