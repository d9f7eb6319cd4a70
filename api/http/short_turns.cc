#include "api/http/short_turns.h"

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dialin::http {
namespace {

constexpr unsigned kSlice_ns = 100'000;  // the least that the kernel takes

}  // namespace

void take_short_turns() {
  sched_attr wish{};
  wish.size = sizeof wish;
  wish.sched_flags = SCHED_FLAG_KEEP_POLICY;         // one in real time is refused, and stays as it is
  wish.sched_nice = ::getpriority(PRIO_PROCESS, 0);  // as it is
  wish.sched_runtime = kSlice_ns;
  ::syscall(SYS_sched_setattr, 0, &wish, 0U);  // glibc has no function for it
}

}  // namespace dialin::http
