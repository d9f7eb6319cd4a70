#include "api/http/key_shape.h"

#include <gtest/gtest.h>

namespace dialin::http {
namespace {

const std::string kKey = "dk_p3Zk-Q7uX_aB0cD1eF2gH3iJ4kL5mN6oP7qR8sT9uV0";

std::string hidden(std::string text) {
  hide_keys(text);
  return text;
}

TEST(KeyShape, keys_are_hidden_wherever_they_stand) {
  for (const auto& [text, shown] : {std::pair<std::string, std::string>{kKey, "dk_…"},
                                    {"a " + kKey + " and \"" + kKey + "\"", "a dk_… and \"dk_…\""},
                                    {"x" + kKey.substr(0, 19), "xdk_…"},
                                    {"dk_dk_" + kKey, "dk_…"}}) {
    EXPECT_TRUE(holds_key(text)) << text;
    EXPECT_EQ(hidden(text), shown);
  }
}

TEST(KeyShape, what_is_none_stays) {
  for (const std::string& text : {std::string(), std::string("dk_"), std::string("dk_unknown"), kKey.substr(0, 18),
                                  std::string("key_0123456789abcdef"), "dk." + kKey.substr(3), std::string("name_prefix must be a text")}) {
    EXPECT_FALSE(holds_key(text)) << text;
    EXPECT_EQ(hidden(text), text);
  }
}

}  // namespace
}  // namespace dialin::http
