#pragma once
// A place in the topic's one partition. Strays and what Kafka itself writes take offsets too, so offsets have holes and sequences have
// none.

#include <cstdint>

namespace dialin::log::kafka {

using Offset = std::int64_t;

}  // namespace dialin::log::kafka
