#pragma once
// Certificates for tests: an authority of their own, and what it issues, in files and as contexts of clients.

#include <memory>
#include <string>

struct evp_pkey_st;
struct ssl_ctx_st;
struct x509_st;

namespace dialin::http::server_tests {

struct Issued {
  std::string certificate;  ///< file
  std::string key;          ///< file
};

class Authority {
 public:
  /// Its files stand in `directory`; its certificate is `NAME.ca.pem`.
  Authority(std::string directory, const std::string& name);
  const std::string& file() const { return file_; }
  /// For `name` (and 127.0.0.1), valid from a day ago for `days` more.
  Issued issue(const std::string& name, int days = 30) const;

 private:
  std::string directory_, file_;
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
};

/// Of a client that trusts `authority`; with `shown`, it has that certificate to show.
std::shared_ptr<ssl_ctx_st> client_of(const Authority& authority, const Issued* shown = nullptr);
/// Every file of these is replaced by that of the other.
void replace(const Issued& old, const Issued& by);
std::string read_file(const std::string& file);
void write_file(const std::string& file, const std::string& text);

}  // namespace dialin::http::server_tests
