#include "infra/crypto/key_ring.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <unordered_map>

#include "infra/crypto/aes_gcm.h"
#include "infra/crypto/fingerprint.h"
#include "infra/crypto/snapshot.h"
#include "infra/crypto/system_random.h"

namespace dialin::crypto {
namespace {

struct HashOfText {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// What the ring is, ready for use.
struct Ring {
  explicit Ring(const KeyRingContent& content)
      : fingerprint_key(content.fingerprint_key), fingerprints(content.fingerprint_key), newest(content.sealing_keys.back()) {
    for (const SealingKey& key : content.sealing_keys) keys.emplace(key.id, key.key);
  }
  Key fingerprint_key;
  Fingerprints fingerprints;
  SealingKey newest;
  std::unordered_map<std::string, Key, HashOfText, std::equal_to<>> keys;
};

/// A seal is good for one config of one tenant only: a box copied elsewhere does not open.
struct BoundTo {
  BoundTo(const TenantId& tenant, const ConfigId& id) {
    std::memcpy(bytes.data(), tenant.bytes.data(), tenant.bytes.size());
    std::memcpy(bytes.data() + tenant.bytes.size(), id.bytes.data(), id.bytes.size());
  }
  std::string_view view() const { return {bytes.data(), bytes.size()}; }
  std::array<char, 32> bytes;
};

}  // namespace

struct KeyRing::Held {
  explicit Held(const KeyRingContent& content) : ring(std::make_shared<const Ring>(content)) {}
  Snapshot<Ring> ring;
};

KeyRing::KeyRing(std::string file, std::unique_ptr<Held> held) : file_(std::move(file)), held_(std::move(held)) {}
KeyRing::~KeyRing() = default;

Result<std::unique_ptr<KeyRing>, FileFault> KeyRing::load(const std::string& file) {
  const auto content = read_key_ring(file);
  if (!content) return content.error();
  return std::unique_ptr<KeyRing>(new KeyRing(file, std::make_unique<Held>(*content)));
}

Result<void, FileFault> KeyRing::reload() {
  const auto content = read_key_ring(file_);
  if (!content) return content.error();
  if (content->fingerprint_key != held_->ring.get().fingerprint_key) {
    return FileFault{FaultCode::damaged,
                     file_ + " has another fingerprint_key than before: it is another ring. Put back the one this log was written with"};
  }
  held_->ring.replace(std::make_shared<const Ring>(*content));
  return {};
}

Sealed KeyRing::seal(std::string_view clear, const TenantId& tenant, const ConfigId& id) const {
  const Ring& ring = held_->ring.get();
  Nonce nonce;
  SystemRandom().fill(nonce);
  return {.key_id = ring.newest.id,
          .box = gcm_seal(ring.newest.key, nonce, clear, BoundTo(tenant, id).view()),
          .fingerprint = ring.fingerprints.of(clear)};
}

std::optional<std::string> KeyRing::open(const Sealed& sealed, const TenantId& tenant, const ConfigId& id) const {
  const Ring& ring = held_->ring.get();
  const auto key = ring.keys.find(std::string_view(sealed.key_id));
  if (key == ring.keys.end()) return std::nullopt;
  return gcm_open(key->second, sealed.box, BoundTo(tenant, id).view());
}

bool KeyRing::has_key(std::string_view key_id) const {
  return held_->ring.get().keys.contains(key_id);
}

}  // namespace dialin::crypto
