#pragma once
// What a log's keeper says and signs now and then: at this time the chain ended with this record. Who keeps it can tell later whether the
// log up to there is still the same. Pure; any thread.
//
// As text it has the lines of a C2SP tlog-checkpoint (origin, size, base64 of a hash, extension), each ended by a line feed:
//   dialin/log/<log id>
//   <sequence>
//   <base64 of the record's id>
//   time <RFC 3339 of the signing>
// The hash is the head of a chain and not the root of a Merkle tree: it proves the same about the past, but only to who reads all of it.

#include <string>
#include <string_view>

#include "domain/ids.h"
#include "domain/instant.h"
#include "domain/result.h"

namespace dialin {

/// Why a text is no checkpoint. Static text.
struct NotACheckpoint {
  std::string_view why;
};

struct Checkpoint {
  LogId log;
  Sequence sequence;  ///< at least 1
  RecordId id;        ///< of the record with this sequence
  Instant time;       ///< of the signing

  std::string text() const;
  /// Only what text() gives: one spelling for each checkpoint.
  static Result<Checkpoint, NotACheckpoint> parse(std::string_view text);
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

}  // namespace dialin
