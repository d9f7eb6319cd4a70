#pragma once
// What all who take part in one simulated history share: the one source of chance, virtual time, the options, what was counted, the first
// violation, and a diary of what happened. One thread. Same seed and options, same history, to the last step.

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <string>

#include "domain/instant.h"
#include "domain/secrets.h"
#include "domain/telemetry.h"
#include "infra/codec/json_codec.h"
#include "infra/log/kafka/protocol.h"

namespace dialin::simulation {

using Time = log::kafka::Protocol::Time;

struct Options {
  log::kafka::Guards guards;
  bool holds_answers = true;  ///< as WriterLimits
  std::size_t steps = 2000;   ///< with faults; then the history comes to rest
  bool identical = false;     ///< nodes share name and clock, and their callers write the same things
  bool keeps_diary = false;
  bool says_diary = false;  ///< on stderr, each line as it is written: the history may end the process
};

/// What a history was about: a test that meets none of it proves nothing.
struct Counts {
  std::uint64_t steps = 0;
  std::uint64_t stored = 0;        ///< writes whose callers were told that they are stored
  std::uint64_t replayed = 0;      ///< first answers given again
  std::uint64_t negative = 0;      ///< answers that stored nothing and speak of the present
  std::uint64_t denied = 0;        ///< "nothing was stored"
  std::uint64_t unknown = 0;       ///< "outcome unknown"
  std::uint64_t strong_reads = 0;  ///< that were answered
  std::uint64_t moves = 0;         ///< on the chain
  std::uint64_t strays = 0;
  std::uint64_t leads = 0;
  std::uint64_t crashes = 0;
  std::uint64_t restarts = 0;  ///< of the broker
  std::uint64_t consumed = 0;  ///< records that raw consumers accepted

  Counts& operator+=(const Counts& other);
};

class World {
 public:
  static constexpr std::size_t kDiaryLinesMax = 400;
  static constexpr std::int64_t kBegin_us = 1'700'000'000'000'000;

  World(std::uint64_t seed, const Options& wanted) : options(wanted), draw_(seed) {}

  std::uint64_t below(std::uint64_t n) { return draw_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  std::uint64_t any() { return draw_(); }

  /// The first one counts.
  void blame(const std::string& what);
  bool is_violated() const { return violation_.has_value(); }
  const std::optional<std::string>& violation() const { return violation_; }

  /// `text` is asked for only when a diary is kept.
  template <class Text>
  void note(Text text) {
    if (options.keeps_diary) write_down(text());
  }
  std::string diary() const;

  /// What a clock that is right shows.
  Instant true_time() const { return {kBegin_us + std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count()}; }

  const Options options;
  Time now{};
  const codec::JsonCodec codec;
  Counts counts;

 private:
  void write_down(const std::string& text);

  std::mt19937_64 draw_;
  std::optional<std::string> violation_;
  std::deque<std::string> diary_;
};

/// A node's own. It goes on with virtual time, and jumps when told to.
class NodeClock : public Clock {
 public:
  explicit NodeClock(const World& world) : world_(world) {}
  Instant now() const override { return {is_stopped ? World::kBegin_us : world_.true_time().us + off_us}; }
  std::int64_t off_us = 0;
  bool is_stopped = false;

 private:
  const World& world_;
};

class DrawnRandom : public Random {
 public:
  explicit DrawnRandom(World& world) : world_(world) {}
  void fill(std::span<std::uint8_t> out) const override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(world_.any());
  }

 private:
  World& world_;
};

/// A node's lines for its operator go to the diary.
class DiaryTelemetry : public Telemetry {
 public:
  DiaryTelemetry(World& world, std::string node) : world_(world), node_(std::move(node)) {}
  void say(Level, std::string_view line) override {
    world_.note([&] { return node_ + " says: " + std::string(line); });
  }
  void add(Counter, std::uint64_t) override {}
  void set(Gauge, double) override {}
  void observe(Histogram, double) override {}
  void answered(const AnsweredRequest&) override {}
  std::string expose() const override { return {}; }

 private:
  World& world_;
  const std::string node_;
};

}  // namespace dialin::simulation
