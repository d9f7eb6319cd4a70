#pragma once
// API keys as a file. Only hashes are stored, so the file gives nobody a key; yet who may write it makes keys, so it is private.
//   {"keys": [{"id": "key_…", "tenant": name, "scopes": ["read", …], "sha256": hex, "created_at": RFC 3339, "revoked_at": RFC 3339 or
//   null}, …]}
// A key's text is `dk_` and 43 characters of base64url. Any thread, any number of processes: changes take turns by a lock.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/access.h"
#include "domain/instant.h"
#include "infra/crypto/private_file.h"

namespace dialin::crypto {

struct ApiKey {
  std::string id;
  std::string tenant;       ///< name
  std::uint8_t scopes = 0;  ///< bits of Scope
  Bytes32 sha256{};         ///< of the key's text
  Instant created_at;
  std::optional<Instant> revoked_at;
};
struct NewApiKey {
  std::string id;
  std::string text;  ///< shown once, kept nowhere
};
struct ApiKeyList {
  std::vector<ApiKey> keys;  ///< oldest first, the revoked too
  FileStamp stamp;
};

constexpr std::uint8_t kAllScopes = 7;
constexpr std::size_t kTenantCharacters_max = 128;

/// Of a comma list: `read,write,audit`. Nothing when a name is unknown or there is none.
std::optional<std::uint8_t> scopes_named(std::string_view list);
/// The comma list of the scopes, in the order read, write, audit.
std::string names_of_scopes(std::uint8_t scopes);

Result<ApiKeyList, FileFault> list_api_keys(const std::string& file);
/// Makes the file when it is missing. A name with control characters is refused here alone: a key that has one goes on being good.
Result<NewApiKey, FileFault> add_api_key(const std::string& file, const std::string& tenant, std::uint8_t scopes, Instant now);
/// A key revoked before stays revoked since then.
Result<void, FileFault> revoke_api_key(const std::string& file, std::string_view key_id, Instant now);

}  // namespace dialin::crypto
