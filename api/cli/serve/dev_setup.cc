#include "api/cli/serve/dev_setup.h"

#include <algorithm>
#include <filesystem>

#include "domain/sha256.h"
#include "infra/crypto/api_key_file.h"
#include "infra/crypto/key_ring_file.h"

namespace dialin::cli {
namespace {

/// The key that was made at an earlier start. Nothing when there is none, or when it is not in force any more.
Result<std::optional<std::string>, crypto::FileFault> kept_key(const std::string& kept, const std::string& keys) {
  if (!std::filesystem::exists(kept) || !std::filesystem::exists(keys)) return std::optional<std::string>();
  const auto key = crypto::read_private(kept);
  if (!key) return key.error();
  const auto list = crypto::list_api_keys(keys);
  if (!list) return list.error();
  const Bytes32 digest = sha256(key->text.view());
  const auto is_it = [&](const crypto::ApiKey& each) { return each.sha256 == digest && !each.revoked_at; };
  if (std::none_of(list->keys.begin(), list->keys.end(), is_it)) return std::optional<std::string>();
  return std::optional(std::string(key->text.view()));
}

}  // namespace

Result<std::string, crypto::FileFault> set_up_dev(const ServeOptions& options, Instant now) {
  std::filesystem::create_directories(options.data);
  if (!std::filesystem::exists(options.keyring)) {
    if (const auto made = crypto::init_key_ring(options.keyring, now); !made) return made.error();
  }
  const std::string kept = options.data + "/dev.key";
  const auto known = kept_key(kept, options.keys);
  if (!known) return known.error();
  if (*known) return **known;
  const auto added = crypto::add_api_key(options.keys, "dev", crypto::kAllScopes, now);
  if (!added) return added.error();
  std::filesystem::remove(kept);
  if (const auto written = crypto::create_private(kept, added->text); !written) return written.error();
  return added->text;
}

}  // namespace dialin::cli
