#include "infra/log/segment.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "domain/sha256.h"
#include "infra/log/frame.h"
#include "infra/log/little_endian.h"

namespace dialin::log {
namespace {

/// The last character is the version of the format.
constexpr std::string_view kMagic = "dialinS1";
constexpr std::string_view kSuffix = ".segment";
constexpr std::size_t kDigits = 20;
constexpr std::size_t kCheckAt = kSegmentHeadBytes - 8;

std::string_view check_of(const Bytes32& digest) {
  return {reinterpret_cast<const char*>(digest.data()), 8};
}

std::string numbered(Sequence first, std::string_view suffix) {
  const std::string digits = std::to_string(first.value);
  return std::string(kDigits - digits.size(), '0').append(digits).append(suffix);
}

std::optional<Sequence> first_of(std::string_view name) {
  if (name.size() != kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  std::uint64_t first = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, first);
  if (error != std::errc{} || end != name.data() + kDigits || first == 0) return std::nullopt;
  return Sequence{first};
}

Result<std::vector<Sequence>, Errno> list_once(FileLayer& files, const std::string& dir) {
  const auto names = files.list(dir);
  if (!names) return names.error();
  std::vector<Sequence> firsts;
  for (const std::string& name : *names) {
    if (const auto first = first_of(name)) firsts.push_back(*first);
  }
  std::sort(firsts.begin(), firsts.end());
  return firsts;
}

}  // namespace

std::string SegmentHead::encode() const {
  std::string out(kMagic);
  out.append(log.view());
  put<std::uint64_t>(out, first.value);
  out.append(reinterpret_cast<const char*>(previous.bytes.data()), previous.bytes.size());
  put<std::int64_t>(out, previous_time.us);
  put<std::uint64_t>(out, term);
  put<std::uint64_t>(out, bytes);
  out.resize(kCheckAt, '\0');
  return out.append(check_of(sha256(out)));
}

Result<SegmentHead, std::string_view> SegmentHead::decode(std::string_view bytes) {
  if (bytes.size() != kSegmentHeadBytes) return std::string_view("the file is shorter than a segment's head");
  if (!bytes.starts_with(kMagic)) return std::string_view("the file does not begin as a segment of this version");
  if (bytes.substr(kCheckAt) != check_of(sha256(bytes.substr(0, kCheckAt))))
    return std::string_view("the segment's head does not match its check");
  SegmentHead head;
  std::memcpy(head.log.bytes.data(), bytes.data() + 8, head.log.bytes.size());
  head.first = {get<std::uint64_t>(bytes.data() + 24)};
  std::memcpy(head.previous.bytes.data(), bytes.data() + 32, head.previous.bytes.size());
  head.previous_time = {get<std::int64_t>(bytes.data() + 64)};
  head.term = get<std::uint64_t>(bytes.data() + 72);
  head.bytes = get<std::uint64_t>(bytes.data() + 80);
  return head;
}

std::string segment_name(Sequence first) {
  return numbered(first, kSuffix);
}
std::string index_name(Sequence first) {
  return numbered(first, ".index");
}
std::string path_in(const std::string& dir, const std::string& name) {
  return dir + "/" + name;
}

Result<std::vector<Sequence>, Errno> list_segments(FileLayer& files, const std::string& dir) {
  // A listing taken while a server begins segments may have a later one and lack an earlier one. What the first listing saw last was there
  // before the second began, and so was everything before it.
  const auto seen = list_once(files, dir);
  if (!seen || seen->empty()) return seen;
  auto firsts = list_once(files, dir);
  if (firsts) firsts->erase(std::upper_bound(firsts->begin(), firsts->end(), seen->back()), firsts->end());
  return firsts;
}

Result<OpenSegment, Fault> open_segment(FileLayer& files, const std::string& dir, Sequence first) {
  Fault fault{first, segment_name(first), 0, {}, true};
  auto opened = files.open(path_in(dir, fault.file), FileLayer::Mode::read);
  if (!opened) {
    fault.what = "the segment cannot be opened: " + opened.error().text();
    return fault;
  }
  std::array<char, kSegmentHeadBytes> bytes;
  const auto got = (*opened)->read(bytes.data(), bytes.size(), 0);
  if (!got) {
    fault.what = "the segment cannot be read: " + got.error().text();
    return fault;
  }
  fault.unreadable = false;
  const auto head = SegmentHead::decode({bytes.data(), *got});
  if (!head) {
    fault.what = head.error();
    return fault;
  }
  if (head->first != first) {
    fault.what = "the segment's head says that it begins with record " + std::to_string(head->first.value);
    return fault;
  }
  return OpenSegment{std::move(*opened), *head};
}

}  // namespace dialin::log
