// What is written to the log.

#include "infra/codec/config_json.h"
#include "infra/codec/json_codec.h"
#include "infra/codec/json_writer.h"
#include "infra/codec/trace_json.h"

namespace dialin::codec {
namespace {

void write_changed(PropertySet changed, JsonWriter& writer) {
  writer.name("changed");
  writer.open_array();
  for (const Property property : kProperties) {
    if (!changed.has(property)) continue;
    writer.element();
    writer.plain(name_of(property));
  }
  writer.close_array();
}

void write_state(const Event& event, JsonWriter& writer, const std::string& out) {
  writer.name("name");
  writer.plain(name_of(event.name));
  writer.name("version");
  writer.number(event.version.value);
  writer.name("type");
  writer.plain(name_of(event.config.category));
  writer.name("config");
  writer.open_object();
  writer.name("type");
  writer.plain(name_of(event.config.category));
  write_properties(event.config, HmacAs::seal, writer, out);
  writer.close_object();
  write_changed(event.changed, writer);
  if (!set_properties(event.before).empty()) {
    writer.name("before");
    writer.open_object();
    write_properties(event.before, HmacAs::seal, writer, out);
    writer.close_object();
  }
  if (event.created_at) {
    writer.name("created_at");
    writer.plain(event.created_at->rfc3339());
  }
  if (event.created_sequence) {
    writer.name("created_sequence");
    writer.number(event.created_sequence->value);
  }
}

void write_members(const Event& event, JsonWriter& writer, const std::string& out) {
  write_state(event, writer, out);
  writer.name("actor");
  writer.text(event.actor);
  writer.name("request_id");
  writer.text(event.request_id);
  write_trace(event.trace, writer);
  if (event.idempotency) {
    writer.name("idempotency");
    writer.open_object();
    writer.name("key");
    writer.hex(event.idempotency->key);
    writer.name("request");
    writer.hex(event.idempotency->request);
    writer.close_object();
  }
  if (event.moved_to) {
    writer.name("moved_to");
    writer.open_object();
    writer.name("id");
    writer.plain(event.moved_to->config_id.text());
    write_members(*event.moved_to, writer, out);
    writer.close_object();
  }
  if (event.moved_from) {
    writer.name("moved_from");
    writer.plain(event.moved_from->text());
  }
  if (event.restored_from) {
    writer.name("restored_from");
    writer.number(event.restored_from->value);
  }
}

}  // namespace

void JsonCodec::encode(const Event& event, std::string& out) const {
  JsonWriter writer(out);
  writer.open_object();
  write_members(event, writer, out);
  writer.close_object();
}

void JsonCodec::encode(const LogCreated& created, std::string& out) const {
  JsonWriter writer(out);
  writer.open_object();
  writer.name("log_id");
  writer.plain(created.log.text());
  writer.close_object();
}

void JsonCodec::encode(const LogOpened& opened, std::string& out) const {
  JsonWriter writer(out);
  writer.open_object();
  writer.name("node");
  writer.text(opened.node);
  writer.name("url");
  writer.text(opened.url);
  writer.name("term");
  writer.number(opened.term);
  writer.name("nonce");
  writer.hex(opened.nonce);
  writer.close_object();
}

}  // namespace dialin::codec
