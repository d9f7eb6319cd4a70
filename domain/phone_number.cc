#include "domain/phone_number.h"

namespace dialin {
namespace {

constexpr std::size_t kDigitsMin = 2;
constexpr std::size_t kDigitsMax = 15;
constexpr std::string_view kPassedOver = " .-()[]";

bool begins_with_tel(std::string_view text) {
  constexpr std::string_view prefix = "tel:";
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    const char lower = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    if (lower != prefix[i]) return false;
  }
  return true;
}

BrokenRule broken(const char* rule) {
  return {rule};
}

}  // namespace

Result<PhoneNumber, BrokenRule> PhoneNumber::parse(std::string_view text) {
  const std::size_t start = text.find_first_not_of(' ');
  text.remove_prefix(start == std::string_view::npos ? text.size() : start);
  if (begins_with_tel(text)) text.remove_prefix(4);

  std::string number;
  for (const char character : text) {
    if (kPassedOver.find(character) != std::string_view::npos) continue;
    if (number.empty() && character != '+') return broken("must begin with + and the country code (E.164), such as +12555599999");
    if (!number.empty() && (character < '0' || character > '9')) {
      return broken("must be + and digits only (E.164); spaces, dots, dashes and brackets are passed over");
    }
    if (number.size() == 1 && character == '0') return broken("must not have 0 as its first digit (E.164)");
    if (number.size() == kDigitsMax + 1) return broken("must have at most 15 digits (E.164)");
    number.push_back(character);
  }
  if (number.size() < kDigitsMin + 1) return broken("must be + and 2 to 15 digits (E.164), such as +12555599999");
  return PhoneNumber(std::move(number));
}

}  // namespace dialin
