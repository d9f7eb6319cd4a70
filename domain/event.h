#pragma once
// What happened to a config: a fact as `decide` makes it and the log's JSON value carries it (contract.md, "Events on the log").
// Place, time and chain are not in here: they are the record's (record.h).

#include <memory>
#include <optional>
#include <string>

#include "domain/config.h"
#include "domain/trace.h"

namespace dialin {

enum class EventName : std::uint8_t { created, updated, deleted };
/// `ConfigCreated`, `ConfigUpdated`, `ConfigDeleted`.
std::string_view name_of(EventName name);
/// The record type: `dialin.config.created.v1` and so on.
std::string_view record_type_of(EventName name);
/// Whether a record of this type carries an event of a config. Others are the log's own, or of a later dialin.
bool is_event_type(std::string_view record_type);

/// A write's Idempotency-Key and what it was used for. Digests only: a caller's key may be a secret.
struct Idempotency {
  Bytes16 key{};      ///< first half of the SHA-256 of the key
  Bytes16 request{};  ///< first half of the SHA-256 of tenant, method, path, query, If-Match and body
  friend bool operator==(const Idempotency&, const Idempotency&) = default;
};
constexpr std::int64_t kIdempotencyRemembered_us = 24LL * 3600 * 1'000'000;

/// Self-contained: views are a function of the event and its record alone, without a look at what was before.
struct Event {
  EventName name = EventName::created;
  TenantId tenant;
  ConfigId config_id;
  Version version;
  Config config;        ///< whole state after; for a deletion, before
  PropertySet changed;  ///< of a creation all that is set, of a deletion all that was
  Config before;        ///< the changed properties as they were; empty for a creation
  /// Of the config's first event. Not set in a config's very first event, whose record says it.
  std::optional<Instant> created_at;
  std::optional<Sequence> created_sequence;

  std::string actor;       ///< id of the API key
  std::string request_id;  ///< X-Request-Id of the call
  TraceRef trace;          ///< of the call; null: none
  std::optional<Idempotency> idempotency;
  std::optional<ConfigId> moved_from;     ///< in the creation that ends a move
  std::shared_ptr<const Event> moved_to;  ///< in the deletion that begins a move: the creation that must follow, whole
  std::optional<Version> restored_from;

  /// A move is answered by its creation, so only that remembers the Idempotency-Key.
};

}  // namespace dialin
