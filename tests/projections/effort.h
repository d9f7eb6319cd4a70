#pragma once
// How much the tests of this room do: less where a sanitizer makes everything ten times as slow, so that a run stays within its time.

namespace dialin::projections {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

/// The end of a range of seeds that begins with 1.
constexpr unsigned seeds_end(unsigned seeds) {
  return kIsSanitized ? 2 : 1 + seeds;
}

}  // namespace dialin::projections
