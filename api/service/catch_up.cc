#include "api/service/catch_up.h"

#include "domain/event.h"

namespace dialin::service {
namespace {

constexpr std::size_t kBatchRecords = 512;

bool is_event(std::string_view record_type) {
  return record_type == record_type_of(EventName::created) || record_type == record_type_of(EventName::updated) ||
         record_type == record_type_of(EventName::deleted);
}

/// Reads up to kBatchRecords; empty text when that went well.
std::string read_batch(RecordReader& reader, const Codec& codec, Sequence last, std::vector<projections::Entry>& batch) {
  while (batch.size() < kBatchRecords && (batch.empty() || batch.back().record.sequence < last)) {
    projections::Entry& entry = batch.emplace_back();
    const auto next = reader.next(entry.record);
    if (next != RecordReader::Next::record) {
      batch.pop_back();
      return next == RecordReader::Next::fault ? "the log is damaged: " + reader.fault() : "the log ends before its tail";
    }
    if (!is_event(entry.record.type)) continue;
    auto event = codec.decode(entry.record);
    if (!event) return "record " + std::to_string(entry.record.sequence.value) + " is not an event: " + std::string(event.error().why);
    entry.event = std::move(*event);
  }
  return {};
}

}  // namespace

std::string catch_up(const EventLog& log, const Codec& codec, projections::Projector& projector,
                     const std::function<void(AppliedEntries)>& applied) {
  const Sequence last = log.tail().sequence;
  if (projector.position().sequence >= last) return {};
  const auto reader = log.read(projector.position().sequence.next());
  while (projector.position().sequence < last) {
    auto batch = std::make_shared<std::vector<projections::Entry>>();
    if (auto why = read_batch(*reader, codec, last, *batch); !why.empty()) return why;
    if (auto done = service::apply(projector, *batch); !done) return std::string(sentence_of(done.error()));
    applied(std::move(batch));
  }
  return {};
}

Result<void, StoreError> apply(projections::Projector& projector, std::span<const projections::Entry> entries) {
  try {
    return projector.apply(entries);
  } catch (const StoreFailure&) {
    return StoreError::failed;
  }
}

std::string_view sentence_of(StoreError error) {
  switch (error) {
    case StoreError::no_space:
      return "the disk of the views is full";
    case StoreError::failed:
      return "the views cannot be written";
  }
  return "the views cannot be written";
}

}  // namespace dialin::service
