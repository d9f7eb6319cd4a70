#include "infra/crypto/api_key_file.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "domain/sha256.h"
#include "domain/validate.h"
#include "infra/crypto/base64.h"
#include "infra/crypto/system_random.h"

namespace dialin::crypto {
namespace {

namespace json = boost::json;

struct NamedScope {
  std::string_view name;
  Scope scope;
};
constexpr std::array<NamedScope, 3> kScopes = {{{"read", Scope::read}, {"write", Scope::write}, {"audit", Scope::audit}}};

std::uint8_t bit_of(Scope scope) {
  return static_cast<std::uint8_t>(scope);
}

std::optional<std::uint8_t> scope_named(std::string_view name) {
  for (const NamedScope& known : kScopes) {
    if (known.name == name) return bit_of(known.scope);
  }
  return std::nullopt;
}

FileFault damaged(const std::string& file, std::string_view what) {
  return {FaultCode::damaged,
          file + " is no file of API keys: " + std::string(what) + ". Put back a copy of it, or begin a new one with `dialin keys add`"};
}

std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

std::optional<std::uint8_t> scopes_at(const json::object& object) {
  const json::value* const value = object.if_contains("scopes");
  if (value == nullptr || !value->is_array()) return std::nullopt;
  std::uint8_t scopes = 0;
  for (const json::value& name : value->get_array()) {
    const auto scope = name.is_string() ? scope_named({name.get_string().data(), name.get_string().size()}) : std::nullopt;
    if (!scope) return std::nullopt;
    scopes = static_cast<std::uint8_t>(scopes | *scope);
  }
  return scopes;
}

std::optional<ApiKey> api_key_of(const json::value& value) {
  const json::object* const object = value.if_object();
  if (object == nullptr) return std::nullopt;
  ApiKey key;
  key.id = text_at(*object, "id");
  key.tenant = text_at(*object, "tenant");
  const auto scopes = scopes_at(*object);
  const auto created_at = Instant::parse(text_at(*object, "created_at"));
  const json::value* const revoked_at = object->if_contains("revoked_at");
  if (revoked_at != nullptr && !revoked_at->is_null()) {
    key.revoked_at = Instant::parse(text_at(*object, "revoked_at"));
    if (!key.revoked_at) return std::nullopt;  // never take a revoked key for a good one
  }
  const bool hashed = from_hex(text_at(*object, "sha256"), key.sha256.data(), key.sha256.size());
  if (key.id.empty() || key.tenant.empty() || !scopes || !created_at || !hashed) return std::nullopt;
  key.scopes = *scopes;
  key.created_at = *created_at;
  return key;
}

Result<std::vector<ApiKey>, FileFault> parse_keys(const std::string& file, std::string_view text) {
  json::error_code error;
  const json::value root = json::parse({text.data(), text.size()}, error);
  if (error) return damaged(file, "it is not JSON (" + error.message() + ")");
  const json::object* const object = root.if_object();
  const json::value* const array = object != nullptr ? object->if_contains("keys") : nullptr;
  if (array == nullptr || !array->is_array()) return damaged(file, "it has no keys");
  std::vector<ApiKey> keys;
  std::set<std::string> ids;
  std::set<Bytes32> hashes;
  for (const json::value& value : array->get_array()) {
    auto key = api_key_of(value);
    const std::string place = std::to_string(keys.size() + 1);
    if (!key) return damaged(file, "key " + place + " lacks a good id, tenant, scopes, sha256, created_at or revoked_at");
    if (!ids.insert(key->id).second || !hashes.insert(key->sha256).second) return damaged(file, "key " + place + " stands in it twice");
    keys.push_back(std::move(*key));
  }
  return keys;
}

std::string text_of(const std::vector<ApiKey>& keys) {
  std::string text = "{\"keys\": [";
  bool first = true;
  for (const ApiKey& key : keys) {
    json::array scopes;
    for (const NamedScope& known : kScopes) {
      if ((key.scopes & bit_of(known.scope)) != 0) scopes.emplace_back(json::string_view(known.name.data(), known.name.size()));
    }
    const json::object object{{"id", key.id},
                              {"tenant", key.tenant},
                              {"scopes", std::move(scopes)},
                              {"sha256", to_hex(key.sha256.data(), key.sha256.size())},
                              {"created_at", key.created_at.rfc3339()},
                              {"revoked_at", key.revoked_at ? json::value(key.revoked_at->rfc3339()) : json::value(nullptr)}};
    text.append(first ? "\n  " : ",\n  ").append(json::serialize(object));
    first = false;
  }
  text.append("\n]}\n");
  return text;
}

/// Of valid UTF-8: C0, DEL and C1.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = [&](std::size_t place) { return static_cast<unsigned char>(text[place]); };
    if (at(i) < 0x20 || at(i) == 0x7F || (at(i) == 0xC2 && at(i + 1) < 0xA0)) return true;
  }
  return false;
}

NewApiKey fresh_key() {
  Key key;
  std::array<std::uint8_t, 8> id;
  const SystemRandom random;
  random.fill(key.bytes);
  random.fill(id);
  return {"key_" + to_hex(id.data(), id.size()), "dk_" + to_base64url(key)};
}

}  // namespace

std::optional<std::uint8_t> scopes_named(std::string_view list) {
  std::uint8_t scopes = 0;
  while (true) {
    const std::size_t comma = list.find(',');
    const auto scope = scope_named(list.substr(0, comma));
    if (!scope) return std::nullopt;
    scopes = static_cast<std::uint8_t>(scopes | *scope);
    if (comma == std::string_view::npos) return scopes;
    list.remove_prefix(comma + 1);
  }
}

std::string names_of_scopes(std::uint8_t scopes) {
  std::string names;
  for (const NamedScope& known : kScopes) {
    if ((scopes & bit_of(known.scope)) == 0) continue;
    if (!names.empty()) names.push_back(',');
    names.append(known.name);
  }
  return names;
}

Result<ApiKeyList, FileFault> list_api_keys(const std::string& file) {
  const auto read = read_private(file);
  if (!read && read.error().code == FaultCode::missing) {
    return FileFault{FaultCode::missing, read.error().text + ": make one with `dialin keys add --file " + file + " --tenant NAME`"};
  }
  if (!read) return read.error();
  auto keys = parse_keys(file, read->text.view());
  if (!keys) return keys.error();
  return ApiKeyList{std::move(*keys), read->stamp};
}

Result<NewApiKey, FileFault> add_api_key(const std::string& file, const std::string& tenant, std::uint8_t scopes, Instant now) {
  if (const auto broken = check_text(tenant, 1, kTenantCharacters_max)) {
    return FileFault{FaultCode::invalid, "the tenant's name " + broken->text};
  }
  if (has_control(tenant)) return FileFault{FaultCode::invalid, "the tenant's name must have no control characters, line ends among them"};
  if (scopes == 0 || scopes > kAllScopes) return FileFault{FaultCode::invalid, "a key needs at least one of the scopes read, write, audit"};
  const auto lock = FileLock::take(file);
  if (!lock) return lock.error();
  auto list = list_api_keys(file);
  const bool missing = !list && list.error().code == FaultCode::missing;
  if (!list && !missing) return list.error();
  std::vector<ApiKey> keys = missing ? std::vector<ApiKey>() : std::move(list->keys);
  NewApiKey made = fresh_key();
  keys.push_back({made.id, tenant, scopes, sha256(made.text), now, std::nullopt});
  const auto stored = missing ? create_private(file, text_of(keys)) : replace_private(file, text_of(keys));
  if (!stored) return stored.error();
  return made;
}

Result<void, FileFault> revoke_api_key(const std::string& file, std::string_view key_id, Instant now) {
  const auto present = list_api_keys(file);  // before the lock, so that a wrong name leaves no lock file behind
  if (!present) return present.error();
  const auto lock = FileLock::take(file);
  if (!lock) return lock.error();
  auto list = list_api_keys(file);
  if (!list) return list.error();
  const auto key = std::find_if(list->keys.begin(), list->keys.end(), [&](const ApiKey& each) { return each.id == key_id; });
  if (key == list->keys.end()) {
    return FileFault{FaultCode::no_such_key,
                     file + " has no key " + std::string(key_id) + ": `dialin keys list --file " + file + "` shows those it has"};
  }
  if (key->revoked_at) return {};
  key->revoked_at = now;
  return replace_private(file, text_of(list->keys));
}

}  // namespace dialin::crypto
