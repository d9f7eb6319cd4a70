// Phone numbers: what is taken has one form.

#include "domain/phone_number.h"
#include "fuzz/fuzz.h"

using dialin::PhoneNumber;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto number = PhoneNumber::parse(dialin::fuzz::text_of(bytes, size));
  if (!number) return 0;
  const std::string& text = number->text();
  dialin::fuzz::must(text.size() >= 3 && text.size() <= 16 && text[0] == '+' && text[1] != '0', "a number is E.164");
  dialin::fuzz::must(text.find_first_not_of("0123456789", 1) == std::string::npos, "a number is digits");
  const auto again = PhoneNumber::parse(text);
  dialin::fuzz::must(again && *again == *number, "the normal form is its own normal form");
  return 0;
}
