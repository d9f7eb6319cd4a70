#include "infra/crypto/api_keys.h"

#include <openssl/crypto.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "domain/sha256.h"
#include "infra/crypto/snapshot.h"

namespace dialin::crypto {
namespace {

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
  Followed(std::string its_file, const ApiKeyList& list, Telemetry& its_telemetry)
      : file(std::move(its_file)), telemetry(its_telemetry), callers(callers_of(list.keys)), loaded(list.stamp) {}

  void follow(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, std::chrono::milliseconds(kPoll_ms), [&] { return stop.stop_requested(); })) look();
  }

  /// After a fault the stamp stays the old one, so that every look tries again.
  void look() {
    if (stamp_of(file) == loaded) {
      broken = false;
      return;
    }
    const auto list = list_api_keys(file);
    if (list) {
      callers.replace(callers_of(list->keys));
      loaded = list->stamp;
      telemetry.say(Level::info, "API keys read again from " + file);
    } else if (!broken) {
      telemetry.say(Level::error, "the API keys stay as they were: " + list.error().text);
    }
    broken = !list;
  }

  const std::string file;
  Telemetry& telemetry;
  Snapshot<Callers> callers;
  // Of the thread alone:
  FileStamp loaded;
  bool broken = false;

  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread thread;  // last, so that it ends before what it uses
};

ApiKeys::ApiKeys(std::unique_ptr<Followed> followed) : followed_(std::move(followed)) {
  followed_->thread = std::jthread([followed = followed_.get()](const std::stop_token& stop) { followed->follow(stop); });
}
ApiKeys::~ApiKeys() = default;

Result<std::unique_ptr<ApiKeys>, FileFault> ApiKeys::open(const std::string& file, Telemetry& telemetry) {
  const auto list = list_api_keys(file);
  if (!list) return list.error();
  return std::unique_ptr<ApiKeys>(new ApiKeys(std::make_unique<Followed>(file, *list, telemetry)));
}

std::shared_ptr<const Caller> ApiKeys::caller(std::string_view presented_key) const {
  const Callers& callers = followed_->callers.get();
  const auto found = callers.find(sha256(presented_key));
  return found != callers.end() ? found->second : nullptr;
}

}  // namespace dialin::crypto
