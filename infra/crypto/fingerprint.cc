#include "infra/crypto/fingerprint.h"

#include "domain/sha256.h"

namespace dialin::crypto {
namespace {

// The two pads of RFC 2104.
constexpr std::uint8_t kInnerPad = 0x36;
constexpr std::uint8_t kOuterPad = 0x5c;
constexpr std::size_t kFingerprint_bytes = 8;

template <class Bytes>
std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Fingerprints::Fingerprints(const Key& key) {
  inner_.fill(kInnerPad);
  outer_.fill(kOuterPad);
  for (std::size_t i = 0; i < key.bytes.size(); ++i) {
    inner_[i] ^= key.bytes[i];
    outer_[i] ^= key.bytes[i];
  }
}

Fingerprints::~Fingerprints() {
  wipe(inner_.data(), inner_.size());
  wipe(outer_.data(), outer_.size());
}

std::string Fingerprints::of(std::string_view secret) const {
  const Bytes32 inner = Sha256().add(text_of(inner_)).add(secret).digest();
  const Bytes32 outer = Sha256().add(text_of(outer_)).add(text_of(inner)).digest();
  return to_hex(outer.data(), kFingerprint_bytes);
}

}  // namespace dialin::crypto
