#include "infra/codec/config_json.h"

namespace dialin::codec {
namespace {

void write_if_set(std::string_view name, const std::optional<std::string>& text, JsonWriter& writer) {
  if (!text) return;
  writer.name(name);
  writer.text(*text);
}

/// `timeout_config` and `ivr_greeting` are objects with one member.
void write_message(std::string_view name, const std::optional<std::string>& message, JsonWriter& writer) {
  if (!message) return;
  writer.name(name);
  writer.open_object();
  writer.name("message");
  writer.text(*message);
  writer.close_object();
}

void write_seal(const Sealed& hmac, JsonWriter& writer) {
  writer.open_object();
  writer.name("key_id");
  writer.text(hmac.key_id);
  writer.name("sealed");
  writer.base64(hmac.box);
  writer.name("fingerprint");
  writer.text(hmac.fingerprint);
  writer.close_object();
}

}  // namespace

std::size_t write_properties(const Config& config, HmacAs hmac_as, JsonWriter& writer, const std::string& out) {
  std::size_t hole = 0;
  if (config.phone_number) {
    writer.name("phone_number");
    writer.plain(config.phone_number->text());
  }
  write_if_set("name_prefix", config.name_prefix, writer);
  if (config.hmac) {
    writer.name("hmac");
    switch (hmac_as) {
      case HmacAs::seal:
        write_seal(*config.hmac, writer);
        break;
      case HmacAs::fingerprint:
        writer.text(config.hmac->fingerprint);
        break;
      case HmacAs::hole:
        writer.plain("");
        hole = out.size() - 1;
        break;
    }
  }
  write_if_set("room_creation_api", config.room_creation_api, writer);
  write_if_set("hold_music_url", config.hold_music_url, writer);
  write_message("timeout_config", config.timeout_message, writer);
  write_message("ivr_greeting", config.ivr_message, writer);
  write_if_set("sip_uri", config.sip_uri, writer);
  return hole;
}

}  // namespace dialin::codec
