#include "infra/media/verdict_cache.h"

#include <algorithm>
#include <utility>

namespace dialin::media {

std::string key_of(const TenantId& tenant, const std::string& url) {
  return std::string(tenant.view()) + url;  // an id's length is fixed
}

const KnownVerdict* VerdictCache::find(const TenantId& tenant, const std::string& url) {
  const auto place = places_.find(key_of(tenant, url));
  if (place == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, place->second);
  return &place->second->known;
}

bool VerdictCache::is_fresh(const KnownVerdict& known, KnownVerdict::Clock::time_point now) const {
  return now - known.at < (known.verdict.code == MusicVerdict::Code::fit ? fit_for_ : std::min(fit_for_, kUnfitFor));
}

void VerdictCache::put(const TenantId& tenant, const std::string& url, KnownVerdict known) {
  std::string key = key_of(tenant, url);
  if (const auto place = places_.find(key); place != places_.end()) {
    place->second->known = std::move(known);
    entries_.splice(entries_.begin(), entries_, place->second);
    return;
  }
  if (entries_.size() == kEntriesMax) {
    places_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front({key, std::move(known)});
  places_.emplace(std::move(key), entries_.begin());
}

}  // namespace dialin::media
