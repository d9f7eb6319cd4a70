#pragma once
// How soon a thread that wakes gets a processor when all are busy.

namespace dialin::http {

/// The calling thread runs for 0.1 ms at a time while others want to, and in return comes sooner to its turn when it has something to do
/// (sched_setattr(2), the slice of Linux 6.12 and later). Where the kernel knows no slices, or refuses, all stays as it was: it is a matter
/// of speed alone.
void take_short_turns();

}  // namespace dialin::http
