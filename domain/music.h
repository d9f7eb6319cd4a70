#pragma once
// Port: whether what a `hold_music_url` names is fit to be hold music (contract, "The config object"). Implemented by infra/media, which
// fetches it. Any thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "domain/ids.h"

namespace dialin {

/// From the question to the verdict, at most.
constexpr std::chrono::seconds kMusicVerdictMost{22};

struct MusicVerdict {
  enum class Code : std::uint8_t {
    fit,
    unfit,    ///< `why` is the rule that it breaks, as in BrokenRule
    unjudged  ///< it could not be looked at now: `why` says so
  };
  Code code = Code::fit;
  std::string why;
};

class MusicJudge {
 public:
  virtual ~MusicJudge() = default;
  /// Called once, on the judge's thread; must not block or throw.
  using Done = std::function<void(MusicVerdict)>;
  /// Has `url`, which has passed check_url(), looked at for `tenant`. When it will not be, because too many wait or the node stops, says so
  /// (unjudged), and `done` is not called.
  virtual std::optional<MusicVerdict> judge(const TenantId& tenant, std::string url, Done done) = 0;
};

}  // namespace dialin
