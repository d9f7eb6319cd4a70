#pragma once
// The judge of hold music: fetches what URLs name, on one thread of its own, many at a time, and answers from what it knows when that is
// recent. Everything about it is bounded: callers that wait, checks that run (of one tenant, too), each check's time, bytes and redirects.
// A URL that a tenant asks for while it is being looked at is looked at once.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "domain/music.h"
#include "domain/telemetry.h"
#include "infra/media/public_address.h"

namespace dialin::media {

struct MusicOptions {
  std::vector<Range> allowed;           ///< addresses that may be connected to beside those that are public
  std::string ca_file;                  ///< certificates that are trusted beside the system's; empty: none
  std::chrono::milliseconds fit_for{};  ///< how long a good verdict counts before the server is asked again
};

class MusicChecks : public MusicJudge {
 public:
  static constexpr std::size_t kCallersMax = 1024;
  static constexpr std::size_t kTenantCallersMax = 128;

  /// On the main thread, before others are made. Throws std::runtime_error when libcurl cannot be had.
  MusicChecks(MusicOptions options, Telemetry& telemetry);
  ~MusicChecks() override;  ///< stop()

  std::optional<MusicVerdict> judge(const TenantId& tenant, std::string url, Done done) override;
  /// Tells everybody who waits that the node stops, and ends the thread. Idempotent.
  void stop();

 private:
  class Loop;
  const std::unique_ptr<Loop> loop_;
};

}  // namespace dialin::media
