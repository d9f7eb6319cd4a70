#include "infra/codec/chain_lines.h"

#include <simdjson.h>

#include <array>
#include <optional>
#include <utility>

#include "domain/base64.h"
#include "infra/codec/json_writer.h"

namespace dialin::codec {
namespace {

namespace dom = simdjson::dom;

void append_bytes(JsonWriter& json, std::string_view name, std::string_view name_in_base64, std::string_view bytes) {
  const bool is_text = simdjson::validate_utf8(bytes.data(), bytes.size());
  json.name(is_text ? name : name_in_base64);
  is_text ? json.text(bytes) : json.base64(bytes);
}

/// One line's members, each taken at most once.
class Line {
 public:
  enum Member : std::uint8_t { sequence, id, previous, type, type_base64, tenant, config_id, time, value, value_base64, members };

  /// Empty, or what is wrong.
  std::string take(const dom::key_value_pair& member);
  std::string record(Record& out) const;

 private:
  std::string bytes(Member text, Member base64, std::string& out) const;
  template <class Id>
  std::string optional_id(Member member, std::optional<Id>& out) const;

  std::uint64_t sequence_ = 0;
  std::array<std::optional<std::string_view>, members> texts_;
};

constexpr std::string_view kNames[] = {"sequence", "id",        "previous", "type",  "type_base64",
                                       "tenant",   "config_id", "time",     "value", "value_base64"};

std::string named(Line::Member member, std::string_view what) {
  return std::string(kNames[member]) + std::string(what);
}

std::string Line::take(const dom::key_value_pair& member) {
  std::size_t at = 0;
  while (at < members && kNames[at] != member.key) ++at;
  if (at == members) return "there is no member " + std::string(member.key);
  auto& text = texts_[at];
  if (text) return named(static_cast<Member>(at), " stands there twice");
  if (at != sequence) return member.value.get(text.emplace()) == simdjson::SUCCESS ? "" : named(static_cast<Member>(at), " is no string");
  text.emplace();
  return member.value.get(sequence_) == simdjson::SUCCESS && sequence_ > 0 ? "" : "sequence is no positive number";
}

std::string Line::bytes(Member text, Member base64, std::string& out) const {
  if (texts_[text].has_value() == texts_[base64].has_value()) {
    return named(text, " or ") + named(base64, texts_[text] ? ": only one of them may be there" : " is missing");
  }
  if (texts_[text]) {
    out = *texts_[text];
    return {};
  }
  auto decoded = from_base64(*texts_[base64]);
  if (!decoded) return named(base64, " is no base64");
  out = *std::move(decoded);
  return {};
}

template <class Id>
std::string Line::optional_id(Member member, std::optional<Id>& out) const {
  if (!texts_[member]) return {};
  out = Id::parse(*texts_[member]);
  return out ? std::string() : named(member, " is no id");
}

std::string Line::record(Record& out) const {
  for (const Member needed : {sequence, id, previous, time}) {
    if (!texts_[needed]) return named(needed, " is missing");
  }
  out.sequence = {sequence_};
  const auto own_id = RecordId::parse(*texts_[id]);
  const auto previous_id = RecordId::parse(*texts_[previous]);
  const auto own_time = Instant::parse(*texts_[time]);
  if (!own_id) return "id is not 64 hexadecimal digits";
  if (!previous_id) return "previous is not 64 hexadecimal digits";
  if (!own_time) return "time is not RFC 3339";
  out.id = *own_id;
  out.previous = *previous_id;
  out.time = *own_time;
  if (auto why = optional_id(tenant, out.tenant); !why.empty()) return why;
  if (auto why = optional_id(config_id, out.config); !why.empty()) return why;
  if (auto why = bytes(type, type_base64, out.type); !why.empty()) return why;
  if (out.type.empty() || out.type.size() > 255) return "type does not have 1 to 255 bytes";
  if (auto why = bytes(value, value_base64, out.value); !why.empty()) return why;
  if (out.value.size() > kRecordValueBytesMax) return "value has more than " + std::to_string(kRecordValueBytesMax) + " bytes";
  return {};
}

}  // namespace

void append_chain_line(const Record& record, std::string& out) {
  JsonWriter json(out);
  json.open_object();
  json.name("sequence");
  json.number(record.sequence.value);
  json.name("id");
  json.hex(record.id.bytes);
  json.name("previous");
  json.hex(record.previous.bytes);
  append_bytes(json, "type", "type_base64", record.type);
  if (record.tenant) {
    json.name("tenant");
    json.plain(record.tenant->text());
  }
  if (record.config) {
    json.name("config_id");
    json.plain(record.config->text());
  }
  json.name("time");
  json.plain(record.time.rfc3339());
  append_bytes(json, "value", "value_base64", record.value);
  json.close_object();
  out.push_back('\n');
}

Result<Record, NotALine> read_chain_line(std::string_view line) {
  if (line.size() > kChainLineBytesMax) return NotALine{"it is longer than any record's line"};
  thread_local dom::parser parser;
  thread_local std::string padded;
  // The parser reads whole blocks, past the end of the text.
  padded.assign(line);
  padded.append(simdjson::SIMDJSON_PADDING, ' ');
  dom::object object;
  if (parser.parse(padded.data(), line.size(), false).get(object) != simdjson::SUCCESS) return NotALine{"it is no JSON object"};
  Line members;
  for (const auto member : object) {
    if (auto why = members.take(member); !why.empty()) return NotALine{why};
  }
  Record record;
  if (auto why = members.record(record); !why.empty()) return NotALine{why};
  return record;
}

}  // namespace dialin::codec
