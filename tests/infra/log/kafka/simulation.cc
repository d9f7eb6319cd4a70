#include "simulation.h"

#include <algorithm>

#include "infra/codec/json_codec.h"
#include "infra/log/opening_group.h"

namespace dialin::log::kafka {
namespace {

class Simulation {
 public:
  Simulation(std::uint64_t seed, const SimulationOptions& options) : options_(options), draw_(seed), partition_(draw_, codec_) {
    const DrawnRandom random(draw_);
    OpeningGroup founding({clock_, random, codec_}, {});
    founding.found(LogId{{7}});
    partition_.add({0, founding.records().front(), RecordId{}, {}});
    const std::size_t nodes = 2 + draw_() % 4;
    for (std::size_t i = 0; i < nodes; ++i) {
      const std::string name = options.identical ? "node" : "node" + std::to_string(i);
      nodes_.push_back(std::make_unique<SimulatedNode>(name, partition_, draw_, codec_, options.guards, verdict_));
    }
  }

  History run() {
    for (std::size_t i = 0; i < options_.steps && !violated(); ++i) step(options_.faults);
    if (!violated()) come_to_rest();
    return {violation(),
            steps_,
            verdict_.stored,
            verdict_.denied,
            verdict_.strong_reads,
            static_cast<std::uint64_t>(partition_.end()) - partition_.chain().size(),
            leads_};
  }

 private:
  bool violated() const { return verdict_.violation || partition_.violation; }
  std::optional<std::string> violation() const { return verdict_.violation ? verdict_.violation : partition_.violation; }
  SimulatedNode& any() { return *nodes_[draw_() % nodes_.size()]; }

  void step(bool faults) {
    ++steps_;
    now_ += std::chrono::microseconds(draw_() % 20'000);
    // Now and then one node alone goes on, as if all others stood still.
    if (faults && one_in(draw_, 100)) alone_ = alone_ == nullptr ? &any() : nullptr;
    SimulatedNode& node = alone_ != nullptr && !one_in(draw_, 10) ? *alone_ : any();
    const std::uint64_t what = draw_() % 100;
    if (what < 20) {
      partition_.step(faults);
    } else if (what < 32) {
      node.write(now_, options_.identical);
    } else if (what < 37) {
      node.read_strongly(now_);
    } else if (what < 38) {
      elect(node);
    } else if (faults && what < 44) {
      disturb(node, what);
    } else {
      const bool led = node.protocol().role() == Role::leading;
      node.step(now_, faults);
      if (!led && node.protocol().role() == Role::leading) ++leads_;
    }
    if (node.protocol().role() == Role::halted) verdict_.blame("a node halted: " + node.protocol().why_halted());
  }

  /// Mostly one is elected; now and then two hold it.
  void elect(SimulatedNode& elected) {
    for (const auto& node : nodes_) {
      if (node.get() != &elected && one_in(draw_, 3)) node->elect(false, now_);
    }
    elected.elect(true, now_);
  }

  void disturb(SimulatedNode& node, std::uint64_t what) {
    if (what == 40 && one_in(draw_, 3)) {
      node.crash(now_);
    } else if (what == 41 && (node.disk_is_full || one_in(draw_, 4))) {
      node.disk_is_full = !node.disk_is_full;
    } else if (what == 42 && !options_.identical) {
      node.clock.us += static_cast<std::int64_t>(draw_() % 2'000'000) - 1'000'000;
    } else {
      partition_.add({0, std::nullopt, std::nullopt, {}});
    }
  }

  /// No more faults: one node leads, all writes are answered, all have the whole chain, and a new write is stored.
  void come_to_rest() {
    alone_ = nullptr;
    for (const auto& node : nodes_) {
      node->disk_is_full = false;
      node->at_peace = true;
      node->elect(false, now_);
    }
    SimulatedNode& leader = any();
    leader.elect(true, now_);
    for (int round = 0; round < 20'000 && !violated(); ++round) {
      now_ += std::chrono::milliseconds(1);
      partition_.step(false);
      any().step(now_, false);
      if (is_at_rest(leader)) return write_once_more(leader);
    }
    if (!violated()) verdict_.blame("it does not come to rest");
  }

  bool is_at_rest(const SimulatedNode& leader) const {
    return partition_.is_quiet() && leader.protocol().role() == Role::leading &&
           std::all_of(nodes_.begin(), nodes_.end(),
                       [this](const auto& node) { return node->protocol().is_idle() && node->protocol().kept() == partition_.tail(); });
  }

  void write_once_more(SimulatedNode& leader) {
    const std::uint64_t before = verdict_.stored;
    leader.write(now_, false);
    for (int round = 0; round < 5'000 && verdict_.stored == before && !violated(); ++round) {
      now_ += std::chrono::milliseconds(1);
      partition_.step(false);
      leader.step(now_, false);
    }
    if (verdict_.stored == before) verdict_.blame("a leader at rest stores nothing");
  }

  const SimulationOptions options_;
  Draw draw_;
  codec::JsonCodec codec_;
  MovedClock clock_;
  SimulatedPartition partition_;
  Verdict verdict_;
  std::vector<std::unique_ptr<SimulatedNode>> nodes_;
  SimulatedNode* alone_ = nullptr;
  Protocol::Time now_{};
  std::uint64_t steps_ = 0;
  std::uint64_t leads_ = 0;
};

}  // namespace

History simulate(std::uint64_t seed, const SimulationOptions& options) {
  return Simulation(seed, options).run();
}

}  // namespace dialin::log::kafka
