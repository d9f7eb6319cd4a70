// How limits are written down.

#include "api/cli/options/limit_words.h"

#include <gtest/gtest.h>

namespace dialin::test {
namespace {

using cli::parse_rate_windows;
using http::RateWindow;
using namespace std::chrono_literals;

TEST(LimitWords, name_windows) {
  struct Case {
    std::string text;
    std::vector<RateWindow> windows;
  };
  for (const Case& each : {
           Case{"off", {}},
           Case{"20/1s", {{20, 1s}}},
           Case{"20/1s,100/5s", {{20, 1s}, {100, 5s}}},
           Case{"1/1ms,2/2s,3/3m,4/4h", {{1, 1ms}, {2, 2s}, {3, 3min}, {4, 4h}}},
           Case{"1000000/24h", {{1'000'000, 24h}}},
           Case{"5/86400000ms", {{5, 24h}}},
           Case{"007/01s", {{7, 1s}}},
       }) {
    const auto windows = parse_rate_windows(each.text);
    ASSERT_TRUE(windows) << each.text << ": " << windows.error().why;
    EXPECT_EQ(*windows, each.windows) << each.text;
  }
}

TEST(LimitWords, say_which_window_is_wrong_and_how) {
  struct Case {
    std::string text, why;
  };
  for (const Case& each : {
           Case{"", "''"},
           Case{"20", "'20'"},
           Case{"/1s", "'/1s'"},
           Case{"20/", "'20/'"},
           Case{"0/1s", "'0/1s'"},
           Case{"-1/1s", "'-1/1s'"},
           Case{"+1/1s", "'+1/1s'"},
           Case{"1.5/1s", "'1.5/1s'"},
           Case{"x/1s", "'x/1s'"},
           Case{"20/1", "'20/1'"},
           Case{"20/s", "'20/s'"},
           Case{"20/0s", "'20/0s'"},
           Case{"20/1d", "'20/1d'"},
           Case{"20/1S", "'20/1S'"},
           Case{"20/1 s", "'20/1 s'"},
           Case{" 20/1s", "' 20/1s'"},
           Case{"20/1sx", "'20/1sx'"},
           Case{"20/25h", "24h"},
           Case{"20/18446744073709551615h", "24h"},
           Case{"1000001/1s", "1000000"},
           Case{"99999999999999999999/1s", "1000000"},
           Case{"20/1s,", "''"},
           Case{",20/1s", "''"},
           Case{"20/1s,,5/2s", "''"},
           Case{"20/1s;5/2s", "'20/1s;5/2s'"},
           Case{"20/1s,5/1000ms", "'5/1000ms' has the time"},
           Case{"OFF", "'OFF'"},
           Case{"20/1s,off", "'off'"},
           Case{"1/1s,1/2s,1/3s,1/4s,1/5s", "more than 4"},
       }) {
    const auto windows = parse_rate_windows(each.text);
    ASSERT_FALSE(windows) << each.text;
    EXPECT_NE(windows.error().why.find(each.why), std::string::npos) << each.text << ": " << windows.error().why;
  }
}

}  // namespace
}  // namespace dialin::test
