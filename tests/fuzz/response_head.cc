// The head of what a host answers that is asked for hold music, line by line.

#include "infra/media/response_head.h"

#include <algorithm>
#include <string>

#include "fuzz/fuzz.h"

using namespace dialin;
using media::ResponseHead;

namespace {

bool is_trimmed(const std::string& value) {
  constexpr std::string_view kSpace = " \t\r\n";
  return value.empty() || (kSpace.find(value.front()) == std::string_view::npos && kSpace.find(value.back()) == std::string_view::npos);
}

bool is_lower(const std::string& value) {
  return std::none_of(value.begin(), value.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

void check(const ResponseHead& head) {
  for (const std::string* value : {&head.location, &head.etag, &head.last_modified})
    fuzz::must(is_trimmed(*value), "a value has no blanks around it");
  fuzz::must(is_lower(head.content_encoding) && is_lower(head.transfer_encoding), "codings are compared in small letters");
  fuzz::must(!head.is_complete() || head.status >= 200 || head.status == 101, "an interim head is not the last one");
}

bool are_same(const ResponseHead& a, const ResponseHead& b) {
  return a.is_complete() == b.is_complete() && a.status == b.status && a.is_http1 == b.is_http1 && a.location == b.location &&
         a.etag == b.etag && a.last_modified == b.last_modified && a.content_encoding == b.content_encoding &&
         a.transfer_encoding == b.transfer_encoding && a.content_length == b.content_length;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view rest = fuzz::text_of(bytes, size);
  std::size_t taken = 0;
  ResponseHead head;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
    rest.remove_prefix(line.size());
    const ResponseHead before = head;
    taken += line.size();
    const bool is_taken = head.add(line);
    fuzz::must(is_taken == (taken <= ResponseHead::kBytesMax), "heads keep their bound, and what is within is taken");
    if (!is_taken) break;
    if (before.is_complete()) fuzz::must(are_same(before, head), "a trailer changes nothing");
    check(head);
  }
  return 0;
}
