#pragma once
// A phone number in E.164, normalised. Whoever holds a PhoneNumber holds a valid one.

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include "domain/result.h"
#include "domain/rule.h"

namespace dialin {

class PhoneNumber {
 public:
  /// Strips a leading `tel:` (any case), spaces, dots, dashes and brackets (round and square), then wants `+`, 2 to 15 digits, the first
  /// not 0. A national format (no `+`) is refused, never guessed. The error is the broken rule as a sentence.
  static Result<PhoneNumber, BrokenRule> parse(std::string_view text);

  /// `+` and the digits: at most 16 bytes.
  const std::string& text() const { return text_; }
  friend auto operator<=>(const PhoneNumber&, const PhoneNumber&) = default;

 private:
  explicit PhoneNumber(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace dialin
