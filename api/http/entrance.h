#pragma once
// Stands before the calls while the store is being opened, which takes a minute when the views of a large log are rebuilt: says that the
// process lives and is not ready, so that nobody kills it for its silence, gives the metrics, and answers 503 to everything else.

#include <atomic>
#include <mutex>
#include <string>

#include "api/http/handler.h"
#include "domain/secrets.h"
#include "domain/telemetry.h"

namespace dialin::http {

class Entrance : public Handler {
 public:
  Entrance(const Random& random, Telemetry& telemetry) : random_(random), telemetry_(telemetry) {}

  /// Any thread: from now on `store` answers. It must outlive the server.
  void open(Handler& store) { store_.store(&store, std::memory_order_release); }

  /// Any thread: why the store is not open yet, for /readyz.
  void waits(std::string why);

  void handle(Exchange& exchange) override;
  Response malformed(unsigned status, std::string_view why, const Request& known, Account& account) override;

 private:
  std::string why() const;
  Response answer(const Request& request, Account& account) const;

  const Random& random_;
  Telemetry& telemetry_;
  std::atomic<Handler*> store_{nullptr};
  mutable std::mutex mutex_;
  std::string why_ = "the store is being opened";
};

}  // namespace dialin::http
