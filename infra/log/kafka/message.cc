#include "infra/log/kafka/message.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "infra/log/kafka/carried_trace.h"

namespace dialin::log::kafka {
namespace {

constexpr std::string_view kNames[] = {"ce_specversion", "ce_id",         "ce_source",     "ce_type",   "ce_time",
                                       "ce_subject",     "ce_sequence",   "ce_previousid", "ce_tenant", "content-type",
                                       "ce_traceparent", "ce_tracestate", "traceparent",   "tracestate"};
constexpr std::string_view kSource = "/dialin/";
constexpr std::string_view kContent = "application/json";

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool has_capitals(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// Not so is a leap second, either: it is an instant that a node writes as the one behind it.
bool is_written_as_ours(std::string_view time) {
  const std::optional<Instant> read = Instant::parse(time);
  return read && read->rfc3339() == time;
}

/// Twice: as attributes of the event (CloudEvents, distributed tracing extension), and where OpenTelemetry looks in any Kafka record.
void add_trace(const Trace& trace, Headers& headers) {
  for (const std::string_view name : {"ce_traceparent", "traceparent"}) {
    if (!trace.parent.empty()) headers.emplace_back(name, trace.parent);
  }
  for (const std::string_view name : {"ce_tracestate", "tracestate"}) {
    if (!trace.state.empty()) headers.emplace_back(name, trace.state);
  }
}

}  // namespace

Headers headers_of(const Record& record, const LogId& log) {
  Headers headers{{"ce_specversion", "1.0"},
                  {"ce_id", record.id.hex()},
                  {"ce_source", std::string(kSource) + log.text()},
                  {"ce_type", record.type},
                  {"ce_time", record.time.rfc3339()},
                  {"ce_sequence", std::to_string(record.sequence.value)},
                  {"ce_previousid", record.previous.hex()},
                  {"content-type", std::string(kContent)}};
  if (record.config) headers.emplace_back("ce_subject", record.config->text());
  if (record.tenant) headers.emplace_back("ce_tenant", record.tenant->text());
  if (record.config) add_trace(trace_in(record.value), headers);
  return headers;
}

Headers headers_of_mark(const RecordId& id, const LogId& log) {
  return {{"ce_specversion", "1.0"},
          {"ce_id", id.hex()},
          {"ce_source", std::string(kSource) + log.text()},
          {"ce_type", std::string(kLogConfirmed)}};
}

void MessageReader::header(std::string_view name, std::string_view value) {
  const auto* known = std::find(std::begin(kNames), std::end(kNames), name);
  if (known == std::end(kNames)) return;
  const auto index = known - std::begin(kNames);
  auto& field = values_[index];
  // What no hash reaches makes no record a stray.
  twice_ |= field.has_value() && index < content;
  field = field ? std::string_view() : value;
}

std::optional<LogId> MessageReader::log() const {
  if (!values_[source] || !values_[source]->starts_with(kSource)) return std::nullopt;
  return LogId::parse(values_[source]->substr(kSource.size()));
}

/// Who reads with other means compares texts: so they are to be those that a node writes, and not only of the same meaning.
std::string_view MessageReader::unhashed_fault(std::string_view value) const {
  if (key_ != values_[subject]) return "its key is not its config's id";
  if (values_[content] != kContent) return "its content-type is not application/json";
  for (const Field field : {id, source, subject, previous, tenant}) {
    if (values_[field] && has_capitals(*values_[field])) return "an id in its headers is written in capitals";
  }
  if (!is_written_as_ours(*values_[time])) return "its ce_time is written otherwise than a node writes it";
  if (values_[sequence]->starts_with('0')) return "its ce_sequence is written otherwise than a node writes it";
  if (!is_trace_of(value)) return "its headers tell another trace than its value";
  return {};
}

/// None is needed: who has the record from an older dialin gave it none.
bool MessageReader::is_trace_of(std::string_view value) const {
  const bool tells_none = !values_[ce_parent] && !values_[ce_state] && !values_[parent] && !values_[state];
  if (tells_none) return true;
  const Trace trace = trace_in(value);
  const auto is_fit = [](const std::optional<std::string_view>& told, const std::string& said) {
    return !told || (!said.empty() && *told == said);
  };
  return is_fit(values_[ce_parent], trace.parent) && is_fit(values_[parent], trace.parent) && is_fit(values_[ce_state], trace.state) &&
         is_fit(values_[state], trace.state);
}

FoundRecord MessageReader::found(Offset offset, Instant stamped, std::string_view value) const {
  FoundRecord found;
  found.offset = offset;
  found.stamped = stamped;
  if (values_[previous]) found.previous = RecordId::parse(*values_[previous]);
  found.is_mark = values_[type] == kLogConfirmed && !values_[previous];
  const bool whole = values_[spec] == "1.0" && values_[id] && values_[source] && values_[type] && values_[time] && values_[sequence];
  if (twice_ || !whole || !found.previous || !log() || value.size() > kRecordValueBytesMax) return found;
  const auto own_id = RecordId::parse(*values_[id]);
  const auto own_time = Instant::parse(*values_[time]);
  const auto own_sequence = number(*values_[sequence]);
  Record record;
  if (values_[subject] && !(record.config = ConfigId::parse(*values_[subject]))) return found;
  if (values_[tenant] && !(record.tenant = TenantId::parse(*values_[tenant]))) return found;
  if (!own_id || !own_time || !own_sequence || values_[type]->empty() || values_[type]->size() > 255) return found;
  record.sequence = {*own_sequence};
  record.id = *own_id;
  record.previous = *found.previous;
  record.type = *values_[type];
  record.time = *own_time;
  record.value = value;
  found.log = log();
  found.unhashed_fault = unhashed_fault(value);
  found.record = std::move(record);
  return found;
}

}  // namespace dialin::log::kafka
