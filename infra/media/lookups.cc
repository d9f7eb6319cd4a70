#include "infra/media/lookups.h"

#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

namespace dialin::media {
namespace {

/// For each name server: the system's default is 5 s, twice.
constexpr int kServerAnswers_s = 2;
constexpr int kServerAsked = 2;

struct Deleted {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

std::string_view what_failed(int error) {
  return error == EAI_NONAME || error == EAI_NODATA ? "its host name leads nowhere" : "its host name could not be looked up";
}

Lookups::Answer look_up(std::uint64_t ticket, const std::string& host) {
  // Of this thread alone.
  if (::res_init() == 0) {
    _res.retrans = kServerAnswers_s;
    _res.retry = kServerAsked;
  }
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  const std::unique_ptr<addrinfo, Deleted> owned(error == 0 ? list : nullptr);
  Lookups::Answer answer{ticket, {}, {}};
  for (const addrinfo* each = owned.get(); each != nullptr; each = each->ai_next) {
    if (const auto address = Address::of(*each->ai_addr)) answer.addresses.push_back(*address);
  }
  if (answer.addresses.empty()) answer.why = error == 0 ? "its host name has no address" : what_failed(error);
  return answer;
}

/// What is thrown here would end the process.
Lookups::Answer look_up_without_fault(std::uint64_t ticket, const std::string& host) {
  try {
    return look_up(ticket, host);
  } catch (const std::bad_alloc&) {
    return {ticket, {}, std::string(what_failed(EAI_MEMORY))};
  }
}

}  // namespace

struct Lookups::Shared {
  std::mutex mutex;
  std::function<void()> wake;  ///< empty once nobody listens
  std::vector<Answer> answers;
  std::unordered_map<TenantId, std::size_t, HashOfId> running_of;
  std::size_t running = 0;

  bool admit(const TenantId& tenant) {
    const std::lock_guard lock(mutex);
    const auto found = running_of.find(tenant);
    const std::size_t of_tenant = found == running_of.end() ? 0 : found->second;
    if (of_tenant >= std::min(kTenantRunningMax, kRunningMax - running)) return false;
    // So that a thread which has found something needs no memory to tell it.
    answers.reserve(answers.size() + running + 1);
    ++running_of[tenant];
    ++running;
    return true;
  }
  void end(const TenantId& tenant) {
    const std::lock_guard lock(mutex);
    --running;
    if (--running_of[tenant] == 0) running_of.erase(tenant);
  }
  void tell(Answer answer) {
    const std::lock_guard lock(mutex);
    if (!wake) return;
    answers.push_back(std::move(answer));
    wake();
  }
};

Lookups::Lookups(std::function<void()> wake) : shared_(std::make_shared<Shared>()) {
  shared_->wake = std::move(wake);
}

Lookups::~Lookups() {
  const std::lock_guard lock(shared_->mutex);
  shared_->wake = nullptr;
}

bool Lookups::begin(const TenantId& tenant, std::uint64_t ticket, std::string host) {
  if (!shared_->admit(tenant)) return false;
  try {
    // Nothing can end a getaddrinfo() that is stuck, so nobody may wait for its thread.
    std::thread([shared = shared_, tenant, ticket, host = std::move(host)] {
      Answer answer = look_up_without_fault(ticket, host);
      shared->tell(std::move(answer));
      shared->end(tenant);
    }).detach();
  } catch (const std::system_error&) {
    shared_->end(tenant);
    return false;
  } catch (...) {
    shared_->end(tenant);  // its place would never come back
    throw;
  }
  return true;
}

std::vector<Lookups::Answer> Lookups::take() {
  const std::lock_guard lock(shared_->mutex);
  std::vector<Answer> taken(std::make_move_iterator(shared_->answers.begin()), std::make_move_iterator(shared_->answers.end()));
  shared_->answers.clear();  // and keeps its room, see admit()
  return taken;
}

}  // namespace dialin::media
