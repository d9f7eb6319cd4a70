#pragma once
// The truth that the views are held against: every event of the log, folded in memory with the domain's rules checked at each.

#include "domain/event_log.h"
#include "projections/views.h"

namespace dialin::test {

void expect_views_equal_fold(const EventLog& log, const projections::Views& views, const Codec& codec);

}  // namespace dialin::test
