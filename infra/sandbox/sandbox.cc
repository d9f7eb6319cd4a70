#include "infra/sandbox/sandbox.h"

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "infra/sandbox/system_calls.h"

namespace dialin::sandbox {
namespace {

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};

CannotEnter because(int negative_errno) {
  return {"the kernel takes no list of allowed system calls (seccomp): " + std::generic_category().message(-negative_errno)};
}

void must(bool is_done, const char* what) {
  if (!is_done) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Result<void, CannotEnter> enter() {
  const std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return because(-ENOMEM);
  // Every thread, also those that the libraries have begun long ago; and no walk along the list for each call on kernels that have no
  // memory of what is always allowed (before 5.11).
  for (const auto& [attribute, value] : {std::pair{SCMP_FLTATR_CTL_TSYNC, 1U}, std::pair{SCMP_FLTATR_CTL_OPTIMIZE, 2U},
                                         std::pair{SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS}}) {
    if (const int error = seccomp_attr_set(filter.get(), attribute, value); error != 0) return because(error);
  }
  if (const int error = allow_listed(filter.get()); error != 0) return because(error);
  if (const int error = seccomp_load(filter.get()); error != 0) return because(error);
  return {};
}

void keep_memory_private() {
  const rlimit none{0, 0};
  must(::setrlimit(RLIMIT_CORE, &none) == 0, "no core files");
  must(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "a memory that nobody looks into");
}

}  // namespace dialin::sandbox
