#include "api/http/descriptors.h"

#include <sys/resource.h>
#include <unistd.h>

#include <limits>

namespace dialin::http {

OwnedDescriptor::~OwnedDescriptor() {
  if (number_ >= 0) ::close(number_);
}

std::size_t raise_descriptor_limit() {
  constexpr std::size_t kUnknown = std::numeric_limits<std::size_t>::max();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kUnknown;
  const rlim_t soft = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  const rlim_t now = soft == limit.rlim_max || ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : soft;
  return now == RLIM_INFINITY ? kUnknown : static_cast<std::size_t>(now);
}

}  // namespace dialin::http
