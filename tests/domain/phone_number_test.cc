#include "domain/phone_number.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialin {
namespace {

TEST(PhoneNumber, is_normalised) {
  for (const char* text :
       {"+12555599999", "+1 255 559 9999", "+1.255.559.9999", "+1-255-559-9999", "+1 (255) 559-9999", "+1[255]5599999", "tel:+12555599999",
        "TEL:+1-255-559-9999", "Tel: +12555599999", " tel:+12555599999", " +12555599999 ", "(+1) 2555599999", "[+12555599999]"}) {
    const auto number = PhoneNumber::parse(text);
    ASSERT_TRUE(number.has_value()) << text << ": " << number.error().text;
    EXPECT_EQ(number->text(), "+12555599999") << text;
  }
}

TEST(PhoneNumber, has_2_to_15_digits) {
  EXPECT_TRUE(PhoneNumber::parse("+12").has_value());
  EXPECT_TRUE(PhoneNumber::parse("+123456789012345").has_value());
  EXPECT_FALSE(PhoneNumber::parse("+1").has_value());
  EXPECT_FALSE(PhoneNumber::parse("+1234567890123456").has_value());
}

TEST(PhoneNumber, refusal_names_the_rule) {
  const std::pair<const char*, const char*> refused[] = {{"", "2 to 15 digits"},
                                                         {"+", "2 to 15 digits"},
                                                         {"tel:", "2 to 15 digits"},
                                                         {"()", "2 to 15 digits"},
                                                         {"2555599999", "begin with +"},
                                                         {"0049301234", "begin with +"},
                                                         {"telephone", "begin with +"},
                                                         {"tel:tel:+12", "begin with +"},
                                                         {"\xEF\xBC\x8B"
                                                          "12",
                                                          "begin with +"},
                                                         {"+0123", "first digit"},
                                                         {"++12", "digits only"},
                                                         {"+12a", "digits only"},
                                                         {"+12;ext=3", "digits only"},
                                                         {"+1/2", "digits only"},
                                                         {"+12+3", "digits only"},
                                                         {"+1\t2", "digits only"},
                                                         {"+12\n", "digits only"},
                                                         {"+1234567890123456", "15 digits"}};
  for (const auto& [text, rule] : refused) {
    const auto number = PhoneNumber::parse(text);
    ASSERT_FALSE(number.has_value()) << text;
    EXPECT_NE(number.error().text.find(rule), std::string::npos) << text << ": " << number.error().text;
  }
}

TEST(PhoneNumber, nul_is_no_end) {
  EXPECT_FALSE(PhoneNumber::parse(std::string_view("+12\0", 4)).has_value());
}

RC_GTEST_PROP(PhoneNumber, whatever_is_accepted_reads_as_itself, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("+0123456789 .-()[]tel:x")));
  const auto number = PhoneNumber::parse(text);
  if (!number) return;
  RC_ASSERT(number->text().size() >= 3 && number->text().size() <= 16);
  RC_ASSERT(PhoneNumber::parse(number->text())->text() == number->text());
}

}  // namespace
}  // namespace dialin
