#pragma once
// A point of a log as people name it: a sequence, inclusive, or a time, which stands for the last record that is not later.

#include "domain/log_point.h"

namespace dialin::log {

using dialin::LogPoint;

}  // namespace dialin::log
