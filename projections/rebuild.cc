#include "projections/rebuild.h"

#include <algorithm>
#include <exception>
#include <filesystem>

#include "projections/read_ahead.h"

namespace dialin::projections {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMegabyte = 1024 * 1024;

std::string megabytes(std::uintmax_t bytes) {
  return std::to_string((bytes + kMegabyte - 1) / kMegabyte) + " MB";
}

std::uintmax_t and_a_quarter(std::uintmax_t bytes) {
  return bytes + bytes / 4;
}

/// Files that go while they are counted are none; nor is a directory that is not there.
std::uintmax_t bytes_in(const std::string& dir) {
  std::uintmax_t bytes = 0;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(dir, gone)) {
    const auto size = entry.file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

/// A log as if it ended at `last`, which is no deletion that begins a move.
class UpTo : public RecordReader {
 public:
  UpTo(const EventLog& log, Sequence from, Sequence last) : reader_(log.read(from)), last_(last), is_over_(from > last) {}
  Next next(Record& out) override {
    if (is_over_) return Next::end;
    const Next next = reader_->next(out);
    is_over_ = next == Next::record && out.sequence >= last_;
    return next;
  }
  std::string fault() const override { return reader_->fault(); }

 private:
  std::unique_ptr<RecordReader> reader_;
  Sequence last_;
  bool is_over_;
};

}  // namespace

unsigned RebuildProgress::percent() const {
  constexpr std::uint64_t kPercentMax = 99;
  return end.value == 0 ? 0 : static_cast<unsigned>(std::min(applied.value * 100 / end.value, kPercentMax));
}

Rebuild::Rebuild(const std::string& dir, std::uint64_t from, Ports ports, RebuildLimits limits)
    : folder_(dir), from_(from), ports_(std::move(ports)), limits_(limits) {}

void Rebuild::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Rebuild::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

std::optional<RebuildProgress> Rebuild::progress() const {
  if (is_done_.load(std::memory_order_acquire)) return std::nullopt;
  const Sequence applied{applied_.load(std::memory_order_relaxed)};
  const Sequence end{end_.load(std::memory_order_relaxed)};
  const std::lock_guard lock(mutex_);
  return RebuildProgress{from_, kSchema, applied, std::max(applied, end), trouble_};
}

Tail Rebuild::goal() {
  const Tail end = place_of(ports_.serving).position;
  end_.store(end.sequence.value, std::memory_order_relaxed);
  return end;
}

void Rebuild::run(const std::stop_token& stop) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string schema = std::to_string(kSchema);
  ports_.telemetry.say(Level::info,
                       "views of schema " + schema + " are built beside those of schema " + std::to_string(from_) + ", which serve");
  for (auto wait = limits_.first_wait;; wait = std::min(2 * wait, limits_.longest_wait)) {
    const Done done = attempt(stop);
    if (done && *done == Ended::by_stop) return;
    if (done) break;
    say_trouble(done.error().why, wait);
    if (!waits(wait, stop)) return;
    const std::lock_guard lock(mutex_);
    trouble_.clear();
  }
  is_done_.store(true, std::memory_order_release);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  ports_.telemetry.say(Level::info, "views of schema " + schema + " serve, after " + std::to_string(took.count()) + " s");
  put_in_place(stop);
}

/// What the store and the file system throw is why it did not come about. Nothing of it is left then: it would take the log's room.
Rebuild::Done Rebuild::attempt(const std::stop_token& stop) {
  const auto failed = [&](NotRebuilt not_rebuilt) -> Done {
    learn_room(not_rebuilt);
    std::error_code kept;
    fs::remove_all(folder_.rebuilding(), kept);
    if (!kept) fs::remove_all(folder_.of_schema(kSchema), kept);
    if (kept) not_rebuilt.why += ", and what was built cannot be removed: " + kept.message();
    return not_rebuilt;
  };
  try {
    auto store = open_built();
    if (!store) {
      const Done built = build(stop);
      if (!built) return failed(built.error());
      if (*built == Ended::by_stop) return built;
      store = ports_.stores.open(folder_.of_schema(kSchema));
    }
    Tail position = place_of(*store).position;
    Done done = come_close(*store, position, stop);
    if (done && *done == Ended::well) {
      const auto last_step = std::make_shared<LastStep>(ports_.serving, ports_.log, ports_.codec, std::move(store), position);
      ports_.between_groups([last_step] { return last_step->step(); });
      done = last_step->wait(stop);
    }
    store.reset();  // before its files go
    if (!done) return failed(done.error());
    return done;
  } catch (const std::exception& error) {
    return failed({error.what()});
  }
}

/// What an earlier process has built and not put in place; null: nothing, or nothing that can be gone on from.
std::unique_ptr<ViewStore> Rebuild::open_built() {
  const std::string dir = folder_.of_schema(kSchema);
  if (!fs::exists(dir)) return nullptr;
  auto store = ports_.stores.open(dir);
  const ViewsPlace place = place_of(*store);
  const Sequence at = place.position.sequence;
  if (place.schema == kSchema && is_whole(*store, kSchema) && place.log == ports_.log.id() && at.value > 0 && at <= goal().sequence) {
    const auto record = ports_.log.at(at);
    if (record && record->id == place.position.id) return store;
  }
  store.reset();
  fs::remove_all(dir);
  return nullptr;
}

Rebuild::Done Rebuild::build(const std::stop_token& stop) {
  // As a rule the new ones are not much larger. How much larger those of a log of many deletions are shows only when they are built.
  const std::uintmax_t expected = std::max(and_a_quarter(bytes_in(folder_.current())), learned_bytes_);
  if (const auto room = look_for_room(expected + limits_.free_bytes_min); !room) return room.error();
  fs::remove_all(folder_.rebuilding());
  {
    const auto store = ports_.stores.bulk(folder_.rebuilding());
    if (const auto begun = begin_views(*store, ports_.log.id()); !begun) return not_written(begun.error());
    Projector projector(*store, ports_.codec, {});
    const Done applied = apply_up_to(goal(), projector, stop);
    if (!applied || *applied == Ended::by_stop) return applied;
    if (const auto flushed = store->flush(); !flushed) return not_written(flushed.error());
  }
  folder_.keep_rebuilt(kSchema);
  return Ended::well;
}

Rebuild::Done Rebuild::come_close(ViewStore& store, Tail& position, const std::stop_token& stop) {
  Projector projector(store, ports_.codec, position);
  for (unsigned round = 0; round < limits_.rounds_max; ++round) {
    const Tail end = goal();
    if (end.sequence.value - projector.position().sequence.value <= limits_.missing_max) break;
    const Done applied = apply_up_to(end, projector, stop);
    if (!applied || *applied == Ended::by_stop) return applied;
  }
  // What a crash right after the exchange would have to catch up with.
  if (const auto flushed = store.flush(); !flushed) return not_written(flushed.error());
  position = projector.position();
  return Ended::well;
}

Rebuild::Done Rebuild::apply_up_to(const Tail& end, Projector& projector, const std::stop_token& stop) {
  UpTo reader(ports_.log, projector.position().sequence.next(), end.sequence);
  ReadAhead ahead(reader, ports_.codec, projector.position());
  while (projector.position() != end) {
    if (stop.stop_requested()) return Ended::by_stop;
    const auto batch = ahead.next();
    if (!batch) return NotRebuilt{batch.error().text};
    if (batch->empty()) return NotRebuilt{"the log gives nothing behind record " + std::to_string(projector.position().sequence.value)};
    if (const auto room = look_for_room(limits_.free_bytes_min); !room) return room.error();
    if (const auto applied = projector.apply(*batch); !applied) return not_written(applied.error());
    applied_.store(projector.position().sequence.value, std::memory_order_relaxed);
  }
  return Ended::well;
}

/// The new ones serve already: this is for the next start. Readers of the old ones are waited for, then those go.
void Rebuild::put_in_place(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kLookForStop{100};
  for (auto wait = limits_.first_wait;; wait = std::min(2 * wait, limits_.longest_wait)) {
    try {
      folder_.use(kSchema);
      while (!ports_.serving.let_go(kLookForStop)) {
        if (stop.stop_requested()) return;
      }
      return folder_.remove_others();
    } catch (const std::exception& error) {
      ports_.telemetry.say(Level::warning, std::string("the old views cannot be put away: ") + error.what());
    }
    if (!waits(wait, stop)) return;
  }
}

bool Rebuild::waits(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  sleep_.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

Result<void, NotRebuilt> Rebuild::look_for_room(std::uintmax_t needed) const {
  const std::uintmax_t free = fs::space(folder_.dir()).available;
  if (free >= needed) return {};
  return NotRebuilt{"the disk has " + megabytes(free) + " free, and " + megabytes(needed) + " are needed, for the log, too", true};
}

/// While what was built is still there. What filled the room once is not built again before there is more.
void Rebuild::learn_room(const NotRebuilt& not_rebuilt) {
  if (!not_rebuilt.is_for_room) return;
  learned_bytes_ = std::max(learned_bytes_, and_a_quarter(std::max(bytes_in(folder_.rebuilding()), bytes_in(folder_.of_schema(kSchema)))));
}

void Rebuild::say_trouble(const std::string& why, std::chrono::milliseconds wait) {
  const std::string seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count());
  std::string trouble = why + "; tried again in " + seconds + " s";
  ports_.telemetry.say(Level::warning, "the views of schema " + std::to_string(from_) + " serve on, new ones were not built: " + trouble);
  applied_.store(0, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(trouble);
}

}  // namespace dialin::projections
