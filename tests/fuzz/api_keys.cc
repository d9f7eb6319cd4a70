// The file of API keys.

#include "fuzz/fuzz.h"
#include "infra/crypto/api_key_file.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto keys = crypto::list_api_keys(fuzz::file_with(fuzz::text_of(bytes, size)));
  if (!keys) {
    fuzz::must(keys.error().code == crypto::FaultCode::damaged, "a file that is there is read or damaged");
    fuzz::must(!keys.error().text.empty(), "and it is said how");
    return 0;
  }
  for (const crypto::ApiKey& key : keys->keys) {
    fuzz::must(!key.id.empty() && !key.tenant.empty(), "a key has an id and a tenant");
    fuzz::must(key.scopes <= crypto::kAllScopes, "scopes are known");
  }
  return 0;
}
