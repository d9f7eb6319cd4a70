#pragma once
// Who calls: API keys, looked up by the hash of what was presented, in a table that follows its file (api_key_file.h) while the server
// runs. A key added or revoked counts within FileFollower::kPoll_ms and the time of a reload. caller(): any thread, no lock.

#include <memory>
#include <string>

#include "domain/access.h"
#include "domain/telemetry.h"
#include "infra/crypto/api_key_file.h"

namespace dialin::crypto {

class ApiKeys : public Access {
 public:
  /// Reads the file and begins to follow it (file_follower.h). When it breaks or vanishes later, the last good table stays in force and
  /// `telemetry`, which must outlive this, is told once.
  static Result<std::unique_ptr<ApiKeys>, FileFault> open(const std::string& file, Telemetry& telemetry);
  ~ApiKeys() override;

  /// Reads the file now, and says what came of it. Waits for nothing; any thread.
  void look_now();

  std::shared_ptr<const Caller> caller(std::string_view presented_key) const override;

 private:
  struct Followed;
  explicit ApiKeys(std::unique_ptr<Followed> followed);
  const std::unique_ptr<Followed> followed_;
};

}  // namespace dialin::crypto
