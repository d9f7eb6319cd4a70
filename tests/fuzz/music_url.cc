// A URL of hold music, and where it redirects to on the second line.

#include "infra/media/music_url.h"

#include "fuzz/fuzz.h"

using namespace dialin;

namespace {

void check(const Result<media::MusicUrl, BrokenRule>& url) {
  if (!url) return fuzz::must(url.error().text.starts_with(media::kMustBeReached), "what is not fetched has a reason");
  fuzz::must(url->text.starts_with("http://") || url->text.starts_with("https://"), "only http and https are fetched");
  fuzz::must(!url->host.empty() && url->port != 0, "a URL has a host and a port");
  fuzz::must(url->text.find('#') == std::string::npos, "a fragment is not sent");
  const auto again = media::parse_music_url(url->text);
  fuzz::must(again && again->host == url->host && again->port == url->port && again->address == url->address,
             "its one spelling is the same URL");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Pieces lines(fuzz::text_of(bytes, size));
  const auto url = media::parse_music_url(lines.line());
  check(url);
  if (url) check(media::redirected(*url, lines.rest()));
  return 0;
}
