#pragma once
// The process gives up what a server never needs of the kernel, for good: from then on whoever makes it run bytes of his own cannot start a
// program, trace another process, listen, mount, load code into the kernel, or make memory that he wrote executable. A list of what may be
// called (system_calls.h), kept by seccomp(2). Entered by `serve` on its main thread when everything that wants more is done.

#include <string>

#include "domain/result.h"

namespace dialin::sandbox {

/// A sentence for the operator.
struct CannotEnter {
  std::string text;
};

/// All threads are inside when it returns, and those that they begin. A call that is refused fails with EPERM, one that the list has never
/// heard of with ENOSYS, as on a kernel that has not either; a call of another ABI ends the process. Nothing that the process may gain by
/// starting a program counts any more (PR_SET_NO_NEW_PRIVS). Fails when the kernel has no seccomp, or lets nobody use it; what has been
/// given up by then is not had again.
Result<void, CannotEnter> enter();

/// No core file, whoever asks for one and wherever the kernel would send it, and no other process of the same user may look into this one:
/// keys and secrets are in its memory. Root may, so debuggers go on working for root. Called before any secret is read. Cannot fail on
/// Linux but for want of memory; then it throws std::system_error.
void keep_memory_private();

}  // namespace dialin::sandbox
