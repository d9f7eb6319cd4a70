// The file of the keys that seal.

#include <set>

#include "fuzz/fuzz.h"
#include "infra/crypto/key_ring_file.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto ring = crypto::read_key_ring(fuzz::file_with(fuzz::text_of(bytes, size)));
  if (!ring) {
    fuzz::must(ring.error().code == crypto::FaultCode::damaged, "a file that is there is read or damaged");
    fuzz::must(!ring.error().text.empty(), "and it is said how");
    return 0;
  }
  std::set<std::string> ids;
  for (const auto& key : ring->sealing_keys) fuzz::must(ids.insert(key.id).second, "ids are unique");
  fuzz::must(!ids.empty(), "there is a key that seals");
  return 0;
}
