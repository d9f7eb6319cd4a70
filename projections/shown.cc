#include "projections/shown.h"

#include "projections/projector.h"

namespace dialin::projections {
namespace {

std::string text_of(LogError error) {
  switch (error) {
    case LogError::no_space:
      return "the disk is full";
    case LogError::unavailable:
      return "the log cannot be reached";
    case LogError::unknown:
    case LogError::partly:
      return "the log did not answer";
    case LogError::poison:
      return "the record is damaged";
    case LogError::not_found:
      return "the log ends before it";
  }
  return "unknown";
}

std::string unreadable(Sequence sequence, std::string_view why) {
  return "record " + std::to_string(sequence.value) + " cannot be read from the log: " + std::string(why);
}

}  // namespace

Record record_at(const EventLog& log, Sequence sequence) {
  auto record = log.at(sequence);
  if (record) return std::move(*record);
  const std::string text = unreadable(sequence, text_of(record.error()));
  if (record.error() == LogError::poison) throw LogDamaged(text);
  throw LogFault(text);
}

Shown event_at(const EventLog& log, const Codec& codec, Sequence sequence) {
  Record record = record_at(log, sequence);
  auto event = event_of(record, codec);
  if (!event) throw LogDamaged(unreadable(sequence, event.error().why));
  if (!*event) throw LogDamaged(unreadable(sequence, "it is not an event of a config"));
  return {std::move(record), std::move(**event)};
}

}  // namespace dialin::projections
