#pragma once
// The keys that seal `hmac`, loaded from a file (key_ring_file.h). Any thread; reload() swaps the ring under the feet of readers, who see
// the old or the new.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/secrets.h"
#include "domain/telemetry.h"
#include "infra/crypto/key_ring_file.h"

namespace dialin::crypto {

class KeyRing : public Secrets {
 public:
  static Result<std::unique_ptr<KeyRing>, FileFault> load(const std::string& file);
  ~KeyRing() override;

  /// Whether some secret was sealed with the key, as far as it is known. Any thread.
  using IsNeeded = std::function<bool(std::string_view key_id)>;
  /// From now on takes over what the file becomes (after a rotation), within FileFollower::kPoll_ms. A broken file, one with another
  /// fingerprint key, or one that lost a key which `is_needed` (empty: all are) changes nothing; `telemetry`, which must outlive this, is
  /// told once. A key that was removed because it is not needed goes on opening until the process ends. Call it once at most.
  void follow(Telemetry& telemetry, IsNeeded is_needed = {});
  /// While it follows: reads the file now, and says what came of it. Waits for nothing. Not beside follow() and stop_following().
  void look_now();
  /// Once this returns, `is_needed` is asked no more.
  void stop_following();

  Sealed seal(std::string_view clear, const TenantId& tenant, const ConfigId& id) const override;
  std::optional<std::string> open(const Sealed& sealed, const TenantId& tenant, const ConfigId& id) const override;
  bool has_key(std::string_view key_id) const override;

 private:
  struct Held;
  explicit KeyRing(std::unique_ptr<Held> held);
  const std::unique_ptr<Held> held_;
};

}  // namespace dialin::crypto
