#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "infra/codec/json_codec.h"
#include "infra/codec/sample_events.h"

namespace dialin::codec {
namespace {

/// Text of pieces that JSON writers get wrong.
rc::Gen<std::string> text() {
  const auto piece = rc::gen::oneOf(rc::gen::elementOf(std::vector<std::string>{
                                        "\"",     "\\",   "/",          "\b",      "\f",     "\n", "\r",     "\t",     std::string(1, '\0'),
                                        "\x01",   "\x1f", "\x7f",       "\\u0041", "\u0080", "é",  "\u2028", "\u2029", "\ufeff",
                                        "\uffff", "😀",    "\U0010ffff", "{",       "}",      "[",  ",",      "null"}),
                                    rc::gen::map(rc::gen::inRange(' ', '~'), [](char c) { return std::string(1, c); }));
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string>& pieces) {
    std::string whole;
    for (const std::string& each : pieces) whole += each;
    return whole;
  });
}

bool coin() {
  return *rc::gen::arbitrary<bool>();
}
std::optional<std::string> maybe_text() {
  return coin() ? std::optional<std::string>(*text()) : std::nullopt;
}
std::uint64_t positive() {
  return *rc::gen::nonZero<std::uint64_t>();
}

template <std::size_t Size>
std::array<std::uint8_t, Size> bytes() {
  std::array<std::uint8_t, Size> bytes;
  for (std::uint8_t& byte : bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
  return bytes;
}

Config some_config(Category category) {
  Config config;
  config.category = category;
  if (coin()) config.phone_number = *PhoneNumber::parse("+" + std::to_string(*rc::gen::inRange<std::uint64_t>(10, 999'999'999'999'999)));
  config.name_prefix = maybe_text();
  if (coin()) {
    const auto fingerprint = bytes<8>();
    config.hmac = Sealed{*text(), *rc::gen::arbitrary<std::string>(), to_hex(fingerprint.data(), fingerprint.size())};
  }
  config.room_creation_api = maybe_text();
  config.hold_music_url = maybe_text();
  config.timeout_message = maybe_text();
  config.ivr_message = maybe_text();
  config.sip_uri = maybe_text();
  return config;
}

Event some_event(const TenantId& tenant, EventName name) {
  Event event;
  event.name = name;
  event.tenant = tenant;
  event.config_id = {bytes<16>()};
  event.version = {positive()};
  event.config = some_config(*rc::gen::element(Category::pinless_dialin, Category::pin_dialin));
  for (const Property property : kProperties) {
    if (coin()) event.changed.add(property);
  }
  event.before = some_config(event.config.category);
  if (coin()) event.created_at = Instant{*rc::gen::inRange<std::int64_t>(0, 253'402'300'799'999'999)};
  if (coin()) event.created_sequence = Sequence{positive()};
  event.actor = *text();
  event.request_id = *text();
  if (coin()) event.trace = std::make_shared<const Trace>(Trace{*text(), *text()});
  if (coin()) event.idempotency = Idempotency{bytes<16>(), bytes<16>()};
  if (coin()) event.moved_from = ConfigId{bytes<16>()};
  if (coin()) event.restored_from = Version{positive()};
  return event;
}

Event some_event() {
  const TenantId tenant{bytes<16>()};
  Event event = some_event(tenant, *rc::gen::element(EventName::created, EventName::updated, EventName::deleted));
  if (coin()) event.moved_to = std::make_shared<const Event>(some_event(tenant, EventName::created));
  return event;
}

std::string encoded(const Event& event) {
  std::string out;
  JsonCodec().encode(event, out);
  return out;
}

RC_GTEST_PROP(RoundTrip, decode_gives_back_what_was_encoded, ()) {
  const Event event = some_event();
  const auto decoded = JsonCodec().decode(record_of(event, encoded(event)));
  if (!decoded) RC_FAIL(std::string(decoded.error().why));
  RC_ASSERT(first_difference(*decoded, event) == "");
}

RC_GTEST_PROP(RoundTrip, a_damaged_value_is_refused_or_read_as_one_that_can_be_written, ()) {
  const Event event = (*rc::gen::elementOf(one_of_each()));
  std::string value = encoded(event);
  for (int damage = *rc::gen::inRange(1, 4); damage > 0; --damage) {
    const std::size_t place = *rc::gen::inRange<std::size_t>(0, value.size());
    const std::size_t size = *rc::gen::inRange<std::size_t>(0, 4);
    value.replace(place, size, *rc::gen::arbitrary<std::string>());
    if (value.empty()) break;
  }
  const auto decoded = JsonCodec().decode(record_of(event, value));
  if (!decoded) {
    RC_ASSERT(!decoded.error().why.empty());
    return;
  }
  const auto again = JsonCodec().decode(record_of(event, encoded(*decoded)));
  RC_ASSERT(again.has_value());
  RC_ASSERT(first_difference(*again, *decoded) == "");
}

RC_GTEST_PROP(RoundTrip, garbage_is_no_event, (const std::string& garbage)) {
  RC_ASSERT(!JsonCodec().decode(record_of(created_pinless(), garbage)).has_value());
}

}  // namespace
}  // namespace dialin::codec
