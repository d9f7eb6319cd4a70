// URLs of a config: what is taken has a host, no user info and nothing that two readers split in two ways.

#include "domain/validate.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view url = dialin::fuzz::text_of(bytes, size);
  if (dialin::check_url(url)) return 0;
  dialin::fuzz::must(url.size() <= 2048, "a URL keeps its bound");
  for (const char c : url) dialin::fuzz::must(c > ' ' && c < '\x7f' && c != '\\', "a URL is visible ASCII without backslashes");
  const std::size_t authority = url.find("://") + 3;
  const std::string_view host = url.substr(authority, url.find_first_of("/?#", authority) - authority);
  dialin::fuzz::must(!host.empty() && host.front() != ':', "a URL has a host");
  dialin::fuzz::must(host.find('@') == std::string_view::npos, "a URL has no user info");
  return 0;
}
