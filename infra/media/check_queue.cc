#include "infra/media/check_queue.h"

#include <algorithm>
#include <utility>

namespace dialin::media {

void CheckQueue::push(std::unique_ptr<Check> check, Check::Clock::time_point now) {
  const TenantId tenant = check->tenant();
  auto& waiting = tenants_[tenant].waiting;
  if (waiting.empty()) turns_.push_back(tenant);
  waiting.push_back({std::move(check), now + kWaitMost});
  ++waiting_;
}

std::unique_ptr<Check> CheckQueue::take() {
  if (running_ >= kRunningMax) return nullptr;
  const auto may_run = [&](const TenantId& tenant) { return tenants_[tenant].running < kTenantRunningMax; };
  const auto turn = std::find_if(turns_.begin(), turns_.end(), may_run);
  if (turn == turns_.end()) return nullptr;
  const TenantId whose = *turn;
  turns_.erase(turn);
  Tenant& tenant = tenants_[whose];
  std::unique_ptr<Check> first = std::move(tenant.waiting.front().check);
  tenant.waiting.pop_front();
  if (!tenant.waiting.empty()) turns_.push_back(whose);
  --waiting_;
  ++tenant.running;
  ++running_;
  return first;
}

void CheckQueue::ended(const TenantId& tenant) {
  --running_;
  --tenants_[tenant].running;
  forget_if_idle(tenant);
}

std::vector<std::unique_ptr<Check>> CheckQueue::late(Check::Clock::time_point now) {
  std::vector<std::unique_ptr<Check>> taken;
  const std::vector<TenantId> whose(turns_.begin(), turns_.end());
  for (const TenantId& tenant : whose) {
    auto& waiting = tenants_[tenant].waiting;
    while (!waiting.empty() && waiting.front().until <= now) {
      taken.push_back(std::move(waiting.front().check));
      waiting.pop_front();
      --waiting_;
    }
    if (!waiting.empty()) continue;
    turns_.erase(std::find(turns_.begin(), turns_.end(), tenant));
    forget_if_idle(tenant);
  }
  return taken;
}

std::vector<std::unique_ptr<Check>> CheckQueue::all() {
  return late(Check::Clock::time_point::max());
}

void CheckQueue::forget_if_idle(const TenantId& tenant) {
  const auto found = tenants_.find(tenant);
  if (found != tenants_.end() && found->second.running == 0 && found->second.waiting.empty()) tenants_.erase(found);
}

}  // namespace dialin::media
