#include <iostream>

#include "api/cli/command.h"
#include "api/cli/options.h"
#include "infra/crypto/key_ring_file.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::cli {
namespace {

int failed(const crypto::FileFault& fault) {
  std::cerr << "dialin keyring: " << fault.text << '\n';
  return kCouldNotRun;
}

int said(const Result<std::string, crypto::FileFault>& key_id, std::string_view what) {
  if (!key_id) return failed(key_id.error());
  std::cerr << what << ' ' << *key_id << '\n';
  return kDone;
}

int list(const std::string& file) {
  const auto ring = crypto::read_key_ring(file);
  if (!ring) return failed(ring.error());
  const auto& keys = ring->sealing_keys;
  for (const auto& key : keys) {
    std::cout << key.id << "\tcreated " << key.created_at.rfc3339() << '\t' << (&key == &keys.back() ? "seals and opens" : "opens") << '\n';
  }
  return kDone;
}

}  // namespace

int run_keyring(const std::vector<std::string>& arguments) {
  const auto parsed = read_keyring_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<KeyringOptions>(parsed);
  const Instant now = telemetry::SystemClock{}.now();
  switch (options.action) {
    case KeyringOptions::Action::init:
      return said(crypto::init_key_ring(options.file, now), "made a key ring; secrets are sealed with");
    case KeyringOptions::Action::rotate:
      return said(crypto::rotate_key_ring(options.file, now), "from now on secrets are sealed with");
    case KeyringOptions::Action::list:
      return list(options.file);
  }
  return kWrongUse;
}

}  // namespace dialin::cli
