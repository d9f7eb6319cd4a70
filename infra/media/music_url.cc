#include "infra/media/music_url.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace dialin::media {
namespace {

/// Of what is read, and of its one spelling, where a byte that is not ASCII takes three.
constexpr std::size_t kUrlBytesMax = 8 * 1024;
constexpr std::size_t kHostBytesMax = 253;
constexpr std::string_view kTwoWays = "its URL can be read in two ways";

struct Deleted {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};
using Url = std::unique_ptr<CURLU, Deleted>;

BrokenRule why_not(std::string_view what) {
  return {std::string(kMustBeReached) + std::string(what)};
}

/// Nothing when the URL has no such part.
std::optional<std::string> part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, Deleted> owned(text);
  return std::string(text);
}

bool is_plain(std::string_view host) {
  return !host.empty() && host.size() <= kHostBytesMax && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

/// What stands between scheme and path, without a port; nothing in a reference that is relative to a host.
std::optional<std::string_view> spelled_host(std::string_view reference) {
  const std::size_t end_of_scheme = reference.find_first_of(":/?#");
  const auto is_of_scheme = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  const bool has_scheme = end_of_scheme != std::string_view::npos && reference[end_of_scheme] == ':' &&
                          std::all_of(reference.begin(), reference.begin() + static_cast<std::ptrdiff_t>(end_of_scheme), is_of_scheme);
  if (has_scheme) reference.remove_prefix(end_of_scheme + 1);
  if (!has_scheme && !reference.starts_with("//")) return std::nullopt;
  reference.remove_prefix(std::min(reference.find_first_not_of('/'), reference.size()));
  return reference.substr(0, reference.find_first_of(":/?#"));
}

bool is_same_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && curl_strnequal(a.data(), b.data(), a.size()) != 0;
}

bool set(CURLU* url, std::string_view text) {
  // Schemes that libcurl does not know are read, too, to be refused by name.
  return text.size() <= kUrlBytesMax && text.find('\0') == std::string_view::npos &&
         curl_url_set(url, CURLUPART_URL, std::string(text).c_str(), CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE) == CURLUE_OK;
}

/// `reference`: what was set last.
Result<MusicUrl, BrokenRule> judged(CURLU* url, std::string_view reference) {
  const auto scheme = part_of(url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return why_not("only http and https are fetched");
  if (part_of(url, CURLUPART_USER) || part_of(url, CURLUPART_PASSWORD)) return why_not("its URL has a user name or password");
  if (part_of(url, CURLUPART_ZONEID)) return why_not("its host is an address with a zone");
  curl_url_set(url, CURLUPART_FRAGMENT, nullptr, 0);

  MusicUrl read;
  auto host = part_of(url, CURLUPART_HOST);
  const auto port = part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  auto text = part_of(url, CURLUPART_URL);
  if (!host || !port || !text) return why_not("its URL cannot be read");
  if (text->size() > kUrlBytesMax) return why_not("its URL is too long");
  // Who connects reads that spelling anew. A host is decoded after it was looked at for an address: 1%30 is read as the address 10 only
  // then.
  const Url again(curl_url());
  if (!again || !set(again.get(), *text) || part_of(again.get(), CURLUPART_URL) != text || part_of(again.get(), CURLUPART_HOST) != host) {
    return why_not(kTwoWays);
  }
  const auto spelled = spelled_host(reference);
  if (host->size() > 2 && host->front() == '[' && host->back() == ']') {
    if (spelled && !spelled->starts_with('[')) return why_not(kTwoWays);
    read.address = Address::parse(std::string_view(*host).substr(1, host->size() - 2));
    if (!read.address || read.address->is_v4) return why_not("its host is no address");
    *host = read.address->text();
  } else if (!is_plain(*host)) {
    return why_not("its host is neither a name nor an address");
  } else {
    read.address = Address::parse(*host);
    if (spelled && !is_same_ignoring_case(*spelled, *host)) {
      return why_not(read.address ? "its host is an IPv4 address that is not spelled as four decimal numbers" : kTwoWays);
    }
  }
  const auto [stop, error] = std::from_chars(port->data(), port->data() + port->size(), read.port);
  if (error != std::errc{} || stop != port->data() + port->size() || read.port == 0) return why_not("its URL has no port that there is");
  read.text = std::move(*text);
  read.host = std::move(*host);
  return read;
}

}  // namespace

Result<MusicUrl, BrokenRule> parse_music_url(std::string_view text) {
  const Url url(curl_url());
  if (!url || !set(url.get(), text)) return why_not("its URL cannot be read");
  return judged(url.get(), text);
}

Result<MusicUrl, BrokenRule> redirected(const MusicUrl& from, std::string_view location) {
  const Url url(curl_url());
  if (!url || !set(url.get(), from.text) || !set(url.get(), location)) return why_not("it redirects to what is no URL of http or https");
  return judged(url.get(), location);
}

}  // namespace dialin::media
