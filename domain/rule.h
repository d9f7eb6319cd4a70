#pragma once
// What is said when a value breaks a rule of the contract ("The config object").

#include <string>
#include <vector>

namespace dialin {

/// A rule as a sentence's end that a caller can act on, without the property's name: "must be an absolute URL with a host".
struct BrokenRule {
  std::string text;
};

/// One broken rule of one property. `property` is the dotted name as callers write it (`timeout_config.message`).
struct Violation {
  std::string property;
  std::string rule;
  friend bool operator==(const Violation&, const Violation&) = default;
};
using Violations = std::vector<Violation>;

}  // namespace dialin
