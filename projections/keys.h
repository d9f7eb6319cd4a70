#pragma once
// What is stored under which key. The one page to read before looking into the views with a tool.
//
//   family       key                                      value
//   configs      tenant 16, config 16                     ConfigRow (below): live configs only
//   numbers      E.164 text                               tenant 16, config 16
//   by_tenant    tenant 16, ~created_sequence 8           config 16, category 1, E.164 text: live configs, newest first
//   history      tenant 16, config 16, version 8          sequence 8
//   events       tenant 16, sequence 8                    empty
//   counts       tenant 16                                live configs 8
//   idempotency  tenant 16, key digest 16                 time 8 (us), request digest 16, sequence 8 of the event that answers
//   meta         "schema"                                 decimal text
//                "log"                                    log id 16
//                "position"                               sequence 8, record id 32, time 8
//                "sealed-by/" and a key ring key's id     empty: some secret of the log was sealed with it
//
// Numbers are big-endian, so that keys sort by them; ~ is the complement, so that the newest comes first. Bodies of events stand once, in
// the log.

#include <optional>
#include <string>
#include <string_view>

#include "domain/chain.h"
#include "domain/codec.h"
#include "domain/config.h"
#include "domain/decide.h"
#include "domain/event.h"

namespace dialin::projections {

constexpr std::uint64_t kSchema = 1;
constexpr std::string_view kMetaSchema = "schema";
constexpr std::string_view kMetaLog = "log";
constexpr std::string_view kMetaPosition = "position";

std::string config_key(const TenantId& tenant, const ConfigId& id);
std::string by_tenant_key(const TenantId& tenant, Sequence created);
std::string history_key(const TenantId& tenant, const ConfigId& id, Version version);
std::string event_key(const TenantId& tenant, Sequence sequence);
std::string idempotency_key(const TenantId& tenant, const Bytes16& key);

/// A config ready to be sent, and the little that must be known beside it.
struct ConfigRow {
  Version version;
  Sequence sequence;  ///< of the last event, whose record holds the whole state
  Sequence created_sequence;
  std::string name_prefix;     ///< empty: none. Beside the answer, so that a list can be filtered by it without reading JSON
  std::optional<Sealed> hmac;  ///< what goes, opened, into the hole of the answer
  Answer answer;

  std::string encode() const;
  static ConfigRow decode(std::string_view bytes);  ///< throws StoreFailure on damage
};

struct ListEntry {
  ConfigId id;
  Category category;
  std::string_view phone_number;  ///< empty: none. Points into `bytes`

  static std::string encode(const ConfigId& id, Category category, const std::optional<PhoneNumber>& number);
  static ListEntry decode(std::string_view bytes);
};

struct IdempotencyRow {
  Instant time;
  Bytes16 request;
  Sequence sequence;

  std::string encode() const;
  static IdempotencyRow decode(std::string_view bytes);
};

std::string encode_number(std::uint64_t number);
std::uint64_t decode_number(std::string_view bytes);
std::string encode_holder(const Holder& holder);
Holder decode_holder(std::string_view bytes);
std::string encode_position(const Tail& tail);
Tail decode_position(std::string_view bytes);

}  // namespace dialin::projections
