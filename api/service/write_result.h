#pragma once
// What became of a write, before HTTP gives it a status.

#include <optional>
#include <string>
#include <string_view>

#include "domain/decide.h"

namespace dialin::service {

enum class WriteCode : std::uint8_t {
  stored,                ///< durable and applied here: `state`, `sequence`, `moved_from`
  replayed,              ///< the first answer to this Idempotency-Key again: as stored
  unchanged,             ///< nothing to do: `state`
  would_store,           ///< dry run: `state` as it would be (server-made values and times are not final)
  refused,               ///< `refusal`
  idempotency_running,   ///< the first request with this key is still in flight
  idempotency_mismatch,  ///< the key was used for another request
  unavailable,           ///< nothing was stored: `why`
  outcome_unknown,       ///< stored or not, or stored and not applied: `why`
};

struct WriteResult {
  WriteCode code = WriteCode::unavailable;
  std::optional<ConfigState> state;  ///< after; of a deletion with `deleted` set
  std::optional<ConfigId> moved_from;
  Sequence sequence;  ///< the log position the answer reflects
  Refusal refusal;
  std::string why;
};

/// Ends what is said of an outcome that nobody knows.
constexpr std::string_view kRetryWithKey = "; retry with the same Idempotency-Key to learn it";
/// Said instead of "nothing was stored" where the key that was named may stand for something stored before.
std::string unknown_of_key(std::string_view why);

}  // namespace dialin::service
