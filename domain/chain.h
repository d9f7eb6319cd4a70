#pragma once
// The chain rule: what makes a list of records one history that nobody can rewrite unseen. Pure; any thread.

#include "domain/record.h"

namespace dialin {

/// SHA-256 over seven fields, each with its length in front (32 bits, little-endian): previous id (32 bytes), sequence (8, little-endian),
/// type, tenant (16, or 0 when absent), config id (16 or 0), time (8, little-endian microseconds), value. `record.id` is not looked at.
RecordId chain_id(const Record& record);

/// Where a chain ends. The default is the empty chain.
struct Tail {
  Sequence sequence;
  RecordId id;
  Instant time;
  friend bool operator==(const Tail&, const Tail&) = default;
};
inline Tail tail_of(const Record& record) {
  return {record.sequence, record.id, record.time};
}

enum class Link : std::uint8_t {
  next,    ///< extends the chain
  stray,   ///< its previous id is not the tail: not ours, skip it
  poison,  ///< its previous id is the tail's, but hash, sequence or time are wrong: nothing behind it can be believed
};
struct LinkCheck {
  Link link;
  std::string_view fault;  ///< of poison: what is wrong, static text; else empty
};
LinkCheck check_link(const Tail& tail, const Record& record);

/// Makes `record` the successor of `tail`: sets sequence, previous and id. Its time must already be later than the tail's.
void chain_after(const Tail& tail, Record& record);

}  // namespace dialin
