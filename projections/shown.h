#pragma once
// The events whose places the views know, read from the log, where their bodies stand. Any thread.

#include <stdexcept>

#include "domain/codec.h"
#include "domain/event_log.h"

namespace dialin::projections {

class LogFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
/// It can be read, but what stands there is no record of the chain, or no event.
class LogDamaged : public LogFault {
 public:
  using LogFault::LogFault;
};

/// An event with its record, as history and /events give them.
struct Shown {
  Record record;
  Event event;
};

/// The record at `sequence`. Throws LogFault when it cannot be read, or is not there.
Record record_at(const EventLog& log, Sequence sequence);
/// The event at `sequence`. Throws LogFault, also when it is not an event.
Shown event_at(const EventLog& log, const Codec& codec, Sequence sequence);

}  // namespace dialin::projections
