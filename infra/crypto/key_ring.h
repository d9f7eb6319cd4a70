#pragma once
// The keys that seal `hmac`, loaded from a file (key_ring_file.h). Any thread; reload() swaps the ring under the feet of readers, who see
// the old or the new.

#include <memory>
#include <string>
#include <vector>

#include "domain/secrets.h"
#include "infra/crypto/key_ring_file.h"

namespace dialin::crypto {

class KeyRing : public Secrets {
 public:
  static Result<std::unique_ptr<KeyRing>, FileFault> load(const std::string& file);
  ~KeyRing() override;

  /// Takes the file's content of now. On a fault the ring stays as it was; another fingerprint key is one.
  Result<void, FileFault> reload();

  Sealed seal(std::string_view clear, const TenantId& tenant, const ConfigId& id) const override;
  std::optional<std::string> open(const Sealed& sealed, const TenantId& tenant, const ConfigId& id) const override;
  bool has_key(std::string_view key_id) const override;

 private:
  struct Held;
  KeyRing(std::string file, std::unique_ptr<Held> held);
  const std::string file_;
  const std::unique_ptr<Held> held_;
};

}  // namespace dialin::crypto
