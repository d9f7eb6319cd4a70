#include "domain/draft.h"

namespace dialin {

std::string_view name_of(DraftKind kind) {
  constexpr std::string_view names[] = {"a string", "null", "an integer", "a number", "a boolean", "an array", "an object"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace dialin
