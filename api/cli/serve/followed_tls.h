#pragma once
// The certificate, the key and the nodes' CA of a server, followed as files: when one of them changes all are read again. Certificate and
// key may be replaced one after the other; while they do not fit, what was in force stays, and that is said. Main thread.

#include <memory>
#include <vector>

#include "api/http/tls_context.h"
#include "domain/telemetry.h"
#include "infra/crypto/file_follower.h"

namespace dialin::cli {

class FollowedTls {
 public:
  /// `tls` and `telemetry` outlive it. Nothing is followed when `tls` is null.
  FollowedTls(http::TlsContext* tls, Telemetry& telemetry);
  /// Reads them now, and says of each what came of it. Waits for nothing.
  void look_now();

 private:
  std::vector<std::unique_ptr<crypto::FileFollower>> followers_;
};

}  // namespace dialin::cli
