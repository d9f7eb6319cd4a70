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

/// Loads a list whose answer to what it does not name is `error`. 0, or a negative errno.
int load(int error, int (*name_calls)(void*), unsigned may_set_privileges) {
  const std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_ERRNO(static_cast<unsigned>(error))));
  if (!filter) return -ENOMEM;
  // Every thread, also those that the libraries have begun long ago; and no walk along the list for each call on kernels that have no
  // memory of what is always allowed (before 5.11).
  for (const auto& [attribute, value] :
       {std::pair{SCMP_FLTATR_CTL_NNP, may_set_privileges}, std::pair{SCMP_FLTATR_CTL_TSYNC, 1U}, std::pair{SCMP_FLTATR_CTL_OPTIMIZE, 2U},
        std::pair{SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS}}) {
    if (const int failed = seccomp_attr_set(filter.get(), attribute, value); failed != 0) return failed;
  }
  if (const int failed = name_calls(filter.get()); failed != 0) return failed;
  return seccomp_load(filter.get());
}

}  // namespace

Result<void, CannotEnter> enter() {
  // Within the first list the privileges are given up, and nobody may ask for that again.
  if (const int failed = load(EPERM, allow_listed, 1); failed != 0) return because(failed);
  if (const int failed = load(ENOSYS, pass_known, 0); failed != 0) return because(failed);
  return {};
}

void keep_memory_private() {
  const rlimit none{0, 0};
  must(::setrlimit(RLIMIT_CORE, &none) == 0, "no core files");
  must(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "a memory that nobody looks into");
}

}  // namespace dialin::sandbox
