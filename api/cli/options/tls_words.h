#pragma once
// Whether `dialin serve` speaks TLS, and with what. Main thread.

#include <string>

#include "api/cli/options/command_line.h"

namespace dialin::cli {

struct TlsOptions {
  std::string certificate;  ///< file; empty: in the clear
  std::string key;          ///< file
  std::string node_ca;      ///< file; empty: nodes are not told from other callers
  bool is_plain = false;    ///< other machines may reach what is in the clear
  bool is_on() const { return !certificate.empty(); }
};

/// Made before the line is parsed, asked afterwards.
class TlsWords {
 public:
  explicit TlsWords(CommandLine& line);
  TlsWords(const TlsWords&) = delete;
  TlsWords& operator=(const TlsWords&) = delete;
  /// Why they cannot be used to listen on `host`, which is looked up when it is a name; empty: `tls` is set.
  std::string read(const std::string& host, TlsOptions& tls) const;

 private:
  TlsOptions given_;
  bool plain_ = false;
};

/// Whether only this machine reaches what listens there. A name that means several addresses has only such ones; one that means none is
/// left to who binds it, which asks again.
bool is_loopback(const std::string& host);

}  // namespace dialin::cli
