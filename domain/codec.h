#pragma once
// Port: how events and configs become JSON and back. Implemented by infra/codec; stateless, any thread.
// All output is appended to `out`, minimal JSON without white space, properties in the order of the contract.

#include <optional>
#include <string>
#include <string_view>

#include "domain/config.h"
#include "domain/event.h"
#include "domain/record.h"
#include "domain/result.h"

namespace dialin {

/// Why a record's value is not an event. Static text.
struct NotAnEvent {
  std::string_view why;
};

/// The answer of a GET, but for the secret: bytes up to `hole` go before the clear hmac (base64 text, between its quotes), the rest after
/// it.
struct Answer {
  std::string json;
  std::size_t hole = 0;  ///< 0: the config has no hmac
};

class Codec {
 public:
  virtual ~Codec() = default;

  /// The log's JSON value of `event` (contract.md, "Events on the log"; docs/asyncapi.json).
  virtual void encode(const Event& event, std::string& out) const = 0;
  /// Unknown fields are passed over. Tenant and config id come from the record. Only for `dialin.config.*` types.
  virtual Result<Event, NotAnEvent> decode(const Record& record) const = 0;

  /// Values of the log's own records; decoding gives nothing for what is not one.
  virtual void encode(const LogCreated& created, std::string& out) const = 0;
  virtual void encode(const LogOpened& opened, std::string& out) const = 0;
  virtual std::optional<LogCreated> decode_created(const Record& record) const = 0;
  virtual std::optional<LogOpened> decode_opened(const Record& record) const = 0;

  /// `{"id","type","config":{…},"version","created_at","updated_at"}`, with `,"moved_from"` for the answer of a move. Unset properties are
  /// left out, but for a pin config's `"sip_uri":null`.
  virtual Answer answer(const ConfigState& state, const std::optional<ConfigId>& moved_from) const = 0;

  /// The event as REST and SSE show it (contract.md): `{"sequence","event_id","name",…,"changes":[{"property","from","to"}]}`; hmac as its
  /// fingerprint.
  virtual void show(const Record& record, const Event& event, std::string& out) const = 0;

  /// What became of a config between two of its events, of which either may be the older one, as the states after them differ:
  /// `{"config_id","type","from":{"version","sequence","time","name"},"to":{…},"changes":[…]}`. After a deletion nothing is set.
  virtual void compare(const Record& from_record, const Event& from, const Record& to_record, const Event& to, std::string& out) const = 0;
};

}  // namespace dialin
