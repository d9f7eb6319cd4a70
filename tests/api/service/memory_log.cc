#include "api/service/memory_log.h"

#include <utility>

namespace dialin::test {
namespace {

class MemoryReader : public RecordReader {
 public:
  MemoryReader(const MemoryLog& log, Sequence from) : log_(log), from_(from) {}
  Next next(Record& out) override {
    auto record = log_.at(from_);
    if (!record) return Next::end;
    out = std::move(*record);
    from_ = from_.next();
    return Next::record;
  }
  std::string fault() const override { return {}; }

 private:
  const MemoryLog& log_;
  Sequence from_;
};

}  // namespace

Tail MemoryLog::tail() const {
  const std::lock_guard lock(mutex_);
  return durable_.empty() ? Tail{} : tail_of(durable_.back());
}

Tail MemoryLog::end_locked() const {
  if (!flights_.empty()) return tail_of(flights_.back().records.back());
  return durable_.empty() ? Tail{} : tail_of(durable_.back());
}

Tail MemoryLog::end() const {
  Tail end;
  {
    const std::lock_guard lock(mutex_);
    end = end_locked();
  }
  if (after_end) std::exchange(after_end, nullptr)();
  return end;
}

void MemoryLog::append(std::vector<Record>& group, Appended done) {
  std::optional<LogError> error = fails;
  {
    const std::lock_guard lock(mutex_);
    ++appends_;
    Tail end = end_locked();
    if (group.front().previous != end.id) error = LogError::unavailable;
    if (!error) {
      for (Record& record : group) {
        chain_after(end, record);
        end = tail_of(record);
      }
      flights_.push_back({group, done});
    }
  }
  if (error) return done(*error);
  if (answers_at_once) answer_one();
}

std::unique_ptr<RecordReader> MemoryLog::read(Sequence from) const {
  return std::make_unique<MemoryReader>(*this, from);
}

Result<Record, LogError> MemoryLog::at(Sequence sequence) const {
  const std::lock_guard lock(mutex_);
  if (sequence.value < 1 || sequence.value > durable_.size()) return LogError::not_found;
  return durable_[sequence.value - 1];
}

std::size_t MemoryLog::in_flight() const {
  const std::lock_guard lock(mutex_);
  return flights_.size();
}

void MemoryLog::answer_one() {
  Flight flight;
  {
    const std::lock_guard lock(mutex_);
    flight = std::move(flights_.front());
    flights_.pop_front();
    durable_.insert(durable_.end(), flight.records.begin(), flight.records.end());
  }
  flight.done(tail_of(flight.records.back()));
}

void MemoryLog::answer_all() {
  while (in_flight() > 0) answer_one();
}

void MemoryLog::fail_all(LogError error, std::size_t landed) {
  std::deque<Flight> flights;
  {
    const std::lock_guard lock(mutex_);
    flights.swap(flights_);
    for (std::size_t i = 0; i < landed; ++i) durable_.insert(durable_.end(), flights[i].records.begin(), flights[i].records.end());
  }
  for (Flight& flight : flights) flight.done(error);
}

void MemoryLog::land_part(std::size_t records) {
  std::deque<Flight> flights;
  {
    const std::lock_guard lock(mutex_);
    flights.swap(flights_);
    const auto& first = flights.front().records;
    durable_.insert(durable_.end(), first.begin(), first.begin() + static_cast<std::ptrdiff_t>(records));
  }
  for (Flight& flight : flights) flight.done(&flight == &flights.front() ? LogError::partly : LogError::unavailable);
}

void MemoryLog::confirm_end(Confirmed done) const {
  if (!shared) return done(tail().sequence);
  questions_.push_back(std::move(done));
}

void MemoryLog::confirm_all(std::optional<LogError> error) {
  for (const Confirmed& done : std::exchange(questions_, {})) done(error ? Result<Sequence, LogError>(*error) : tail().sequence);
}

void MemoryLog::append_foreign(std::string type, Instant time) {
  const std::lock_guard lock(mutex_);
  Record record;
  record.type = std::move(type);
  record.time = time;
  record.value = "{}";
  chain_after(durable_.empty() ? Tail{} : tail_of(durable_.back()), record);
  durable_.push_back(std::move(record));
}

std::vector<Record> MemoryLog::records() const {
  const std::lock_guard lock(mutex_);
  return durable_;
}

}  // namespace dialin::test
