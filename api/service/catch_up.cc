#include "api/service/catch_up.h"

#include <utility>

#include "projections/soundness.h"

namespace dialin::service {
namespace {

constexpr std::size_t kBatchRecords = 512;

/// A batch never ends between the two records of a move: the projector takes both or neither.
bool is_full(const std::vector<projections::Entry>& batch, Sequence last) {
  if (batch.empty()) return false;
  if (batch.back().record.sequence >= last) return true;
  return batch.size() >= kBatchRecords && !(batch.back().event && batch.back().event->moved_to);
}

/// Reads kBatchRecords, or one more; empty text when that went well.
std::string read_batch(RecordReader& reader, const Codec& codec, Sequence last, std::vector<projections::Entry>& batch) {
  while (!is_full(batch, last)) {
    Record record;
    const auto next = reader.next(record);
    if (next == RecordReader::Next::fault) return "the log is damaged: " + reader.fault();
    if (next == RecordReader::Next::end) return "the log ends before its tail";
    const Sequence sequence = record.sequence;
    auto entry = projections::entry_of(std::move(record), codec);
    if (!entry) return "record " + std::to_string(sequence.value) + " is not an event: " + std::string(entry.error().why);
    batch.push_back(std::move(*entry));
  }
  return {};
}

/// Others may have written it. Says why something was left out; empty: all of it may be applied.
std::string leave_out_what_is_unsound(std::vector<projections::Entry>& batch, const ViewReader& views) {
  projections::Soundness found;
  try {
    found = projections::SoundnessCheck(&views).take(batch);
  } catch (const StoreFailure&) {
    found.fault = sentence_of(StoreError::failed);
  }
  batch.resize(found.sound);
  return found.fault;
}

}  // namespace

std::string catch_up(const EventLog& log, const Codec& codec, const ViewReader& views, projections::Projector& projector,
                     const std::function<void(AppliedEntries)>& applied) {
  const Sequence last = log.tail().sequence;
  if (projector.position().sequence >= last) return {};
  const auto reader = log.read(projector.position().sequence.next());
  while (projector.position().sequence < last) {
    auto batch = std::make_shared<std::vector<projections::Entry>>();
    if (auto why = read_batch(*reader, codec, last, *batch); !why.empty()) return why;
    const std::string fault = log.is_shared() ? leave_out_what_is_unsound(*batch, views) : std::string();
    if (auto done = service::apply(projector, *batch); !done) return std::string(sentence_of(done.error()));
    if (!batch->empty()) applied(std::move(batch));
    if (!fault.empty()) return fault;
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
