#include "api/http/certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace dialin::http::server_tests {

namespace {

constexpr long kDay_s = 24 * 3600;

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("certificates: ") + what);
}

std::shared_ptr<evp_pkey_st> fresh_key() {
  return {EVP_EC_gen("P-256"), &EVP_PKEY_free};
}

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, value.c_str());
  X509_EXTENSION_free(extension);
}

std::shared_ptr<x509_st> made(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuers_key, int days) {
  static std::atomic<long> serial{1};
  std::shared_ptr<x509_st> fresh(X509_new(), &X509_free);
  X509_set_version(fresh.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(fresh.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(fresh.get()), -kDay_s);
  X509_gmtime_adj(X509_getm_notAfter(fresh.get()), days * kDay_s);
  X509_set_pubkey(fresh.get(), key);
  X509_NAME* subject = X509_get_subject_name(fresh.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(fresh.get(), issuer == nullptr ? subject : X509_get_subject_name(issuer));
  if (issuer == nullptr) {
    extend(fresh.get(), fresh.get(), NID_basic_constraints, "critical,CA:TRUE");
  } else {
    extend(fresh.get(), issuer, NID_subject_alt_name, "DNS:" + name + ",IP:127.0.0.1");
  }
  must(X509_sign(fresh.get(), issuers_key, EVP_sha256()) != 0, "signing");
  return fresh;
}

template <class Write>
void write_pem(const std::string& file, const Write& write) {
  FILE* out = std::fopen(file.c_str(), "we");
  must(out != nullptr, file.c_str());
  const int written = write(out);
  must(std::fclose(out) == 0 && written == 1, file.c_str());
}

}  // namespace

Authority::Authority(std::string directory, const std::string& name)
    : directory_(std::move(directory)), file_(directory_ + "/" + name + ".ca.pem"), key_(fresh_key()) {
  constexpr int kYear = 365;
  certificate_ = made(name, key_.get(), nullptr, key_.get(), kYear);
  write_pem(file_, [this](FILE* out) { return PEM_write_X509(out, certificate_.get()); });
}

Issued Authority::issue(const std::string& name, int days) const {
  const std::string stem = file_.substr(0, file_.size() - std::string(".ca.pem").size()) + "." + name;
  const Issued issued{stem + ".pem", stem + ".key"};
  const auto key = fresh_key();
  const auto certificate = made(name, key.get(), certificate_.get(), key_.get(), days);
  write_pem(issued.certificate, [&](FILE* out) { return PEM_write_X509(out, certificate.get()); });
  write_pem(issued.key, [&](FILE* out) { return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  std::filesystem::permissions(issued.key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return issued;
}

std::shared_ptr<ssl_ctx_st> client_of(const Authority& authority, const Issued* shown) {
  std::shared_ptr<ssl_ctx_st> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  must(SSL_CTX_load_verify_file(context.get(), authority.file().c_str()) == 1, "the authority");
  if (shown == nullptr) return context;
  must(SSL_CTX_use_certificate_chain_file(context.get(), shown->certificate.c_str()) == 1, "the certificate");
  must(SSL_CTX_use_PrivateKey_file(context.get(), shown->key.c_str(), SSL_FILETYPE_PEM) == 1, "the key");
  return context;
}

std::string read_file(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

void write_file(const std::string& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

void replace(const Issued& old, const Issued& by) {
  write_file(old.certificate, read_file(by.certificate));
  write_file(old.key, read_file(by.key));
}

}  // namespace dialin::http::server_tests
