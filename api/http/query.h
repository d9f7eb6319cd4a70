#pragma once
// The query part of a target, taken apart. Pure; any thread.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"
#include "domain/rule.h"

namespace dialin::http {

/// %XX undone, `+` left alone (a path's rule). Nothing when a % is not followed by two hexadecimal digits, or the outcome is not UTF-8 or
/// holds a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

class Query {
 public:
  static constexpr std::size_t kParametersMax = 32;

  /// Every name must be one of `known` and come once; all that is wrong is reported. `+` means a space, as forms write it, but where a
  /// phone number may begin (at the start, after a comma or `tel:`) it is the plus sign that people type.
  static Result<Query, Violations> parse(std::string_view raw, std::span<const std::string_view> known);

  /// The decoded value; null when the caller did not name it. Valid as long as the query.
  const std::string* find(std::string_view name) const;

  /// Decimal in [least, most], or `fallback` when it is not there. What is wrong is added to `broken`.
  std::uint64_t number(std::string_view name, std::uint64_t fallback, std::uint64_t least, std::uint64_t most, Violations& broken) const;
  /// `true` or `false`; false when it is not there.
  bool flag(std::string_view name, Violations& broken) const;

 private:
  struct Parameter {
    std::string_view name;  // points into `known`
    std::string value;
  };
  std::vector<Parameter> parameters_;
};

}  // namespace dialin::http
