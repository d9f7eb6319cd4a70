#pragma once
// What all connections of one server have in common. Made by the Server, outlives its io threads.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

#include "api/http/address_counts.h"
#include "api/http/handler.h"
#include "api/http/request_parser.h"
#include "api/http/server.h"
#include "domain/telemetry.h"

namespace dialin::http {

struct Core {
  Core(ServerOptions wanted, Handler& answers, Telemetry& figures)
      : options(std::move(wanted)),
        limits{options.target_bytes_max, options.header_bytes_max, options.body_bytes_max},
        handler(answers),
        telemetry(figures) {}

  const ServerOptions options;
  const ParserLimits limits;
  Handler& handler;
  Telemetry& telemetry;

  struct Counted {
    std::size_t open = 0;        ///< all, with this one
    std::size_t of_address = 0;  ///< 0: of an address that is not bounded
  };
  Counted connection_opened(const Peer& peer);
  void connection_closed(const Peer& peer);
  /// Until no connection is open; false when `time` is over before.
  bool wait_until_empty(std::chrono::milliseconds time);

  void stream_opened();
  void stream_closed();

 private:
  bool is_bounded(const Peer& peer) const;

  std::atomic<std::size_t> connections_{0};
  AddressCounts addresses_;
  std::atomic<std::size_t> streams_{0};
  std::mutex mutex_;
  std::condition_variable empty_;
};

}  // namespace dialin::http
