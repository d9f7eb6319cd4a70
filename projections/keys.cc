#include "projections/keys.h"

#include <charconv>

#include "projections/big_endian.h"

namespace dialin::projections {
namespace {

constexpr std::size_t kNumberBytes = 8;

template <class Array>
std::string_view view(const Array& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string joined(std::string_view a, std::string_view b, std::size_t room_behind = 0) {
  std::string result;
  result.reserve(a.size() + b.size() + room_behind);
  result += a;
  result += b;
  return result;
}

}  // namespace

std::string config_key(const TenantId& tenant, const ConfigId& id) {
  return joined(tenant.view(), id.view());
}

std::string by_tenant_key(const TenantId& tenant, Sequence created) {
  std::string key = joined(tenant.view(), {}, kNumberBytes);
  append_number(key, ~created.value, kNumberBytes);
  return key;
}

std::string history_key(const TenantId& tenant, const ConfigId& id, Version version) {
  std::string key = joined(tenant.view(), id.view(), kNumberBytes);
  append_number(key, version.value, kNumberBytes);
  return key;
}

std::string event_key(const TenantId& tenant, Sequence sequence) {
  std::string key = joined(tenant.view(), {}, kNumberBytes);
  append_number(key, sequence.value, kNumberBytes);
  return key;
}

std::string idempotency_key(const TenantId& tenant, const Bytes16& key) {
  return joined(tenant.view(), view(key));
}

std::string lives_prefix(const TenantId& tenant, const SpanNode& node) {
  constexpr std::size_t kLevelBytes = 1;
  std::string key = joined(tenant.view(), {}, kLevelBytes + 2 * kNumberBytes);
  append_number(key, node.level, kLevelBytes);
  append_number(key, node.index, kNumberBytes);
  return key;
}

std::string lives_key(const TenantId& tenant, const SpanNode& node, Sequence created) {
  std::string key = lives_prefix(tenant, node);
  append_number(key, ~created.value, kNumberBytes);
  return key;
}

std::string number_history_prefix(const PhoneNumber& number) {
  return joined(number.text(), std::string_view("", 1), kNumberBytes);
}

std::string number_history_key(const PhoneNumber& number, Sequence sequence) {
  std::string key = number_history_prefix(number);
  append_number(key, sequence.value, kNumberBytes);
  return key;
}

std::string count_history_key(const TenantId& tenant, Sequence sequence) {
  return event_key(tenant, sequence);
}

std::string time_key(Instant time) {
  return encode_number(static_cast<std::uint64_t>(time.us));
}

std::string encode_number(std::uint64_t number) {
  std::string result;
  append_number(result, number, kNumberBytes);
  return result;
}

std::uint64_t decode_number(std::string_view bytes) {
  Bytes in(bytes);
  const std::uint64_t number = in.number(kNumberBytes);
  in.require_end();
  return number;
}

std::uint64_t decode_schema(std::string_view text) {
  std::uint64_t schema = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), schema);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) throw StoreFailure("the schema of the views is no number");
  return schema;
}

std::string encode_holder(const Holder& holder) {
  return config_key(holder.tenant, holder.id);
}

Holder decode_holder(std::string_view bytes) {
  Bytes in(bytes);
  Holder holder;
  holder.tenant.bytes = in.array<Bytes16>();
  holder.id.bytes = in.array<Bytes16>();
  in.require_end();
  return holder;
}

std::string encode_position(const Tail& tail) {
  std::string result = encode_number(tail.sequence.value);
  result += view(tail.id.bytes);
  append_number(result, static_cast<std::uint64_t>(tail.time.us), kNumberBytes);
  return result;
}

Tail decode_position(std::string_view bytes) {
  Bytes in(bytes);
  Tail tail;
  tail.sequence.value = in.number(kNumberBytes);
  tail.id.bytes = in.array<Bytes32>();
  tail.time.us = static_cast<std::int64_t>(in.number(kNumberBytes));
  in.require_end();
  return tail;
}

}  // namespace dialin::projections
