#include "projections/read_ahead.h"

#include <exception>

namespace dialin::projections {
namespace {

std::string place_of(const Record& record) {
  return "record " + std::to_string(record.sequence.value) + " (id " + record.id.hex() + ")";
}

Record without_content(const Record& record) {
  Record result;
  result.sequence = record.sequence;
  result.id = record.id;
  result.previous = record.previous;
  result.tenant = record.tenant;
  result.config = record.config;
  result.time = record.time;
  return result;
}

bool begins_move(const Entry& entry) {
  return entry.event && entry.event->moved_to;
}

bool ends_move(const Entry& deletion, const Entry& entry) {
  return entry.event && entry.event->name == EventName::created && entry.event->config_id == deletion.event->moved_to->config_id;
}

}  // namespace

ReadAhead::ReadAhead(const EventLog& log, const Codec& codec, Tail position)
    : owned_(log.read(position.sequence.next())), reader_(*owned_), codec_(codec), position_(position), thread_(&ReadAhead::run, this) {}

ReadAhead::ReadAhead(RecordReader& reader, const Codec& codec, Tail position)
    : reader_(reader), codec_(codec), position_(position), thread_(&ReadAhead::run, this) {}

ReadAhead::~ReadAhead() {
  batches_.stop();
  thread_.join();
}

Result<std::vector<Entry>, LogDamage> ReadAhead::next() {
  if (auto batch = batches_.take()) return std::move(*batch);
  if (damage_) return *damage_;
  return std::vector<Entry>();
}

void ReadAhead::run() {
  try {
    damage_ = read_all();
  } catch (const std::exception& error) {
    damage_ = LogDamage{std::string("the log cannot be read: ") + error.what()};
  }
  batches_.end();
}

std::optional<LogDamage> ReadAhead::read_all() {
  std::vector<Entry> batch;
  batch.reserve(kBatchRecords);
  Record record;  // one for all: its buffers are used again
  std::size_t bytes = 0;
  for (;;) {
    const RecordReader::Next next = reader_.next(record);
    if (next == RecordReader::Next::fault) return LogDamage{reader_.fault()};
    if (next == RecordReader::Next::end) break;

    const bool is_inside_move = !batch.empty() && begins_move(batch.back());
    if (!is_inside_move && (batch.size() >= kBatchRecords || bytes >= kBatchBytes)) {
      if (!hand_over(batch)) return std::nullopt;
      bytes = 0;
    }
    bytes += record.value.size();
    if (auto damage = add(record, batch)) return damage;
  }
  if (batch.empty()) return std::nullopt;
  if (begins_move(batch.back())) return LogDamage{"the log ends within a move, behind " + place_of(batch.back().record)};
  hand_over(batch);
  return std::nullopt;
}

std::optional<LogDamage> ReadAhead::add(const Record& record, std::vector<Entry>& batch) {
  if (record.sequence != position_.sequence.next() || record.previous != position_.id)
    return LogDamage{place_of(record) + " does not follow record " + std::to_string(position_.sequence.value)};
  position_ = tail_of(record);

  auto event = event_of(record, codec_);
  if (!event) return LogDamage{place_of(record) + " is no event: " + std::string(event.error().why)};
  const bool is_inside_move = !batch.empty() && begins_move(batch.back());
  Entry& entry = batch.emplace_back();
  entry.record = without_content(record);
  entry.event = std::move(*event);
  if (is_inside_move && !ends_move(batch[batch.size() - 2], entry))
    return LogDamage{place_of(record) + " stands within a move, where the creation of config " +
                     batch[batch.size() - 2].event->moved_to->config_id.text() + " must stand"};
  return std::nullopt;
}

/// False when nobody wants more. Leaves `batch` empty.
bool ReadAhead::hand_over(std::vector<Entry>& batch) {
  if (!batches_.put(std::move(batch))) return false;
  batch = {};
  batch.reserve(kBatchRecords);
  return true;
}

}  // namespace dialin::projections
