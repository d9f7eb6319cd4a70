#pragma once
// How many connections each address has, so that one cannot have all that there may be. An address is what Peer::neighbourhood() says. As
// many rows as there are addresses with an open connection. Any thread.

#include <cstddef>
#include <map>
#include <mutex>

#include "api/http/peer.h"

namespace dialin::http {

class AddressCounts {
 public:
  /// How many `peer`'s address has with this one.
  std::size_t opened(const Peer& peer);
  /// Once for each that was opened.
  void closed(const Peer& peer);
  /// Addresses with a connection.
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::map<Bytes16, std::size_t> counts_;
};

}  // namespace dialin::http
