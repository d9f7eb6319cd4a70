#include "domain/checkpoint.h"

#include <charconv>
#include <cstring>

#include "domain/base64.h"

namespace dialin {
namespace {

constexpr std::string_view kOrigin = "dialin/log/";
constexpr std::string_view kTime = "time ";

/// The first line of `text`, which is taken off with its line feed; empty when there is none.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

/// What stands behind `word` in the line; empty when it does not begin so.
std::string_view behind(std::string_view word, std::string_view line) {
  return line.starts_with(word) ? line.substr(word.size()) : std::string_view{};
}

std::optional<Sequence> sequence_of(std::string_view line) {
  Sequence sequence;
  const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), sequence.value);
  if (error != std::errc{} || stop != line.data() + line.size() || sequence.value == 0) return std::nullopt;
  return sequence;
}

std::optional<RecordId> id_of(std::string_view line) {
  const auto bytes = from_base64(line);
  RecordId id;
  if (!bytes || bytes->size() != id.bytes.size()) return std::nullopt;
  std::memcpy(id.bytes.data(), bytes->data(), id.bytes.size());
  return id;
}

}  // namespace

std::string Checkpoint::text() const {
  std::string text(kOrigin);
  text.append(log.text()).append("\n").append(std::to_string(sequence.value)).append("\n");
  append_base64({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()}, text);
  return text.append("\n").append(kTime).append(time.rfc3339()).append("\n");
}

Result<Checkpoint, NotACheckpoint> Checkpoint::parse(std::string_view text) {
  std::string_view rest = text;
  const auto log = LogId::parse(behind(kOrigin, take_line(rest)));
  if (!log) return NotACheckpoint{"its first line is not dialin/log/ and the log's id"};
  const auto sequence = sequence_of(take_line(rest));
  if (!sequence) return NotACheckpoint{"its second line is not a record's sequence"};
  const auto id = id_of(take_line(rest));
  if (!id) return NotACheckpoint{"its third line is not the base64 of a record's id"};
  const auto time = Instant::parse(behind(kTime, take_line(rest)));
  if (!time) return NotACheckpoint{"its fourth line is not the word time and a time"};
  const Checkpoint checkpoint{*log, *sequence, *id, *time};
  if (checkpoint.text() != text) return NotACheckpoint{"it is spelt otherwise than a checkpoint, or there is more than one"};
  return checkpoint;
}

}  // namespace dialin
