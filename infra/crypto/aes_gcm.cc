#include "infra/crypto/aes_gcm.h"

#include <openssl/evp.h>

#include <cstring>
#include <memory>
#include <stdexcept>

namespace dialin::crypto {
namespace {

void must(int done, const char* what) {
  if (done != 1) throw std::runtime_error(std::string("OpenSSL failed at ") + what);
}

/// Fetching an algorithm costs as much as a thousand seals: once a process.
const EVP_CIPHER* cipher() {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (fetched == nullptr) throw std::runtime_error("OpenSSL has no AES-256-GCM");
  return fetched;
}

/// A context that knows the cipher already: setting key and nonce alone is cheaper than a full start. It holds the key until its next use.
struct Context {
  using Start = int (*)(EVP_CIPHER_CTX*, const EVP_CIPHER*, const unsigned char*, const unsigned char*, const OSSL_PARAM*);

  explicit Context(Start start) : context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free) {
    if (!context) throw std::bad_alloc();
    must(start(context.get(), cipher(), nullptr, nullptr, nullptr), "the start of AES-256-GCM");
  }
  std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context;
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
int size_of(std::string_view text) {
  return static_cast<int>(text.size());
}

}  // namespace

std::string gcm_seal(const Key& key, const Nonce& nonce, std::string_view clear, std::string_view bound) {
  thread_local const Context own(&EVP_EncryptInit_ex2);
  EVP_CIPHER_CTX* const context = own.context.get();
  std::string box(kNonce_bytes + clear.size() + kTag_bytes, '\0');
  std::memcpy(box.data(), nonce.data(), nonce.size());
  unsigned char* const cipher_text = bytes_of(box) + kNonce_bytes;
  int written = 0;
  must(EVP_EncryptInit_ex2(context, nullptr, key.bytes.data(), nonce.data(), nullptr), "a key");
  must(EVP_EncryptUpdate(context, nullptr, &written, bytes_of(bound), size_of(bound)), "what is bound");
  must(EVP_EncryptUpdate(context, cipher_text, &written, bytes_of(clear), size_of(clear)), "encrypting");
  must(EVP_EncryptFinal_ex(context, cipher_text + clear.size(), &written), "the end of encrypting");
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTag_bytes, cipher_text + clear.size()), "a tag");
  return box;
}

std::optional<std::string> gcm_open(const Key& key, std::string_view box, std::string_view bound) {
  if (box.size() < kNonce_bytes + kTag_bytes) return std::nullopt;
  thread_local const Context own(&EVP_DecryptInit_ex2);
  EVP_CIPHER_CTX* const context = own.context.get();
  const std::string_view cipher_text = box.substr(kNonce_bytes, box.size() - kNonce_bytes - kTag_bytes);
  std::array<unsigned char, kTag_bytes> tag;
  std::memcpy(tag.data(), box.data() + box.size() - kTag_bytes, tag.size());
  std::string clear(cipher_text.size(), '\0');
  int written = 0;
  must(EVP_DecryptInit_ex2(context, nullptr, key.bytes.data(), bytes_of(box), nullptr), "a key");
  must(EVP_DecryptUpdate(context, nullptr, &written, bytes_of(bound), size_of(bound)), "what is bound");
  must(EVP_DecryptUpdate(context, bytes_of(clear), &written, bytes_of(cipher_text), size_of(cipher_text)), "decrypting");
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTag_bytes, tag.data()), "a tag");
  if (EVP_DecryptFinal_ex(context, bytes_of(clear) + clear.size(), &written) == 1) return clear;
  wipe(clear.data(), clear.size());
  return std::nullopt;
}

}  // namespace dialin::crypto
