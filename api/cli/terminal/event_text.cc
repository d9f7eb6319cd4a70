#include "api/cli/terminal/event_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "domain/config.h"
#include "infra/codec/json_writer.h"

namespace dialin::cli {
namespace {

constexpr std::string_view kIndent = "     ";
constexpr std::string_view kGap = "  ";

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool is_sound = false;
};

/// The one that `text` begins with.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return {first};
  char32_t code = first & (0x7FU >> size);
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xC0U) != 0x80U) return {first};
    code = (code << 6U) | (byte(at) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kLeast[size] || code > 0x10FFFF || is_surrogate) return {first};
  return {code, size, true};
}

/// Nothing that a terminal obeys, and nothing that makes a text look like another.
bool is_harmless(char32_t code) {
  const auto is_within = [code](char32_t least, char32_t most) { return code >= least && code <= most; };
  return code >= 0x20 && !is_within(0x7F, 0x9F) && code != 0x61C && !is_within(0xE0000, 0xE0FFF) && !is_within(0x200B, 0x200F) &&
         !is_within(0x2028, 0x202E) && !is_within(0x2060, 0x206F) && code != 0xFEFF;
}

/// As JSON writes a character by its number: above 16 bits as two surrogates.
void append_json_escape(char32_t code, std::string& out) {
  constexpr char32_t kFirstOfTwo = 0x10000;
  std::array<char, 16> escape{};
  if (code < kFirstOfTwo) {
    std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(code));
  } else {
    const unsigned rest = static_cast<unsigned>(code - kFirstOfTwo);
    std::snprintf(escape.data(), escape.size(), "\\u%04x\\u%04x", 0xD800U + (rest >> 10U), 0xDC00U + (rest & 0x3FFU));
  }
  out += escape.data();
}

/// What need not be escaped in JSON may do harm on a terminal all the same.
void escape_harmful(std::string& out, std::size_t begin) {
  const std::string json = out.substr(begin);
  out.resize(begin);
  std::string_view rest = json;
  while (!rest.empty()) {
    const Character character = first_character(rest);
    if (!character.is_sound || is_harmless(character.code)) {
      out += rest.substr(0, character.bytes);
    } else {
      append_json_escape(character.code, out);
    }
    rest.remove_prefix(character.bytes);
  }
}

/// Whether there is any: most lines are ASCII.
bool may_harm(std::string_view json) {
  return std::any_of(json.begin(), json.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x7F; });
}

void append_escape(const Character& character, std::string& out) {
  if (character.code == '"' || character.code == '\\') {
    out += '\\';
    out += static_cast<char>(character.code);
    return;
  }
  std::array<char, 16> escape{};
  std::snprintf(escape.data(), escape.size(), character.is_sound ? "\\u{%x}" : "\\x%02x", static_cast<unsigned>(character.code));
  out += escape.data();
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  append_printable(text, out);
  out += '"';
}

void append_value(const Config& config, Property property, std::string& out) {
  const auto text = shown(config, property);
  if (!text) {
    out += "(none)";
  } else if (property == Property::hmac) {
    out += "fingerprint ";
    append_printable(*text, out);
  } else {
    append_quoted(*text, out);
  }
}

void append_change(Property property, const Config& from, const Config& to, std::string& out) {
  out += kIndent;
  out += name_of(property);
  out += ": ";
  append_value(from, property, out);
  out += " → ";
  append_value(to, property, out);
  out += '\n';
}

void append_head(const Record& record, std::string_view name, std::string& out) {
  out += std::to_string(record.sequence.value);
  out += kGap;
  out += record.time.rfc3339();
  out += kGap;
  append_printable(name, out);
}

void append_provenance(const Event& event, std::string& out) {
  out += kIndent;
  out += "tenant ";
  out += event.tenant.text();
  out += kGap;
  out += "actor ";
  append_printable(event.actor, out);
  out += kGap;
  out += "request ";
  append_printable(event.request_id, out);
  if (event.trace) {
    out += "  trace ";
    append_printable(event.trace->parent, out);
  }
  if (event.moved_to) out += "  moved to " + event.moved_to->config_id.text();
  if (event.moved_from) out += "  moved from " + event.moved_from->text();
  if (event.restored_from) out += "  restored from v" + std::to_string(event.restored_from->value);
  out += '\n';
}

void append_event(const Record& record, const Event& event, std::string& out) {
  append_head(record, name_of(event.name), out);
  out += kGap;
  out += event.config_id.text();
  out += kGap;
  out += 'v' + std::to_string(event.version.value);
  out += kGap;
  out += name_of(event.config.category);
  out += '\n';
  append_provenance(event, out);
  static const Config kNothing{};
  const bool is_deletion = event.name == EventName::deleted;
  for (const Property property : kProperties) {
    if (event.changed.has(property))
      append_change(property, is_deletion ? event.config : event.before, is_deletion ? kNothing : event.config, out);
  }
}

/// Of the log itself, or of a later dialin: of those no more is known than the record says.
void append_other(const Record& record, const Codec& codec, std::string& out) {
  append_head(record, record.type, out);
  if (const auto created = codec.decode_created(record)) out += "  log " + created->log.text();
  if (const auto opened = codec.decode_opened(record)) {
    out += "  node ";
    append_quoted(opened->node, out);
    out += "  url ";
    append_quoted(opened->url, out);
    out += "  term " + std::to_string(opened->term);
  }
  if (record.tenant) out += "  tenant " + record.tenant->text();
  if (record.config) out += "  config " + record.config->text();
  out += '\n';
}

void append_other_json(const Record& record, const Codec& codec, std::string& out) {
  codec::JsonWriter json(out);
  json.open_object();
  json.name("sequence");
  json.number(record.sequence.value);
  json.name("event_id");
  json.hex(record.id.bytes);
  json.name("ce_type");
  std::string type;
  append_printable(record.type, type);
  json.text(type);
  json.name("time");
  json.plain(record.time.rfc3339());
  if (const auto created = codec.decode_created(record)) {
    json.name("log_id");
    json.plain(created->log.text());
  }
  if (const auto opened = codec.decode_opened(record)) {
    json.name("node");
    json.text(opened->node);
    json.name("url");
    json.text(opened->url);
    json.name("term");
    json.number(opened->term);
  }
  if (record.config) {
    json.name("config_id");
    json.plain(record.config->text());
  }
  if (record.tenant) {
    json.name("tenant");
    json.plain(record.tenant->text());
  }
  json.close_object();
}

}  // namespace

void append_printable(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.is_sound && is_harmless(character.code) && character.code != '"' && character.code != '\\') {
      out += text.substr(0, character.bytes);
    } else {
      append_escape(character, out);
    }
    text.remove_prefix(character.bytes);
  }
}

void append_event_text(const Record& record, const Event* event, const Codec& codec, std::string& out) {
  if (event != nullptr) {
    append_event(record, *event, out);
  } else {
    append_other(record, codec, out);
  }
}

void append_event_json(const Record& record, const Event* event, const Codec& codec, std::string& out) {
  const std::size_t begin = out.size();
  if (event != nullptr) {
    codec.show(record, *event, out);
    out.pop_back();  // the brace
    codec::JsonWriter json(out);
    json.name("tenant");
    json.plain(event->tenant.text());
    json.close_object();
  } else {
    append_other_json(record, codec, out);
  }
  if (may_harm(std::string_view(out).substr(begin))) escape_harmful(out, begin);
  out += '\n';
}

}  // namespace dialin::cli
