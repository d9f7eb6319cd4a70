#pragma once
// The key ring as a file: JSON that an operator can read, keep and copy.
//   {"fingerprint_key": base64, "sealing_keys": [{"id": "seal_…", "created_at": RFC 3339, "key": base64}, …]}
// The last sealing key seals; the others open what was sealed before. The fingerprint key is never rotated: fingerprints of one secret stay
// equal for ever.

#include <vector>

#include "domain/instant.h"
#include "infra/crypto/private_file.h"

namespace dialin::crypto {

struct SealingKey {
  std::string id;
  Instant created_at;
  Key key;
};
struct KeyRingContent {
  Key fingerprint_key;
  std::vector<SealingKey> sealing_keys;  ///< oldest first, at least one, ids unique
  FileStamp stamp;
};

constexpr std::size_t kSealingKeys_max = 10'000;

Result<KeyRingContent, FileFault> read_key_ring(const std::string& file);
/// Makes a ring with one key at a place where no file is. The id of that key.
Result<std::string, FileFault> init_key_ring(const std::string& file, Instant now);
/// Adds a key, which seals from then on. Its id. A running server that follows the file sees it within a second.
Result<std::string, FileFault> rotate_key_ring(const std::string& file, Instant now);

/// Takes a key away; what it sealed is then lost, so whoever calls this knows that there is nothing. Never the one that seals.
Result<void, FileFault> remove_sealing_key(const std::string& file, std::string_view key_id);

}  // namespace dialin::crypto
