#pragma once
// The trace that an event belongs to, as its value in the log says it: what stands in its headers again, for consumers that look there.
// Found without taking the whole value apart, since nearly all values name none. Pure; any thread.

#include <string_view>

#include "domain/trace.h"

namespace dialin::log::kafka {

/// `value`: minimal JSON, as the codec writes it. Empty texts: none, or one that is written as the codec never does.
Trace trace_in(std::string_view value);

}  // namespace dialin::log::kafka
