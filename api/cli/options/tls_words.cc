#include "api/cli/options/tls_words.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>

#include "api/http/peer.h"

namespace dialin::cli {
namespace {

bool is_loopback(const addrinfo& found) {
  sockaddr_storage address{};
  std::memcpy(&address, found.ai_addr, found.ai_addrlen);
  return http::peer_of(address).is_loopback();
}

}  // namespace

bool is_loopback(const std::string& host) {
  addrinfo wish{};
  wish.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  wish.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  // With a port, as for binding it: without one `*` is no host, with one it is all addresses.
  if (::getaddrinfo(host.c_str(), "0", &wish, &found) != 0) return true;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> kept(found, &::freeaddrinfo);
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (!is_loopback(*each)) return false;
  }
  return true;
}

TlsWords::TlsWords(CommandLine& line) {
  line.option("--tls-cert", given_.certificate, "PEM file of the certificate to speak TLS with, and of those that lead to its root");
  line.option("--tls-key", given_.key, "PEM file of its private key");
  line.option("--tls-node-ca", given_.node_ca,
              "PEM file of the authority of the nodes' certificates: nodes show theirs to each other, and nobody else passes for one");
  line.flag("--plain", plain_, "listen without TLS though other machines reach it, because something else protects the way");
}

std::string TlsWords::read(const std::string& host, TlsOptions& tls) const {
  if (given_.certificate.empty() != given_.key.empty()) return "--tls-cert and --tls-key go together: give both";
  if (!given_.node_ca.empty() && !given_.is_on()) return "--tls-node-ca needs --tls-cert and --tls-key";
  if (plain_ && given_.is_on()) return "--plain goes without --tls-cert: it says that no TLS is spoken";
  if (!plain_ && !given_.is_on() && !is_loopback(host)) {
    return "other machines reach --listen " + host +
           ", and without TLS whoever is on the way reads API keys and secrets: give --tls-cert FILE and --tls-key FILE, listen on "
           "127.0.0.1, or say --plain when something else protects the way";
  }
  tls = given_;
  tls.is_plain = plain_;
  return {};
}

}  // namespace dialin::cli
