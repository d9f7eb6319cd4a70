// A message of the topic: its key in the first line, its headers in those behind it, its value after an empty one.

#include "infra/log/kafka/message.h"

#include <algorithm>
#include <vector>

#include "fuzz/fuzz.h"

using namespace dialin;

namespace {

struct Given {
  std::string_view name, value;
};

/// What others add is theirs; these are a node's.
bool is_ours(std::string_view name) {
  constexpr std::string_view names[] = {"ce_specversion", "ce_id",         "ce_source",     "ce_type",   "ce_time",
                                        "ce_subject",     "ce_sequence",   "ce_previousid", "ce_tenant", "content-type",
                                        "ce_traceparent", "ce_tracestate", "traceparent",   "tracestate"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// Those that a node knows and writes for no record of this kind may not be there, either.
void check_written_as_ours(const std::vector<Given>& given, const log::kafka::Headers& ours) {
  for (const Given& header : given) {
    const auto same = std::find_if(ours.begin(), ours.end(), [&](const auto& each) { return each.first == header.name; });
    fuzz::must(same != ours.end() && same->second == header.value, "a header in which no fault is found is what a node writes");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Pieces lines(fuzz::text_of(bytes, size));
  std::vector<Given> given;
  log::kafka::MessageReader reader;
  reader.key(lines.line());
  for (std::string_view line = lines.line(); !line.empty(); line = lines.line()) {
    const std::size_t colon = line.find(':');
    const Given header{line.substr(0, colon), colon == std::string_view::npos ? "" : line.substr(colon + 1)};
    reader.header(header.name, header.value);
    if (is_ours(header.name)) given.push_back(header);
  }
  const auto found = reader.found(11, Instant{1'780'000'000'000'000}, lines.rest());
  fuzz::must(found.offset == 11, "what is found is found there");
  if (!found.record) return 0;
  fuzz::must(found.previous == found.record->previous, "a record has one link");
  // Read back from what this node would write, it is the same record.
  log::kafka::MessageReader second;
  const std::string key = found.record->config ? found.record->config->text() : "";
  if (!key.empty()) second.key(key);
  const auto headers = log::kafka::headers_of(*found.record, found.log.value_or(LogId{}));
  for (const auto& [name, value] : headers) second.header(name, value);
  if (found.unhashed_fault.empty()) check_written_as_ours(given, headers);
  const auto again = second.found(11, found.stamped, found.record->value);
  fuzz::must(again.record && *again.record == *found.record, "a record that was written is read");
  return 0;
}
