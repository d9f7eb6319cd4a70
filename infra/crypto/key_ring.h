#pragma once
// The keys that seal `hmac`, loaded from a file (key_ring_file.h). Any thread; reload() swaps the ring under the feet of readers, who see
// the old or the new.

#include <memory>
#include <string>
#include <vector>

#include "domain/secrets.h"
#include "domain/telemetry.h"
#include "infra/crypto/key_ring_file.h"

namespace dialin::crypto {

class KeyRing : public Secrets {
 public:
  static Result<std::unique_ptr<KeyRing>, FileFault> load(const std::string& file);
  ~KeyRing() override;

  /// From now on takes over what the file becomes (after a rotation), within FileFollower::kPoll_ms. A broken file, or one with another
  /// fingerprint key, changes nothing; `telemetry`, which must outlive this, is told once. Call it once at most.
  void follow(Telemetry& telemetry);

  Sealed seal(std::string_view clear, const TenantId& tenant, const ConfigId& id) const override;
  std::optional<std::string> open(const Sealed& sealed, const TenantId& tenant, const ConfigId& id) const override;
  bool has_key(std::string_view key_id) const override;

 private:
  struct Held;
  explicit KeyRing(std::unique_ptr<Held> held);
  const std::unique_ptr<Held> held_;
};

}  // namespace dialin::crypto
