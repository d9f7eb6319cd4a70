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
// The past, as of any sequence (schema 2):
//   lives           tenant 16, level 1, node 8, ~created_sequence 8   as by_tenant: a life that ended, once for each node of its span
//                                                                     (lives.h): from the first event on, without the deletion
//                   tenant 16, 255, 0 (8), ~created_sequence 8        empty: a config that was restored, or whose number was exchanged, so
//                                                                     that its spans, and its entry in by_tenant, do not tell all
//   number_history  E.164 text, 0, sequence 8                         NumberRow (below): who took it or gave it up
//   count_history   tenant 16, sequence 8                             live configs 8 from there on
//   times           time 8 (us)                                       sequence 8: of each record whose sequence is a multiple of
//   kTimeStride
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
#include "projections/lives.h"

namespace dialin::projections {

constexpr std::uint64_t kSchema = 2;
/// The first one that has the families of the past.
constexpr std::uint64_t kSchemaOfThePast = 2;
constexpr std::string_view kMetaSchema = "schema";
constexpr std::string_view kMetaLog = "log";
constexpr std::string_view kMetaPosition = "position";

std::string config_key(const TenantId& tenant, const ConfigId& id);
std::string by_tenant_key(const TenantId& tenant, Sequence created);
std::string history_key(const TenantId& tenant, const ConfigId& id, Version version);
std::string event_key(const TenantId& tenant, Sequence sequence);
std::string idempotency_key(const TenantId& tenant, const Bytes16& key);

/// How many records there are to each that stands in `times`.
constexpr std::uint64_t kTimeStride = 16;

/// What the keys of a node's lives begin with.
std::string lives_prefix(const TenantId& tenant, const SpanNode& node);
std::string lives_key(const TenantId& tenant, const SpanNode& node, Sequence created);
std::string number_history_prefix(const PhoneNumber& number);
std::string number_history_key(const PhoneNumber& number, Sequence sequence);
std::string count_history_key(const TenantId& tenant, Sequence sequence);
std::string time_key(Instant time);

/// A config ready to be sent, and the little that must be known beside it.
struct ConfigRow {
  Version version;
  Sequence sequence;  ///< of the last event, whose record holds the whole state
  Sequence created_sequence;
  std::string name_prefix;     ///< empty: none. Beside the answer, so that a list can be filtered by it without reading JSON
  std::optional<Sealed> hmac;  ///< what goes, opened, into the hole of the answer
  Answer answer;

  /// What stands in front.
  struct Place {
    Version version;
    Sequence sequence;
    Sequence created_sequence;
  };
  static Place place_in(std::string_view bytes);  ///< throws StoreFailure on damage
  static ConfigRow of(const ConfigState& state, const Codec& codec);
  std::string encode() const;
  static ConfigRow decode(std::string_view bytes);  ///< throws StoreFailure on damage
};

/// Of `by_tenant`; of `lives` as it was at the end.
struct ListEntry {
  ConfigId id;
  Category category;
  std::string_view phone_number;  ///< empty: none. Points into `bytes`

  static std::string encode(const ConfigId& id, Category category, const std::optional<PhoneNumber>& number);
  static ListEntry decode(std::string_view bytes);
};

/// A number changed hands.
struct NumberRow {
  Holder holder;
  Category category;
  bool is_taken;  ///< false: given up by `holder`
  Instant time;

  std::string encode() const;
  static NumberRow decode(std::string_view bytes);
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
std::uint64_t decode_schema(std::string_view text);
std::string encode_position(const Tail& tail);
Tail decode_position(std::string_view bytes);

}  // namespace dialin::projections
