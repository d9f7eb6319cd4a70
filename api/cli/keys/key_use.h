#pragma once
// Which keys of a key ring the secrets of a log were sealed with, told by the log itself: an old event is read for ever, and so is the
// secret in it. Main thread.

#include <cstdint>
#include <map>
#include <string>

#include "api/cli/options/audit_options.h"
#include "domain/event.h"
#include "domain/result.h"

namespace dialin::cli {

struct KeyUse {
  std::uint64_t records = 0;  ///< that hold a secret sealed with it
  Sequence first, last;
};
class KeyUses {
 public:
  void see(Sequence sequence, const Event& event);
  /// Null: nothing was sealed with it.
  const KeyUse* of(const std::string& key_id) const;
  const std::map<std::string, KeyUse>& all() const { return uses_; }

 private:
  void add(Sequence sequence, const std::optional<Sealed>& secret);
  std::map<std::string, KeyUse> uses_;
};

/// Why a log could not be read to its end.
struct UnreadLog {
  int status;  ///< an Exit
  std::string text;
};
/// Reads and proves the whole log.
Result<KeyUses, UnreadLog> uses_of_keys(const LogOptions& options);

}  // namespace dialin::cli
