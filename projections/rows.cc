// The values that are more than a number: how they stand in the store, byte by byte.
//
//   ConfigRow       version 8, sequence 8, created_sequence 8, hole 4, name_prefix (length 4, text), sealed 1: 0 none, 1:
//                   key id (length 4, text), box (length 4, bytes), fingerprint (length 4, text); then the answer's JSON to the end
//   ListEntry       config 16, category 1, E.164 text to the end
//   NumberRow       tenant 16, config 16, category 1, held 1: 1 taken, 0 given up, time 8 (us)
//   IdempotencyRow  time 8 (us), request digest 16, sequence 8

#include "projections/big_endian.h"
#include "projections/keys.h"

namespace dialin::projections {
namespace {

constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kHoleBytes = 4;
constexpr std::size_t kLengthBytes = 4;

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size(), kLengthBytes);
  out += text;
}

std::string_view take_text(Bytes& in) {
  return in.take(in.number(kLengthBytes));
}

ConfigRow::Place take_place(Bytes& in) {
  ConfigRow::Place place;
  place.version.value = in.number(kNumberBytes);
  place.sequence.value = in.number(kNumberBytes);
  place.created_sequence.value = in.number(kNumberBytes);
  return place;
}

Category category_of(std::uint64_t stored) {
  if (stored > static_cast<std::uint64_t>(Category::pin_dialin)) throw StoreFailure("an entry of the views has no known category");
  return static_cast<Category>(stored);
}

}  // namespace

ConfigRow::Place ConfigRow::place_in(std::string_view bytes) {
  Bytes in(bytes);
  return take_place(in);
}

ConfigRow ConfigRow::of(const ConfigState& state, const Codec& codec) {
  return {.version = state.version,
          .sequence = state.sequence,
          .created_sequence = state.created_sequence,
          .name_prefix = state.config.name_prefix.value_or(""),
          .hmac = state.config.hmac,
          .answer = codec.answer(state, std::nullopt)};
}

std::string ConfigRow::encode() const {
  constexpr std::size_t kFixedBytes = 128;
  std::string out;
  out.reserve(kFixedBytes + name_prefix.size() + answer.json.size() + (hmac ? hmac->box.size() : 0));
  append_number(out, version.value, kNumberBytes);
  append_number(out, sequence.value, kNumberBytes);
  append_number(out, created_sequence.value, kNumberBytes);
  append_number(out, answer.hole, kHoleBytes);
  append_text(out, name_prefix);
  append_number(out, hmac ? 1 : 0, 1);
  if (hmac) {
    append_text(out, hmac->key_id);
    append_text(out, hmac->box);
    append_text(out, hmac->fingerprint);
  }
  out += answer.json;
  return out;
}

ConfigRow ConfigRow::decode(std::string_view bytes) {
  Bytes in(bytes);
  ConfigRow row;
  const Place place = take_place(in);
  row.version = place.version;
  row.sequence = place.sequence;
  row.created_sequence = place.created_sequence;
  row.answer.hole = in.number(kHoleBytes);
  row.name_prefix = take_text(in);
  if (in.number(1) != 0) {
    row.hmac.emplace();
    row.hmac->key_id = take_text(in);
    row.hmac->box = take_text(in);
    row.hmac->fingerprint = take_text(in);
  }
  row.answer.json = in.rest();
  if (row.answer.hole > row.answer.json.size()) throw StoreFailure("a config in the views has its hole outside");
  return row;
}

std::string ListEntry::encode(const ConfigId& id, Category category, const std::optional<PhoneNumber>& number) {
  std::string out(id.view());
  append_number(out, static_cast<std::uint64_t>(category), 1);
  if (number) out += number->text();
  return out;
}

ListEntry ListEntry::decode(std::string_view bytes) {
  Bytes in(bytes);
  ListEntry entry{};
  entry.id.bytes = in.array<Bytes16>();
  entry.category = category_of(in.number(1));
  entry.phone_number = in.rest();
  return entry;
}

std::string NumberRow::encode() const {
  std::string out = encode_holder(holder);
  append_number(out, static_cast<std::uint64_t>(category), 1);
  append_number(out, is_taken ? 1 : 0, 1);
  append_number(out, static_cast<std::uint64_t>(time.us), kNumberBytes);
  return out;
}

NumberRow NumberRow::decode(std::string_view bytes) {
  Bytes in(bytes);
  NumberRow row{};
  row.holder.tenant.bytes = in.array<Bytes16>();
  row.holder.id.bytes = in.array<Bytes16>();
  row.category = category_of(in.number(1));
  row.is_taken = in.number(1) != 0;
  row.time.us = static_cast<std::int64_t>(in.number(kNumberBytes));
  in.require_end();
  return row;
}

std::string IdempotencyRow::encode() const {
  std::string out = encode_number(static_cast<std::uint64_t>(time.us));
  out.append(reinterpret_cast<const char*>(request.data()), request.size());
  append_number(out, sequence.value, kNumberBytes);
  return out;
}

IdempotencyRow IdempotencyRow::decode(std::string_view bytes) {
  Bytes in(bytes);
  IdempotencyRow row;
  row.time.us = static_cast<std::int64_t>(in.number(kNumberBytes));
  row.request = in.array<Bytes16>();
  row.sequence.value = in.number(kNumberBytes);
  in.require_end();
  return row;
}

}  // namespace dialin::projections
