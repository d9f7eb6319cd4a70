#include "infra/crypto/key_ring.h"

#include <cstring>
#include <functional>
#include <unordered_map>

#include "infra/crypto/aes_gcm.h"
#include "infra/crypto/file_follower.h"
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
  bool has(std::string_view id) const { return keys.contains(id); }
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
  Held(std::string its_file, const KeyRingContent& content)
      : file(std::move(its_file)), loaded(content.stamp), ring(std::make_shared<const Ring>(content)) {}

  Result<FileStamp, FileFault> reload() {
    const auto content = read_key_ring(file);
    if (!content) return content.error();
    if (content->fingerprint_key != ring.get().fingerprint_key) {
      return FileFault{FaultCode::damaged,
                       file + " is another ring, with another fingerprint_key. Put back the one that this log was written with"};
    }
    const auto next = std::make_shared<Ring>(*content);
    for (const auto& [id, key] : ring.get().keys) {
      if (next->has(id)) continue;
      if (!is_needed || is_needed(id)) {
        return FileFault{FaultCode::damaged, file + " lost the sealing key " + id + ", which is still needed. Put it back"};
      }
      next->keys.emplace(id, key);  // for what was sealed with it here and is on its way
    }
    ring.replace(next);
    return content->stamp;
  }

  const std::string file;
  const FileStamp loaded;
  IsNeeded is_needed;
  Snapshot<Ring> ring;
  std::optional<FileFollower> follower;  // last, so that its thread ends before what it uses
};

KeyRing::KeyRing(std::unique_ptr<Held> held) : held_(std::move(held)) {}
KeyRing::~KeyRing() = default;

Result<std::unique_ptr<KeyRing>, FileFault> KeyRing::load(const std::string& file) {
  const auto content = read_key_ring(file);
  if (!content) return content.error();
  return std::unique_ptr<KeyRing>(new KeyRing(std::make_unique<Held>(file, *content)));
}

void KeyRing::follow(Telemetry& telemetry, IsNeeded is_needed) {
  held_->is_needed = std::move(is_needed);
  held_->follower.emplace(
      held_->file, held_->loaded, [held = held_.get()] { return held->reload(); }, telemetry);
}

void KeyRing::look_now() {
  if (held_->follower) held_->follower->look_now();
}

void KeyRing::stop_following() {
  held_->follower.reset();
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
