#pragma once
// A point of a log as people name it: a sequence, inclusive, or a time, which stands for the last record that is not later.

#include <variant>

#include "domain/ids.h"
#include "domain/instant.h"

namespace dialin::log {

using LogPoint = std::variant<Sequence, Instant>;

}  // namespace dialin::log
