#include "infra/crypto/key_ring_file.h"

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <unordered_set>

#include "infra/crypto/base64.h"
#include "infra/crypto/system_random.h"

namespace dialin::crypto {
namespace {

namespace json = boost::json;

/// Memory of the JSON library: parsed keys lie in it, so it is wiped when it is given back.
class WipedMemory : public json::memory_resource {
  // No value of the library wants more than the usual alignment, and it does not always name the same one when it gives back.
  void* do_allocate(std::size_t size, std::size_t) override { return ::operator new(size); }
  void do_deallocate(void* bytes, std::size_t size, std::size_t) override {
    wipe(bytes, size);
    ::operator delete(bytes);
  }
  bool do_is_equal(const json::memory_resource& other) const noexcept override { return this == &other; }
};

FileFault damaged(const std::string& file, std::string_view what) {
  return {FaultCode::damaged,
          file + " is no key ring: " + std::string(what) + ". Put back a copy of it: without its keys, what they sealed is lost"};
}

std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

std::optional<SealingKey> sealing_key_of(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  const auto created_at = Instant::parse(text_at(value.get_object(), "created_at"));
  const auto key = key_from_base64(text_at(value.get_object(), "key"));
  const std::string_view id = text_at(value.get_object(), "id");
  if (id.empty() || !created_at || !key) return std::nullopt;
  return SealingKey{std::string(id), *created_at, *key};
}

Result<KeyRingContent, FileFault> parse_ring(const std::string& file, std::string_view text) {
  const auto memory = json::make_shared_resource<WipedMemory>();
  json::parser parser(memory);
  parser.reset(memory);
  json::error_code error;
  parser.write(text.data(), text.size(), error);
  if (error) return damaged(file, "it is not JSON (" + error.message() + ")");
  const json::value root = parser.release();
  const json::object* const ring = root.if_object();
  const json::value* const keys = ring != nullptr ? ring->if_contains("sealing_keys") : nullptr;
  if (keys == nullptr || !keys->is_array() || keys->get_array().empty()) return damaged(file, "it has no sealing_keys");
  const auto fingerprint_key = key_from_base64(text_at(*ring, "fingerprint_key"));
  if (!fingerprint_key) return damaged(file, "its fingerprint_key is not the base64 of 32 bytes");
  KeyRingContent content{*fingerprint_key, {}, {}};
  std::unordered_set<std::string> ids;
  for (const json::value& key : keys->get_array()) {
    auto sealing_key = sealing_key_of(key);
    const std::string place = std::to_string(content.sealing_keys.size() + 1);
    if (!sealing_key) return damaged(file, "sealing key " + place + " lacks a good id, created_at or key");
    if (!ids.insert(sealing_key->id).second) return damaged(file, "sealing key " + place + " has the id of another");
    content.sealing_keys.push_back(std::move(*sealing_key));
  }
  return content;
}

/// Reserved whole: a text that grows leaves unwiped copies behind.
WipedText text_of(const KeyRingContent& content) {
  std::string text;
  constexpr std::size_t kPerKey_bytes = 256;
  text.reserve((content.sealing_keys.size() + 2) * kPerKey_bytes);
  text.append("{\n  \"fingerprint_key\": \"").append(to_base64(content.fingerprint_key).view()).append("\",\n  \"sealing_keys\": [");
  bool first = true;
  for (const SealingKey& key : content.sealing_keys) {
    text.append(first ? "\n" : ",\n");
    first = false;
    text.append("    {\"id\": ").append(json::serialize(json::string(key.id)));
    text.append(", \"created_at\": \"").append(key.created_at.rfc3339());
    text.append("\", \"key\": \"").append(to_base64(key.key).view()).append("\"}");
  }
  text.append("\n  ]\n}\n");
  return WipedText(std::move(text));
}

Key fresh_key() {
  Key key;
  SystemRandom().fill(key.bytes);
  return key;
}

SealingKey fresh_sealing_key(Instant now) {
  std::array<std::uint8_t, 8> id;
  SystemRandom().fill(id);
  return {"seal_" + to_hex(id.data(), id.size()), now, fresh_key()};
}

/// One change at a time, whole or not at all.
Result<void, FileFault> change_ring(const std::string& file, const std::function<Result<void, FileFault>(KeyRingContent&)>& change) {
  const auto present = read_key_ring(file);  // before the lock, so that a wrong name leaves no lock file behind
  if (!present) return present.error();
  const auto lock = FileLock::take(file);
  if (!lock) return lock.error();
  auto content = read_key_ring(file);
  if (!content) return content.error();
  if (auto changed = change(*content); !changed) return changed;
  return replace_private(file, text_of(*content).view());
}

}  // namespace

Result<KeyRingContent, FileFault> read_key_ring(const std::string& file) {
  auto read = read_private(file);
  if (!read && read.error().code == FaultCode::missing) {
    return FileFault{FaultCode::missing, read.error().text + ": make one with `dialin keyring init " + file + "`"};
  }
  if (!read) return read.error();
  auto content = parse_ring(file, read->text.view());
  if (content) content->stamp = read->stamp;
  return content;
}

Result<std::string, FileFault> init_key_ring(const std::string& file, Instant now) {
  const KeyRingContent content{fresh_key(), {fresh_sealing_key(now)}, {}};
  const auto created = create_private(file, text_of(content).view());
  if (!created) return created.error();
  return content.sealing_keys.front().id;
}

Result<std::string, FileFault> rotate_key_ring(const std::string& file, Instant now) {
  std::string key_id;
  const auto changed = change_ring(file, [&](KeyRingContent& content) -> Result<void, FileFault> {
    if (content.sealing_keys.size() >= kSealingKeys_max) {
      return FileFault{FaultCode::invalid, file + " holds " + std::to_string(kSealingKeys_max) + " keys, and more are not kept"};
    }
    content.sealing_keys.push_back(fresh_sealing_key(now));
    key_id = content.sealing_keys.back().id;
    return {};
  });
  if (!changed) return changed.error();
  return key_id;
}

Result<void, FileFault> remove_sealing_key(const std::string& file, std::string_view key_id) {
  return change_ring(file, [&](KeyRingContent& content) -> Result<void, FileFault> {
    auto& keys = content.sealing_keys;
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const SealingKey& each) { return each.id == key_id; });
    if (key == keys.end()) return FileFault{FaultCode::no_such_key, file + " holds no key " + std::string(key_id)};
    if (key + 1 == keys.end()) return FileFault{FaultCode::invalid, std::string(key_id) + " is the key that seals"};
    keys.erase(key);
    return {};
  });
}

}  // namespace dialin::crypto
