#include "infra/media/response_head.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace dialin::media {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_name(std::string_view text, std::string_view name) {
  return std::equal(text.begin(), text.end(), name.begin(), name.end(), [](char a, char b) { return lower(a) == b; });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// Of a coding: what is given twice counts twice.
void append(std::string_view value, std::string& list) {
  if (!list.empty()) list += ", ";
  std::transform(value.begin(), value.end(), std::back_inserter(list), lower);
}

}  // namespace

bool ResponseHead::add(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > kBytesMax) return false;
  if (is_complete_) return true;  // a trailer, which changes nothing
  if (line.substr(0, 5) == "HTTP/") {
    begin(line);
  } else if (trimmed(line).empty()) {
    is_complete_ = status >= 200 || status == 101;  // after which it is no longer HTTP
  } else {
    take_field(line);
  }
  return true;
}

void ResponseHead::begin(std::string_view status_line) {
  const std::size_t so_far = bytes_;
  *this = ResponseHead();
  bytes_ = so_far;
  is_http1 = status_line.substr(0, 7) == "HTTP/1.";
  const auto space = status_line.find(' ');
  if (space != std::string_view::npos) std::from_chars(status_line.data() + space + 1, status_line.data() + status_line.size(), status);
}

void ResponseHead::take_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (is_name(name, "location")) {
    if (location.empty()) location = value;
  } else if (is_name(name, "etag")) {
    etag = value;
  } else if (is_name(name, "last-modified")) {
    last_modified = value;
  } else if (is_name(name, "content-encoding")) {
    append(value, content_encoding);
  } else if (is_name(name, "transfer-encoding")) {
    append(value, transfer_encoding);
  } else if (is_name(name, "content-length")) {
    std::uint64_t length = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (error == std::errc::result_out_of_range) length = std::numeric_limits<std::uint64_t>::max();
    if (error != std::errc::invalid_argument && stop == value.data() + value.size()) content_length = length;
  }
}

}  // namespace dialin::media
