#include "simulation/simulation.h"

#include <algorithm>

#include "infra/log/opening_group.h"
#include "simulation/callers.h"
#include "simulation/node.h"
#include "simulation/raw_consumer.h"

namespace dialin::simulation {
namespace {

constexpr std::size_t kConsumers = 2;
constexpr int kRoundsToRestMax = 20'000;
constexpr std::int64_t kJump_us = 50'000'000;  ///< either way, and now and then twice as far: beyond 60 s a node must not lead

class Simulation {
 public:
  Simulation(std::uint64_t seed, const Options& options)
      : world_(seed, options),
        truth_(world_),
        partition_(world_, [this](const auto& found) { truth_.read(found); }),
        witness_(world_, truth_, Rules{}),
        callers_(world_, truth_, witness_) {
    found_log();
    const std::size_t nodes = 2 + world_.below(4);
    for (std::size_t i = 0; i < nodes; ++i) {
      const std::string name = options.identical ? "node" : "node" + std::to_string(i);
      nodes_.push_back(std::make_unique<Node>(world_, partition_, truth_, witness_, name));
      nodes_.back()->clock.is_stopped = options.identical;
    }
    for (std::size_t i = 0; i < kConsumers; ++i) consumers_.emplace_back(world_, partition_, truth_);
  }

  History run() {
    for (std::size_t i = 0; i < world_.options.steps && !world_.is_violated(); ++i) step();
    if (!world_.is_violated()) come_to_rest();
    if (!world_.is_violated()) look_at_the_whole();
    return {world_.violation(), world_.counts, world_.diary()};
  }

 private:
  void found_log() {
    const NodeClock clock(world_);
    const DrawnRandom random(world_);
    log::OpeningGroup founding({clock, random, world_.codec}, {});
    founding.found(LogId{{7}});
    partition_.add(founding.records().front());
    if (!world_.options.identical) return;
    const Event creation = std::get<Decided>(decide(Callers::before_all(), *truth_.known(truth_.length()), {})).front();
    Record record;
    record.type = record_type_of(creation.name);
    record.tenant = creation.tenant;
    record.config = creation.config_id;
    record.time = next_time(clock.now(), truth_.tail().time);
    world_.codec.encode(creation, record.value);
    chain_after(truth_.tail(), record);
    partition_.add(record);
  }

  Node& any() { return *nodes_[world_.below(nodes_.size())]; }

  /// Who moves now: not who is stopped; and now and then one alone, as if all others stood still.
  Node& next() {
    if (world_.one_in(150)) alone_ = alone_ == nullptr ? &any() : nullptr;
    if (world_.one_in(150)) stopped_ = stopped_ == nullptr ? &any() : nullptr;
    Node* node = alone_ != nullptr && !world_.one_in(10) ? alone_ : &any();
    for (int tries = 0; node == stopped_ && tries < 8; ++tries) node = &any();
    return *node;
  }

  void step() {
    ++world_.counts.steps;
    world_.now += std::chrono::microseconds(world_.below(10'000));
    if (world_.one_in(300)) world_.now += std::chrono::milliseconds(world_.below(2'000));
    if (world_.one_in(60)) is_burst_ = !is_burst_;
    if (world_.one_in(150)) repair();
    Node& node = next();
    const std::uint64_t what = world_.below(1000);
    if (what < 200) {
      partition_.step(true);
    } else if (what < (is_burst_ ? 300u : 220u)) {
      ask(node);
    } else if (what < 330) {
      node.read_strongly();
    } else if (what < (is_anybody_elected() ? 333u : 370u)) {
      elect(node);
    } else if (what < 380) {
      if (world_.one_in(is_anybody_elected() ? 4 : 16)) disturb(node);
    } else if (what < 400) {
      consumers_[world_.below(consumers_.size())].read(1 + world_.below(8));
    } else {
      node.step(true);
    }
  }

  /// Mostly one that leads, or believes that it does.
  Node& asked(Node& otherwise) {
    if (world_.one_in(8)) return otherwise;
    Node* found = &otherwise;
    for (const auto& node : nodes_) {
      if (node->protocol().role() == log::kafka::Role::leading && (found == &otherwise || world_.one_in(2))) found = node.get();
    }
    return *found;
  }

  void ask(Node& node) {
    if (world_.options.identical) return node.ask(callers_.at(node.protocol().end().sequence));
    Node& to = asked(node);
    if (to.protocol().role() != log::kafka::Role::leading && !world_.one_in(8)) return;
    for (std::size_t writes = 1 + world_.below(3); writes > 0; --writes) to.ask(callers_.any());
  }

  bool is_anybody_elected() const {
    return std::any_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node->is_elected(); });
  }

  /// Mostly one is elected; now and then two hold it.
  void elect(Node& elected) {
    for (const auto& node : nodes_) {
      if (node.get() != &elected && world_.one_in(3)) node->elect(false);
    }
    elected.elect(true);
  }

  void disturb(Node& node) {
    switch (world_.below(10)) {
      case 0:
        return node.crash();
      case 1:
        node.copy.is_full = !node.copy.is_full;
        break;
      case 2:
        node.store.is_full = !node.store.is_full;
        break;
      case 3:
      case 4:
        node.clock.off_us = static_cast<std::int64_t>(world_.below(2 * kJump_us)) - kJump_us;
        if (world_.one_in(8)) node.clock.off_us *= 2;
        return world_.note([&] { return "a clock jumps to " + std::to_string(node.clock.off_us / 1'000'000) + " s"; });
      case 5:
        return partition_.is_up() ? partition_.go_down() : partition_.come_up();
      case 6:
      case 7:
        return partition_.add_garbage();
      default:
        consumers_[world_.below(consumers_.size())].crash();
    }
  }

  /// What does not pass by itself.
  void repair() {
    partition_.come_up();
    for (const auto& node : nodes_) node->copy.is_full = node->store.is_full = false;
  }

  /// No more faults: one node leads, everybody is answered, all have the whole chain, and a new write is stored.
  void come_to_rest() {
    world_.note([] { return std::string("peace"); });
    repair();
    for (const auto& node : nodes_) {
      node->calm_down();
      node->elect(false);
    }
    Node& leader = any();
    leader.elect(true);
    if (!go_on_until([&] { return is_at_rest(leader); })) return world_.blame("it does not come to rest");
    if (!witness_.is_done()) return world_.blame("somebody is never answered");
    const std::uint64_t before = truth_.length().value;
    for (int tries = 0; tries < 8 && truth_.length().value == before && !world_.is_violated(); ++tries) {
      leader.ask(world_.options.identical ? callers_.at(truth_.length()) : callers_.new_config());
      if (!go_on_until([&] { return is_at_rest(leader); })) return world_.blame("it does not come to rest again");
    }
    if (truth_.length().value == before) world_.blame("a leader at rest stores nothing");
  }

  template <class Reached>
  bool go_on_until(Reached is_reached) {
    for (int round = 0; round < kRoundsToRestMax && !world_.is_violated(); ++round) {
      if (is_reached()) return true;
      ++world_.counts.steps;
      world_.now += std::chrono::milliseconds(1);
      if (world_.one_in(3)) partition_.step(false);
      any().step(false);
    }
    return world_.is_violated();
  }

  bool is_at_rest(const Node& leader) const {
    return partition_.is_quiet() && leader.protocol().role() == log::kafka::Role::leading &&
           std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node->is_at_rest(); });
  }

  /// All nodes stand at the chain's end, so that one compared in full stands for all of equal digests.
  void look_at_the_whole() {
    truth_.end();
    nodes_.front()->check_views_in_full();
    for (RawConsumer& consumer : consumers_) {
      while (!consumer.is_at_end() && !world_.is_violated()) consumer.read(64);
    }
  }

  World world_;
  Truth truth_;
  Partition partition_;
  Witness witness_;
  Callers callers_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<RawConsumer> consumers_;
  Node* alone_ = nullptr;
  Node* stopped_ = nullptr;
  bool is_burst_ = false;
};

}  // namespace

History simulate(std::uint64_t seed, const Options& options) {
  return Simulation(seed, options).run();
}

}  // namespace dialin::simulation
