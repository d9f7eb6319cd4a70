#pragma once
// Which known name a caller may have meant by an unknown one. Pure; any thread.

#include <span>
#include <string_view>

namespace dialin {

/// The one of `known` (at least one) that takes the least to make out of `name`; the first of equals. Leaving characters out is the
/// cheapest mistake, because people shorten names (`prefix`) more often than they lengthen them. Looks at the first 64 bytes of `name`
/// only.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> known);

}  // namespace dialin
