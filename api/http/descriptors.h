#pragma once
// How many file descriptors the process may have open.

#include <cstddef>

namespace dialin::http {

/// Raises the soft limit to the hard one; tells the limit that holds then, the largest number where there is none.
std::size_t raise_descriptor_limit();

}  // namespace dialin::http
