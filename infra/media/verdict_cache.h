#pragma once
// What was found out about URLs, kept for a while. Of each tenant by itself: whether another tenant uses a URL must not show in how fast an
// answer comes. Bounded; the one that was not asked for the longest goes first. One thread.

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "domain/ids.h"
#include "domain/music.h"
#include "infra/media/transfer.h"

namespace dialin::media {

struct KnownVerdict {
  using Clock = std::chrono::steady_clock;
  MusicVerdict verdict;
  std::string judged_url;  ///< where the redirects ended: whose validators these are
  Validators validators;
  Clock::time_point at;
};

class VerdictCache {
 public:
  static constexpr std::size_t kEntriesMax = 2048;
  /// Somebody who has mended a file asks again soon.
  static constexpr std::chrono::milliseconds kUnfitFor{3000};

  explicit VerdictCache(std::chrono::milliseconds fit_for) : fit_for_(fit_for) {}

  /// Null when nothing is known. Valid until put().
  const KnownVerdict* find(const TenantId& tenant, const std::string& url);
  bool is_fresh(const KnownVerdict& known, KnownVerdict::Clock::time_point now) const;
  void put(const TenantId& tenant, const std::string& url, KnownVerdict known);

 private:
  struct Entry {
    std::string key;
    KnownVerdict known;
  };
  const std::chrono::milliseconds fit_for_;
  std::list<Entry> entries_;  ///< the one asked for last stands first
  std::unordered_map<std::string, std::list<Entry>::iterator> places_;
};

/// One text for a tenant and a URL.
std::string key_of(const TenantId& tenant, const std::string& url);

}  // namespace dialin::media
