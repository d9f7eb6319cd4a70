#pragma once
// What must be true or the program is wrong. Ends the process with the invariant's name: after that nothing it would do can be trusted.

#include <cstdio>
#include <cstdlib>

namespace dialin {

/// `name` says what holds, as a phrase: "sequences follow each other". Active in every build.
inline void invariant(bool holds, const char* name) {
  if (holds) [[likely]]
    return;
  std::fprintf(stderr, "broken invariant: %s\n", name);
  std::abort();
}

}  // namespace dialin
