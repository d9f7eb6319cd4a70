#include "infra/codec/sample_events.h"

namespace dialin::codec {
namespace {

constexpr std::string_view kTenant = "6f9619ff-8b86-5011-b42d-00c04fc964ff";
constexpr std::string_view kPinless = "3d813cbb-47fb-42ba-91df-831e1593ac29";
constexpr std::string_view kPin = "9a7b330a-a736-41c0-88a3-2a6c7a0f3b11";

Sealed seal(char fill) {
  return {.key_id = "seal_0123456789abcdef", .box = std::string(28, fill) + "\x01\xfe", .fingerprint = "00112233445566ff"};
}

Config pinless_config() {
  Config config;
  config.category = Category::pinless_dialin;
  config.phone_number = *PhoneNumber::parse("+12555599999");
  config.name_prefix = "Früh \"am\" Morgen\n☎ 😀";
  config.hmac = seal('\x7f');
  config.room_creation_api = "https://example.com/rooms?a=b&c=\\d";
  config.timeout_message = "Nobody is here.";
  config.sip_uri = "sip:3d813cbb47fb42ba91df831e1593ac29@sip.example.com";
  return config;
}

Config pin_config() {
  Config config;
  config.category = Category::pin_dialin;
  config.phone_number = *PhoneNumber::parse("+12555599999");
  config.name_prefix = "Night";
  config.ivr_message = "Your PIN, please.";
  return config;
}

Event event_of(EventName name, std::string_view id, std::uint64_t version, Config config) {
  Event event;
  event.name = name;
  event.tenant = *TenantId::parse(kTenant);
  event.config_id = config_id(id);
  event.version = {version};
  event.config = std::move(config);
  event.before.category = event.config.category;
  event.actor = "key_00ff00ff00ff00ff";
  event.request_id = "req-" + std::to_string(version);
  return event;
}

void tell_birth(Event& event) {
  event.created_at = *Instant::parse("2026-05-04T13:05:00.000001Z");
  event.created_sequence = Sequence{2};
}

}  // namespace

ConfigId config_id(std::string_view text) {
  return *ConfigId::parse(text);
}

Record record_of(const Event& event, std::string value) {
  Record record;
  record.sequence = {77};
  record.id.bytes.fill(0xab);
  record.type = record_type_of(event.name);
  record.tenant = event.tenant;
  record.config = event.config_id;
  record.time = *Instant::parse("2026-05-04T13:06:07.080900Z");
  record.value = std::move(value);
  return record;
}

Event created_pinless() {
  Event event = event_of(EventName::created, kPinless, 1, pinless_config());
  event.changed = set_properties(event.config);
  Idempotency idempotency;
  idempotency.key.fill(0x0a);
  idempotency.request.fill(0xf5);
  event.idempotency = idempotency;
  return event;
}

Event updated_pinless() {
  Config config = pinless_config();
  config.name_prefix = "Late";
  config.hold_music_url = "https://example.com/hold.mp3";
  config.timeout_message.reset();
  Event event = event_of(EventName::updated, kPinless, 2, config);
  event.changed = difference(pinless_config(), config);
  event.before = only(pinless_config(), event.changed);
  tell_birth(event);
  return event;
}

Event deleted_pinless() {
  Event event = event_of(EventName::deleted, kPinless, 3, updated_pinless().config);
  event.changed = set_properties(event.config);
  event.before = event.config;
  tell_birth(event);
  return event;
}

Event restored_after_delete() {
  Event event = event_of(EventName::created, kPinless, 4, pinless_config());
  event.changed = set_properties(event.config);
  event.restored_from = Version{1};
  tell_birth(event);
  return event;
}

Event moved_to_pin() {
  Event event = deleted_pinless();
  event.version = {5};
  event.moved_to = std::make_shared<const Event>(moved_from_pinless());
  return event;
}

Event moved_from_pinless() {
  Event event = event_of(EventName::created, kPin, 1, pin_config());
  event.changed = set_properties(event.config);
  event.idempotency = created_pinless().idempotency;
  event.moved_from = config_id(kPinless);
  return event;
}

Event traced() {
  Event event = updated_pinless();
  event.trace = std::make_shared<const Trace>(
      Trace{.parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", .state = R"(rojo=00f067aa0ba902b7,congo="t\61")"});
  return event;
}

std::vector<Event> one_of_each() {
  return {created_pinless(), updated_pinless(), deleted_pinless(), restored_after_delete(), moved_to_pin(), moved_from_pinless(), traced()};
}

namespace {

/// Sealed's own comparison looks at fingerprints alone.
bool same_seal(const std::optional<Sealed>& a, const std::optional<Sealed>& b) {
  return a.has_value() == b.has_value() && (!a || (a->key_id == b->key_id && a->box == b->box && a->fingerprint == b->fingerprint));
}
bool same_config(const Config& a, const Config& b) {
  return a == b && same_seal(a.hmac, b.hmac);
}

}  // namespace

std::string first_difference(const Event& a, const Event& b) {
  if (a.name != b.name) return "name";
  if (a.tenant != b.tenant || a.config_id != b.config_id) return "tenant or config_id";
  if (a.version != b.version) return "version";
  if (!same_config(a.config, b.config)) return "config";
  if (a.changed != b.changed) return "changed";
  if (!same_config(a.before, b.before)) return "before";
  if (a.created_at != b.created_at || a.created_sequence != b.created_sequence) return "created_at or created_sequence";
  if (a.actor != b.actor) return "actor";
  if (a.request_id != b.request_id) return "request_id";
  if (!is_same(a.trace, b.trace)) return "trace";
  if (a.idempotency != b.idempotency) return "idempotency";
  if (a.moved_from != b.moved_from) return "moved_from";
  if (a.restored_from != b.restored_from) return "restored_from";
  if ((a.moved_to == nullptr) != (b.moved_to == nullptr)) return "moved_to";
  if (a.moved_to == nullptr) return "";
  const std::string inner = first_difference(*a.moved_to, *b.moved_to);
  return inner.empty() ? "" : "moved_to: " + inner;
}

}  // namespace dialin::codec
