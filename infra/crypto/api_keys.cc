#include "infra/crypto/api_keys.h"

#include <openssl/crypto.h>

#include <unordered_map>

#include "domain/sha256.h"
#include "infra/crypto/file_follower.h"
#include "infra/crypto/snapshot.h"

namespace dialin::crypto {
namespace {

// Nothing below looks at the characters of a key, but for hashing them: the presented one is known by its digest alone, which says nothing
// about the digests that are near it, so what the time of a lookup may tell about bits of a digest is of no use to who lacks the key. The
// last comparison takes the same time wherever two digests differ.

/// A digest is hash enough.
struct HashOfDigest {
  std::size_t operator()(const Bytes32& digest) const {
    std::size_t hash;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
  }
};
struct SameDigest {
  bool operator()(const Bytes32& a, const Bytes32& b) const { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }
};
using Callers = std::unordered_map<Bytes32, std::shared_ptr<const Caller>, HashOfDigest, SameDigest>;

std::shared_ptr<const Callers> callers_of(const std::vector<ApiKey>& keys) {
  auto callers = std::make_shared<Callers>();
  for (const ApiKey& key : keys) {
    if (key.revoked_at) continue;
    callers->emplace(key.sha256, std::make_shared<const Caller>(Caller{tenant_id_of(key.tenant), key.tenant, key.id, key.scopes}));
  }
  return callers;
}

}  // namespace

struct ApiKeys::Followed {
  Followed(const std::string& file, const ApiKeyList& list, Telemetry& telemetry)
      : callers(callers_of(list.keys)),
        follower(
            file, list.stamp, [this, file] { return reload(file); }, telemetry) {}

  Result<FileStamp, FileFault> reload(const std::string& file) {
    const auto list = list_api_keys(file);
    if (!list) return list.error();
    callers.replace(callers_of(list->keys));
    return list->stamp;
  }

  Snapshot<Callers> callers;
  FileFollower follower;  // last, so that its thread ends before what it uses
};

ApiKeys::ApiKeys(std::unique_ptr<Followed> followed) : followed_(std::move(followed)) {}
ApiKeys::~ApiKeys() = default;

Result<std::unique_ptr<ApiKeys>, FileFault> ApiKeys::open(const std::string& file, Telemetry& telemetry) {
  const auto list = list_api_keys(file);
  if (!list) return list.error();
  return std::unique_ptr<ApiKeys>(new ApiKeys(std::make_unique<Followed>(file, *list, telemetry)));
}

void ApiKeys::look_now() {
  followed_->follower.look_now();
}

std::shared_ptr<const Caller> ApiKeys::caller(std::string_view presented_key) const {
  const Callers& callers = followed_->callers.get();
  const auto found = callers.find(sha256(presented_key));
  return found != callers.end() ? found->second : nullptr;
}

}  // namespace dialin::crypto
