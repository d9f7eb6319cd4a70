#pragma once
// What connections are encrypted with: a certificate, its key and perhaps the nodes' CA, read from files, and read again when these have
// changed. Made by api/cli. The server takes from it for each connection that it accepts, the NodeClient for each that it makes: those that
// are there keep what they began with. Any thread.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/http/tls_files.h"

struct ssl_ctx_st;
struct ssl_st;

namespace dialin::http {

struct TlsFiles {
  std::string certificate;  ///< the server's own first, then those that lead to its root
  std::string key;
  std::string node_ca;  ///< who holds a certificate issued by one of these is a node; empty: nobody is known as one
};

class TlsContext {
 public:
  static Result<std::shared_ptr<TlsContext>, TlsFault> load(TlsFiles files);
  /// On a fault what was in force stays in force. Tickets that were given out before are of no use afterwards.
  Result<void, TlsFault> reload();

  std::shared_ptr<ssl_ctx_st> accepting() const;
  /// For calls to other nodes: trusts the nodes' CA, and shows it the own certificate; without one it trusts whom the system trusts.
  std::shared_ptr<ssl_ctx_st> calling() const;
  bool knows_nodes() const { return !files_.node_ca.empty(); }
  const TlsFiles& files() const { return files_; }
  /// When the certificate in force expires, in seconds since 1970.
  std::int64_t expires_at() const;
  /// What an operator should mend, though it serves: sentences that name the file.
  std::vector<std::string> warnings() const;

 private:
  struct InForce {
    std::shared_ptr<ssl_ctx_st> accepting;
    std::shared_ptr<ssl_ctx_st> calling;
    std::int64_t expires_at = 0;
    std::vector<std::string> warnings;
  };
  explicit TlsContext(TlsFiles files) : files_(std::move(files)) {}
  static Result<InForce, TlsFault> read(const TlsFiles& files);

  const TlsFiles files_;
  std::mutex reloading_;
  mutable std::mutex mutex_;  ///< of what follows
  InForce in_force_;
};

/// For connections that we make: TLS 1.2 or newer, to a server whose certificate comes from `ca_file`, or, when that is empty, from an
/// authority that the system trusts.
Result<std::shared_ptr<ssl_ctx_st>, TlsFault> calling_context(const std::string& ca_file);
/// A connection to be made to `host`, a name or an address, for which the certificate must have been issued. The caller frees it.
Result<ssl_st*, TlsFault> calling_connection(ssl_ctx_st& context, const std::string& host);
/// Why a handshake that we began has failed: what is wrong with the server's certificate, if that is why; else empty.
std::string certificate_fault(const ssl_st& connection);

}  // namespace dialin::http
