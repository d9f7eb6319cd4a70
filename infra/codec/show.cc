// What callers get to see: the answer of a GET, events, and what differs between two of them.

#include "infra/codec/config_json.h"
#include "infra/codec/json_codec.h"
#include "infra/codec/json_writer.h"
#include "infra/codec/trace_json.h"

namespace dialin::codec {
namespace {

/// More than everything but the texts of properties takes: one allocation an answer, unless much is escaped.
constexpr std::size_t kAroundProperties_bytes = 512;

std::size_t text_bytes(const Config& config) {
  std::size_t bytes = 0;
  for (const Property property : kProperties) bytes += shown(config, property).value_or("").size();
  return bytes;
}

/// Nothing is set in it: what a config is before its creation and after its deletion.
const Config kNothing{};

const Config& config_after(const Event& event) {
  return event.name == EventName::deleted ? kNothing : event.config;
}

void write_changes(PropertySet changed, const Config& from, const Config& to, JsonWriter& writer) {
  writer.name("changes");
  writer.open_array();
  for (const Property property : kProperties) {
    if (!changed.has(property)) continue;
    writer.element();
    writer.open_object();
    writer.name("property");
    writer.plain(name_of(property));
    writer.name("from");
    writer.text_or_null(shown(from, property));
    writer.name("to");
    writer.text_or_null(shown(to, property));
    writer.close_object();
  }
  writer.close_array();
}

void write_end(std::string_view name, const Record& record, const Event& event, JsonWriter& writer) {
  writer.name(name);
  writer.open_object();
  writer.name("version");
  writer.number(event.version.value);
  writer.name("sequence");
  writer.number(record.sequence.value);
  writer.name("time");
  writer.plain(record.time.rfc3339());
  writer.name("name");
  writer.plain(name_of(event.name));
  writer.close_object();
}

}  // namespace

Answer JsonCodec::answer(const ConfigState& state, const std::optional<ConfigId>& moved_from) const {
  Answer answer;
  answer.json.reserve(kAroundProperties_bytes + text_bytes(state.config));
  JsonWriter writer(answer.json);
  writer.open_object();
  writer.name("id");
  writer.plain(state.id.text());
  writer.name("type");
  writer.plain(name_of(state.config.category));
  writer.name("config");
  writer.open_object();
  writer.name("type");
  writer.plain(name_of(state.config.category));
  answer.hole = write_properties(state.config, HmacAs::hole, writer, answer.json);
  if (state.config.category == Category::pin_dialin && !state.config.sip_uri) {
    writer.name("sip_uri");
    writer.text_or_null(std::nullopt);
  }
  writer.close_object();
  writer.name("version");
  writer.number(state.version.value);
  writer.name("created_at");
  writer.plain(state.created_at.rfc3339());
  writer.name("updated_at");
  writer.plain(state.updated_at.rfc3339());
  if (moved_from) {
    writer.name("moved_from");
    writer.plain(moved_from->text());
  }
  writer.close_object();
  return answer;
}

void JsonCodec::show(const Record& record, const Event& event, std::string& out) const {
  JsonWriter writer(out);
  writer.open_object();
  writer.name("sequence");
  writer.number(record.sequence.value);
  writer.name("event_id");
  writer.hex(record.id.bytes);
  writer.name("name");
  writer.plain(name_of(event.name));
  writer.name("config_id");
  writer.plain(event.config_id.text());
  writer.name("type");
  writer.plain(name_of(event.config.category));
  writer.name("version");
  writer.number(event.version.value);
  writer.name("time");
  writer.plain(record.time.rfc3339());
  writer.name("actor");
  writer.text(event.actor);
  writer.name("request_id");
  writer.text(event.request_id);
  write_trace(event.trace, writer);
  writer.name("config");
  writer.open_object();
  writer.name("type");
  writer.plain(name_of(event.config.category));
  write_properties(event.config, HmacAs::fingerprint, writer, out);
  writer.close_object();
  // A deletion's config is the state before.
  write_changes(event.changed, event.name == EventName::deleted ? event.config : event.before, config_after(event), writer);
  if (event.moved_to) {
    writer.name("moved_to");
    writer.plain(event.moved_to->config_id.text());
  }
  if (event.moved_from) {
    writer.name("moved_from");
    writer.plain(event.moved_from->text());
  }
  if (event.restored_from) {
    writer.name("restored_from");
    writer.number(event.restored_from->value);
  }
  writer.close_object();
}

void JsonCodec::compare(const Record& from_record, const Event& from, const Record& to_record, const Event& to, std::string& out) const {
  JsonWriter writer(out);
  writer.open_object();
  writer.name("config_id");
  writer.plain(to.config_id.text());
  writer.name("type");
  writer.plain(name_of(to.config.category));
  write_end("from", from_record, from, writer);
  write_end("to", to_record, to, writer);
  write_changes(difference(config_after(from), config_after(to)), config_after(from), config_after(to), writer);
  writer.close_object();
}

}  // namespace dialin::codec
