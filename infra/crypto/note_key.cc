#include "infra/crypto/note_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "domain/base64.h"
#include "domain/sha256.h"
#include "domain/validate.h"

namespace dialin::crypto {
namespace {

constexpr std::string_view kPrivate = "PRIVATE+KEY+";
/// The format's identifier of Ed25519.
constexpr char kAlgorithm = 0x01;

using OpenKey = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Context = std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)>;

[[noreturn]] void fails(const char* what) {
  throw std::runtime_error(std::string("OpenSSL failed at ") + what);
}
void must(bool done, const char* what) {
  if (!done) fails(what);
}

Context context() {
  Context made(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!made) throw std::bad_alloc();
  return made;
}

OpenKey private_key(const Key& seed) {
  OpenKey key(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, seed.bytes.data(), seed.bytes.size()), &EVP_PKEY_free);
  must(key != nullptr, "an Ed25519 key");
  return key;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

template <class Bytes>
std::string_view view_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes32 public_key(const Key& seed) {
  Bytes32 bytes;
  std::size_t size = bytes.size();
  must(EVP_PKEY_get_raw_public_key(private_key(seed).get(), bytes.data(), &size) == 1 && size == bytes.size(), "a public key");
  return bytes;
}

NoteKeyId id_of(std::string_view name, const Bytes32& key) {
  const char between[] = {'\n', kAlgorithm};
  const Bytes32 digest = Sha256().add(name).add({between, sizeof between}).add(view_of(key)).digest();
  NoteKeyId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

/// `<name>+<8 hex digits>+<base64 of 0x01 and 32 bytes>`.
struct Encoded {
  std::string_view name, id;
  Key key;
};
std::optional<Encoded> split(std::string_view text) {
  const std::size_t first = text.find('+');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto bytes = from_base64(text.substr(second + 1));
  if (!bytes) return std::nullopt;
  const WipedText clear(std::move(*bytes));
  Encoded encoded{text.substr(0, first), text.substr(first + 1, second - first - 1), {}};
  if (!is_note_key_name(encoded.name)) return std::nullopt;
  if (clear.view().size() != 1 + encoded.key.bytes.size() || clear.view().front() != kAlgorithm) return std::nullopt;
  std::memcpy(encoded.key.bytes.data(), clear.view().data() + 1, encoded.key.bytes.size());
  return encoded;
}

std::string joined(const NoteVerifier& of, const Bytes32& key) {
  WipedText clear(std::string(1, kAlgorithm).append(view_of(key)));
  std::string text;
  text.reserve(of.name().size() + 64);  // whole: a text that grows leaves unwiped copies behind
  text.append(of.name()).append("+").append(to_hex(of.id().data(), of.id().size())).append("+");
  append_base64(clear.view(), text);
  return text;
}

/// The White_Space of Unicode that is not ASCII, each as UTF-8; U+2000 to U+200A are three bytes whose last one runs.
bool has_wide_space(std::string_view text) {
  for (const std::string_view space : {"\u0085", "\u00A0", "\u1680", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"}) {
    if (text.find(space) != std::string_view::npos) return true;
  }
  for (std::size_t at = text.find("\xE2\x80"); at != std::string_view::npos; at = text.find("\xE2\x80", at + 1)) {
    if (at + 2 < text.size() && static_cast<unsigned char>(text[at + 2]) <= 0x8A) return true;
  }
  return false;
}

}  // namespace

bool is_note_key_name(std::string_view name) {
  if (name.empty() || name.size() > kNoteKeyName_bytes_max || !is_utf8(name) || has_wide_space(name)) return false;
  return std::none_of(name.begin(), name.end(), [](unsigned char c) { return c <= ' ' || c == 0x7F || c == '+'; });
}

NoteVerifier::NoteVerifier(std::string name, const Bytes32& key) : name_(std::move(name)), key_(key), id_(id_of(name_, key_)) {}

std::optional<NoteVerifier> NoteVerifier::parse(std::string_view encoded) {
  const auto parts = split(encoded);
  if (!parts) return std::nullopt;
  NoteVerifier verifier(std::string(parts->name), parts->key.bytes);
  if (parts->id != to_hex(verifier.id_.data(), verifier.id_.size())) return std::nullopt;
  return verifier;
}

std::string NoteVerifier::encoded() const {
  return joined(*this, key_);
}

bool NoteVerifier::verifies(std::string_view text, std::string_view signature) const {
  if (signature.size() != kNoteSignature_bytes) return false;
  const OpenKey key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, key_.data(), key_.size()), &EVP_PKEY_free);
  must(key != nullptr, "an Ed25519 public key");
  const Context own = context();
  must(EVP_DigestVerifyInit(own.get(), nullptr, nullptr, nullptr, key.get()) == 1, "the start of verifying");
  return EVP_DigestVerify(own.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

NoteSigner::NoteSigner(std::string name, const Key& seed) : seed_(seed), verifier_(std::move(name), public_key(seed)) {}

NoteSigner NoteSigner::fresh(std::string name, const Random& random) {
  Key seed;
  random.fill(seed.bytes);
  return {std::move(name), seed};
}

std::optional<NoteSigner> NoteSigner::parse(std::string_view encoded) {
  if (!encoded.starts_with(kPrivate)) return std::nullopt;
  const auto parts = split(encoded.substr(kPrivate.size()));
  if (!parts) return std::nullopt;
  NoteSigner signer(std::string(parts->name), parts->key);
  if (parts->id != to_hex(signer.verifier_.id_.data(), signer.verifier_.id_.size())) return std::nullopt;
  return signer;
}

WipedText NoteSigner::encoded() const {
  WipedText tail(joined(verifier_, seed_.bytes));
  std::string text;
  text.reserve(kPrivate.size() + tail.view().size());
  return WipedText(std::move(text.append(kPrivate).append(tail.view())));
}

std::string NoteSigner::sign(std::string_view text) const {
  const OpenKey key = private_key(seed_);
  const Context own = context();
  must(EVP_DigestSignInit(own.get(), nullptr, nullptr, nullptr, key.get()) == 1, "the start of signing");
  std::string signature(kNoteSignature_bytes, '\0');
  std::size_t size = signature.size();
  auto* const out = reinterpret_cast<unsigned char*>(signature.data());
  must(EVP_DigestSign(own.get(), out, &size, bytes_of(text), text.size()) == 1 && size == signature.size(), "signing");
  return signature;
}

}  // namespace dialin::crypto
