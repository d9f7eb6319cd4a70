#pragma once
// One URL on its way to a verdict: looked up, fetched, followed where it redirects to, each step judged from the start. Lives on the thread
// of MusicChecks, which tells it what has come and asks it for the verdict.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.h"
#include "domain/music.h"
#include "infra/media/lookups.h"
#include "infra/media/transfer.h"
#include "infra/media/verdict_cache.h"

namespace dialin::media {

class Check {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kMost{15};  ///< from the beginning to the verdict
  static constexpr std::chrono::seconds kLookupMost{5};
  static constexpr unsigned kRedirectsMax = 5;
  static constexpr std::string_view kFault = "the node failed at it; its log says why";

  /// What all checks work with; outlives them.
  struct Tools {
    void* multi = nullptr;  ///< CURLM
    Lookups& lookups;
    const TransferRules& rules;
    std::uint64_t next_ticket = 1;
  };

  Check(Tools& tools, const TenantId& tenant, std::string url) : tools_(tools), tenant_(tenant), url_(std::move(url)) {}

  const TenantId& tenant() const { return tenant_; }
  const std::string& url() const { return url_; }

  /// `known`: what was found before, if that was not recently.
  void begin(const KnownVerdict* known);
  /// Whether the lookup was of this check, which then goes on.
  bool take(const Lookups::Answer& answer);
  /// Whether the transfer was of this check, which then goes on.
  bool take(const void* handle, int code);
  /// Gives up because of a fault of ours.
  void fail() { settle(MusicVerdict::Code::unjudged, std::string(kFault)); }
  /// Gives up what takes too long.
  void look_at(Clock::time_point now);
  /// When look_at() has something to do.
  Clock::time_point due() const { return until_; }
  /// Once it is there.
  const std::optional<KnownVerdict>& verdict() const { return verdict_; }

 private:
  void go_to(Result<MusicUrl, BrokenRule> url);
  void connect(std::vector<Address> addresses);
  void redirect(const std::string& location);
  void settle(MusicVerdict::Code code, std::string why, Validators validators = {});
  void unreached(const std::string& why) { settle(MusicVerdict::Code::unfit, std::string(kMustBeReached) + why); }

  Tools& tools_;
  const TenantId tenant_;
  const std::string url_;
  std::optional<KnownVerdict> known_;
  Clock::time_point deadline_{};
  Clock::time_point until_{};  ///< of this step
  std::uint64_t ticket_ = 0;   ///< of the lookup that is waited for; 0: none
  unsigned redirects_ = 0;
  MusicUrl at_;
  std::unique_ptr<Transfer> transfer_;
  std::optional<KnownVerdict> verdict_;
};

}  // namespace dialin::media
