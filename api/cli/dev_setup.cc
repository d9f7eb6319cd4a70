#include "api/cli/dev_setup.h"

#include <filesystem>

#include "infra/crypto/api_key_file.h"
#include "infra/crypto/key_ring_file.h"

namespace dialin::cli {

Result<std::string, crypto::FileFault> set_up_dev(const ServeOptions& options, Instant now) {
  std::filesystem::create_directories(options.data);
  if (!std::filesystem::exists(options.keyring)) {
    if (const auto made = crypto::init_key_ring(options.keyring, now); !made) return made.error();
  }
  const std::string kept = options.data + "/dev.key";
  if (std::filesystem::exists(kept) && std::filesystem::exists(options.keys)) {
    auto key = crypto::read_private(kept);
    if (!key) return key.error();
    return std::string(key->text.view());
  }
  const auto added = crypto::add_api_key(options.keys, "dev", crypto::kAllScopes, now);
  if (!added) return added.error();
  std::filesystem::remove(kept);
  if (const auto written = crypto::create_private(kept, added->text); !written) return written.error();
  return added->text;
}

}  // namespace dialin::cli
