// What is read from the log. The whole value is checked to be JSON before anything of it is believed.

#include <simdjson.h>

#include "domain/base64.h"
#include "infra/codec/json_codec.h"

namespace dialin::codec {
namespace {

namespace dom = simdjson::dom;

/// Parses into memory that belongs to the thread: what it returns is valid until the thread's next call. Nothing when `json` is no JSON
/// object.
std::optional<dom::object> parse_object(std::string_view json) {
  thread_local dom::parser parser;
  thread_local std::string padded;
  // The parser reads whole blocks, past the end of the text.
  padded.assign(json);
  padded.append(simdjson::SIMDJSON_PADDING, ' ');
  dom::object object;
  if (parser.parse(padded.data(), json.size(), false).get(object) != simdjson::SUCCESS) return std::nullopt;
  return object;
}

/// The members of an object, found fast when they are asked for in the order they stand in.
class Members {
 public:
  explicit Members(const dom::object& object) : begin_(object.begin()), end_(object.end()), next_(begin_) {}

  std::optional<dom::element> find(std::string_view name) {
    for (auto at = next_; at != end_; ++at) {
      if (at.key_equals(name)) return take(at);
    }
    for (auto at = begin_; at != next_; ++at) {
      if (at.key_equals(name)) return take(at);
    }
    return std::nullopt;
  }

 private:
  std::optional<dom::element> take(dom::object::iterator at) {
    next_ = at;
    ++next_;
    return at.value();
  }

  dom::object::iterator begin_, end_, next_;
};

/// Reads members and remembers the first thing that is wrong; once something is, everything else is skipped or read in vain.
class Reading {
 public:
  std::string_view fault() const { return fault_; }
  bool expect(bool holds, std::string_view why) {
    if (!holds && fault_.empty()) fault_ = why;
    return holds;
  }

  /// The text of a member, valid as long as the parsed value.
  std::optional<std::string_view> view(Members& members, std::string_view name, std::string_view why) {
    const auto element = members.find(name);
    std::string_view text;
    if (!element || !expect(element->get(text) == simdjson::SUCCESS, why)) return std::nullopt;
    return text;
  }
  std::optional<std::string> text(Members& members, std::string_view name, std::string_view why) {
    const auto found = view(members, name, why);
    return found ? std::optional<std::string>(*found) : std::nullopt;
  }
  /// A positive number.
  std::optional<std::uint64_t> number(Members& members, std::string_view name, std::string_view why) {
    const auto element = members.find(name);
    std::uint64_t number = 0;
    if (!element || !expect(element->get(number) == simdjson::SUCCESS && number > 0, why)) return std::nullopt;
    return number;
  }
  std::optional<dom::object> object(Members& members, std::string_view name, std::string_view why) {
    const auto element = members.find(name);
    dom::object object;
    if (!element || !expect(element->get(object) == simdjson::SUCCESS, why)) return std::nullopt;
    return object;
  }
  std::optional<ConfigId> config_id(Members& members, std::string_view name, std::string_view why) {
    const auto text = view(members, name, why);
    if (!text) return std::nullopt;
    const auto id = ConfigId::parse(*text);
    expect(id.has_value(), why);
    return id;
  }
  Bytes16 bytes16(Members& members, std::string_view name, std::string_view why) {
    Bytes16 bytes{};
    const auto text = view(members, name, why);
    expect(text && from_hex(*text, bytes.data(), bytes.size()), why);
    return bytes;
  }

  void event(Members& members, Event& event);

 private:
  void properties(Members& members, Config& config);
  std::optional<std::string> message(Members& members, std::string_view name, std::string_view why);
  Sealed seal(Members members);
  void state(Members& members, Event& event);
  void changed(Members& members, Event& event);
  void provenance(Members& members, Event& event);

  std::string_view fault_;
};

std::optional<std::string> Reading::message(Members& members, std::string_view name, std::string_view why) {
  const auto found = object(members, name, why);
  if (!found) return std::nullopt;
  Members inner(*found);
  auto message = text(inner, "message", why);
  expect(message.has_value(), why);
  return message;
}

Sealed Reading::seal(Members members) {
  Sealed seal;
  auto key_id = text(members, "key_id", "hmac.key_id is not a string");
  const auto box = view(members, "sealed", "hmac.sealed is not a string");
  auto fingerprint = text(members, "fingerprint", "hmac.fingerprint is not a string");
  if (!expect(key_id && box && fingerprint, "hmac lacks key_id, sealed or fingerprint")) return seal;
  auto bytes = from_base64(*box);
  std::array<std::uint8_t, 8> digits{};
  expect(bytes.has_value(), "hmac.sealed is not base64");
  expect(from_hex(*fingerprint, digits.data(), digits.size()), "hmac.fingerprint is not 16 hex digits");
  return {std::move(*key_id), std::move(bytes).value_or(""), std::move(*fingerprint)};
}

void Reading::properties(Members& members, Config& config) {
  if (const auto number = view(members, "phone_number", "phone_number is not a string")) {
    auto parsed = PhoneNumber::parse(*number);
    if (expect(parsed && parsed->text() == *number, "phone_number is not in normalised E.164")) config.phone_number = std::move(*parsed);
  }
  config.name_prefix = text(members, "name_prefix", "name_prefix is not a string");
  if (const auto hmac = object(members, "hmac", "hmac is not an object")) config.hmac = seal(Members(*hmac));
  config.room_creation_api = text(members, "room_creation_api", "room_creation_api is not a string");
  config.hold_music_url = text(members, "hold_music_url", "hold_music_url is not a string");
  config.timeout_message = message(members, "timeout_config", "timeout_config is not an object with a message");
  config.ivr_message = message(members, "ivr_greeting", "ivr_greeting is not an object with a message");
  config.sip_uri = text(members, "sip_uri", "sip_uri is not a string");
}

void Reading::changed(Members& members, Event& event) {
  const auto element = members.find("changed");
  dom::array names;
  if (!expect(element && element->get(names) == simdjson::SUCCESS, "changed is not an array")) return;
  for (const dom::element name : names) {
    std::string_view text;
    if (!expect(name.get(text) == simdjson::SUCCESS, "changed holds something else than names")) return;
    if (const auto property = property_named(text)) event.changed.add(*property);
  }
}

void Reading::state(Members& members, Event& event) {
  const auto name = view(members, "name", "name is not a string");
  if (name == name_of(EventName::created)) {
    event.name = EventName::created;
  } else if (name == name_of(EventName::updated)) {
    event.name = EventName::updated;
  } else {
    expect(name == name_of(EventName::deleted), "name is not that of an event");
    event.name = EventName::deleted;
  }
  const auto version = number(members, "version", "version is not a positive integer");
  expect(version.has_value(), "version is missing");
  event.version = {version.value_or(0)};
  const auto type = view(members, "type", "type is not a string");
  const auto category = category_named(type.value_or(""));
  expect(category.has_value(), "type is not a category");
  event.config.category = event.before.category = category.value_or(Category::pinless_dialin);

  const auto config = object(members, "config", "config is not an object");
  if (!expect(config.has_value(), "config is missing")) return;
  Members inner(*config);
  expect(view(inner, "type", "config.type is not a string") == type, "config.type is another than type");
  properties(inner, event.config);
  changed(members, event);
  if (const auto before = object(members, "before", "before is not an object")) {
    Members earlier(*before);
    properties(earlier, event.before);
  }
}

void Reading::provenance(Members& members, Event& event) {
  if (const auto text = view(members, "created_at", "created_at is not a string")) {
    event.created_at = Instant::parse(*text);
    expect(event.created_at.has_value(), "created_at is not a time");
  }
  if (const auto sequence = number(members, "created_sequence", "created_sequence is not a positive integer")) {
    event.created_sequence = Sequence{*sequence};
  }
  auto actor = text(members, "actor", "actor is not a string");
  auto request_id = text(members, "request_id", "request_id is not a string");
  if (expect(actor && request_id, "actor or request_id is missing")) {
    event.actor = std::move(*actor);
    event.request_id = std::move(*request_id);
  }
  // Taken as they stand: what one trace or another looks like is no reason to stop reading the log.
  if (auto parent = text(members, "traceparent", "traceparent is not a string")) {
    auto trace_state = text(members, "tracestate", "tracestate is not a string");
    event.trace = std::make_shared<const Trace>(Trace{std::move(*parent), std::move(trace_state).value_or("")});
  }
  if (const auto idempotency = object(members, "idempotency", "idempotency is not an object")) {
    Members inner(*idempotency);
    event.idempotency = {.key = bytes16(inner, "key", "idempotency.key is not 32 hex digits"),
                         .request = bytes16(inner, "request", "idempotency.request is not 32 hex digits")};
  }
}

void Reading::event(Members& members, Event& event) {
  state(members, event);
  provenance(members, event);
  if (const auto successor = object(members, "moved_to", "moved_to is not an object")) {
    Members inner(*successor);
    auto created = std::make_shared<Event>();
    created->tenant = event.tenant;
    const auto id = config_id(inner, "id", "moved_to.id is not an id");
    expect(id.has_value(), "moved_to.id is missing");
    created->config_id = id.value_or(ConfigId{});
    // One step deep: the creation that ends a move begins none.
    expect(!inner.find("moved_to"), "moved_to holds another moved_to");
    if (fault_.empty()) this->event(inner, *created);
    expect(created->name == EventName::created, "moved_to is not a creation");
    event.moved_to = std::move(created);
  }
  event.moved_from = config_id(members, "moved_from", "moved_from is not an id");
  if (const auto version = number(members, "restored_from", "restored_from is not a positive integer")) {
    event.restored_from = Version{*version};
  }
}

}  // namespace

Result<Event, NotAnEvent> JsonCodec::decode(const Record& record) const {
  if (!record.tenant || !record.config) return NotAnEvent{"the record lacks its tenant or its config"};
  if (record.value.size() > kRecordValueBytesMax) return NotAnEvent{"the value is larger than a record's may be"};
  const auto object = parse_object(record.value);
  if (!object) return NotAnEvent{"the value is not a JSON object"};
  Event event;
  event.tenant = *record.tenant;
  event.config_id = *record.config;
  Members members(*object);
  Reading reading;
  reading.event(members, event);
  reading.expect(record_type_of(event.name) == record.type, "the record's type tells another event than its name");
  if (!reading.fault().empty()) return NotAnEvent{reading.fault()};
  return event;
}

std::optional<LogCreated> JsonCodec::decode_created(const Record& record) const {
  if (record.type != kLogCreated || record.value.size() > kRecordValueBytesMax) return std::nullopt;
  const auto object = parse_object(record.value);
  if (!object) return std::nullopt;
  Members members(*object);
  Reading reading;
  const auto text = reading.view(members, "log_id", "log_id is not a string");
  const auto id = LogId::parse(text.value_or(""));
  if (!id) return std::nullopt;
  return LogCreated{*id};
}

std::optional<LogOpened> JsonCodec::decode_opened(const Record& record) const {
  if (record.type != kLogOpened || record.value.size() > kRecordValueBytesMax) return std::nullopt;
  const auto object = parse_object(record.value);
  if (!object) return std::nullopt;
  Members members(*object);
  Reading reading;
  auto node = reading.text(members, "node", "node is not a string");
  auto url = reading.text(members, "url", "url is not a string");
  const auto term = reading.number(members, "term", "term is not a positive integer");
  const Bytes16 nonce = reading.bytes16(members, "nonce", "nonce is not 32 hex digits");
  if (!node || !url || !term || !reading.fault().empty()) return std::nullopt;
  return LogOpened{.node = std::move(*node), .url = std::move(*url), .term = *term, .nonce = nonce};
}

}  // namespace dialin::codec
