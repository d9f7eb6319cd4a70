#include "infra/log/embedded_log.h"

#include <atomic>
#include <utility>

#include "domain/invariant.h"
#include "infra/log/chain_file.h"
#include "infra/log/chain_reader.h"
#include "infra/log/opening.h"
#include "infra/log/segment.h"

namespace dialin::log {
namespace {

LogError log_error(Errno error) {
  return error.no_space() ? LogError::no_space : LogError::unavailable;
}

class OpenLog : public EmbeddedLog {
 public:
  OpenLog(std::unique_ptr<Lock> lock, std::unique_ptr<ChainFile> chain, EmbeddedOptions options, const Ports& ports)
      : lock_(std::move(lock)), chain_(std::move(chain)), options_(std::move(options)), ports_(ports), end_(tail()) {}

  Result<void, Failure> lead() override {
    invariant(!leads_, "the lead is taken once");
    if (auto led = take_lead(*chain_, options_, ports_); !led) return led;
    end_ = tail();
    leads_ = true;
    return {};
  }

  LogId id() const override { return chain_->index().log(); }
  Tail tail() const override { return chain_->index().tail(); }
  Tail end() const override { return end_; }

  void append(std::vector<Record>& group, Appended done) override {
    invariant(leads_, "only who leads appends");
    invariant(!group.empty() && group.size() <= kGroupRecordsMax, "a group has 1 to kGroupRecordsMax records");
    Tail end = end_;
    for (Record& record : group) {
      chain_after(end, record);
      end = tail_of(record);
    }
    const auto begin = std::chrono::steady_clock::now();
    if (const Errno error = chain_->append(group); error.failed()) {
      ports_.telemetry.add(Counter::log_append_failures);
      if (!is_failing_) ports_.telemetry.say(Level::error, "the log takes no records, writes are refused: " + error.text());
      is_failing_ = true;
      return done(log_error(error));
    }
    if (is_failing_) ports_.telemetry.say(Level::info, "the log takes records again");
    is_failing_ = false;
    end_ = end;
    count(group.size(), std::chrono::steady_clock::now() - begin);
    done(end);
  }

  std::unique_ptr<RecordReader> read(Sequence from) const override { return std::make_unique<ChainReader>(chain_->index(), from); }
  Result<Record, LogError> at(Sequence sequence) const override {
    auto record = chain_->index().at(sequence);
    if (!record && record.error() == LogError::poison) met_damage(sequence);
    return record;
  }
  // Nobody else can have extended it: the lock is ours.
  void confirm_end(Confirmed done) const override { done(chain_->index().readable()); }

 private:
  /// Counted each time, said once as long as nobody meets another.
  void met_damage(Sequence sequence) const {
    ports_.telemetry.add(Counter::log_damage_met);
    const auto place = chain_->index().place_of(sequence);
    const Fault fault =
        place ? Fault{sequence, segment_name(place->segment), place->offset, "it does not match its frame or its hash"} : place.error();
    if (damage_said_.exchange(fault.sequence.value) != fault.sequence.value)
      ports_.telemetry.say(Level::error, "the log is damaged: " + fault.text());
  }

  void count(std::size_t records, std::chrono::steady_clock::duration took) {
    ports_.telemetry.add(Counter::groups_appended);
    ports_.telemetry.add(Counter::events_appended, records);
    ports_.telemetry.observe(Histogram::append_seconds, std::chrono::duration<double>(took).count());
    ports_.telemetry.observe(Histogram::group_records, static_cast<double>(records));
    ports_.telemetry.set(Gauge::log_end, static_cast<double>(end_.sequence.value));
  }

  std::unique_ptr<Lock> lock_;  ///< goes last
  std::unique_ptr<ChainFile> chain_;
  const EmbeddedOptions options_;
  const Ports ports_;
  Tail end_;
  bool leads_ = false;
  mutable std::atomic<std::uint64_t> damage_said_{0};
  bool is_failing_ = false;  ///< said once, not at every group
};

}  // namespace

Result<std::unique_ptr<EmbeddedLog>, EmbeddedLog::Failure> EmbeddedLog::find(const EmbeddedOptions& options, Ports ports) {
  if (const Errno error = ports.files.make_dir(options.dir); error.failed()) return open_failure(options.dir + " cannot be made", error);
  auto lock = lock_log(ports.files, options.dir);
  if (!lock) return std::move(lock).error();
  auto chain = find_chain(options, ports);
  if (!chain) return std::move(chain).error();
  return std::make_unique<OpenLog>(std::move(*lock), std::move(*chain), options, ports);
}

Result<std::unique_ptr<EmbeddedLog>, EmbeddedLog::Failure> EmbeddedLog::open(const EmbeddedOptions& options, Ports ports) {
  auto log = find(options, ports);
  if (!log) return log;
  if (auto led = (*log)->lead(); !led) return std::move(led).error();
  return log;
}

}  // namespace dialin::log
