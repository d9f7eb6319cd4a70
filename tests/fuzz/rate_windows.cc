// The text of --rate-limit.

#include "api/cli/options/limit_words.h"
#include "api/http/rate_limit.h"
#include "fuzz/fuzz.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto windows = cli::parse_rate_windows(fuzz::text_of(bytes, size));
  if (!windows) {
    fuzz::must(!windows.error().why.empty(), "what are no windows has a reason");
    return 0;
  }
  for (const http::RateWindow& window : *windows) fuzz::must(window.requests > 0 && window.length.count() > 0, "a window has room");
  http::RateLimit limit(*windows);
  const http::RateLimit::Time now{std::chrono::hours(100)};
  fuzz::must(limit.take("key", now).is_within, "the first request has room");
  return 0;
}
