#pragma once
// What `dialin serve` is told of how much a caller may ask for.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/cli/options/command_line.h"
#include "api/http/token_bucket.h"
#include "domain/result.h"

namespace dialin::cli {

struct LimitOptions {
  std::vector<http::RateWindow> rate_limit;     ///< of each API key; none: it is not limited
  std::optional<http::RateWindow> failed_keys;  ///< of each address; nothing: they are not bounded
};

/// What is wrong, and with which window.
struct NotWindows {
  std::string why;
};
/// `20/1s,100/5s`: COUNT/TIME, at most RateLimit::kWindowsMax of them, no two of the same time; `off`: none.
Result<std::vector<http::RateWindow>, NotWindows> parse_rate_windows(std::string_view text);

/// Made before the line is parsed, asked afterwards.
class LimitWords {
 public:
  explicit LimitWords(CommandLine& line);
  LimitWords(const LimitWords&) = delete;
  LimitWords& operator=(const LimitWords&) = delete;
  /// Why they cannot be used; empty: `limits` is set.
  std::string read(LimitOptions& limits) const;

 private:
  const CommandLine& line_;
  std::string rate_limit_ = "off";
  std::string failed_keys_ = "50/10s";
};

}  // namespace dialin::cli
