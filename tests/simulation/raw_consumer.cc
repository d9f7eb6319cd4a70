#include "simulation/raw_consumer.h"

namespace dialin::simulation {

void RawConsumer::read(std::size_t records) {
  for (; records > 0 && !is_at_end(); --records) {
    const auto& found = partition_.records()[static_cast<std::size_t>(place_.next++)];
    if (found.record && found.previous == place_.last) {
      place_.last = found.record->id;
      ++place_.accepted;
      ++world_.counts.consumed;
    }
    const Sequence expected = truth_.length_below(place_.next);
    if (place_.accepted != expected.value || (place_.accepted > 0 && !truth_.holds(expected, place_.last))) {
      return world_.blame("a raw consumer does not see the chain at offset " + std::to_string(found.offset));
    }
    if (world_.one_in(8)) noted_ = place_;
  }
}

}  // namespace dialin::simulation
