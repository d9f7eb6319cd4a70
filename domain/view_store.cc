#include "domain/view_store.h"

namespace dialin {

std::string_view name_of(Family family) {
  constexpr std::string_view names[kFamilyCount] = {"configs",     "numbers", "by_tenant", "history",        "events",        "counts",
                                                    "idempotency", "meta",    "lives",     "number_history", "count_history", "times"};
  return names[static_cast<std::size_t>(family)];
}

}  // namespace dialin
