#include "simulation/node.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "api/service/catch_up.h"

namespace dialin::simulation {
namespace {

using service::WriterCore;

constexpr std::size_t kQueueMax = 16;
constexpr std::chrono::seconds kReadWithin{2};
constexpr std::size_t kStandsStillMax = 200;

service::WriterLimits limits_of(World& world) {
  service::WriterLimits limits;
  limits.group_max = world.one_in(3) ? 1 : 4;
  limits.hot_configs_bytes_max = world.one_in(2) ? 2'000 : 64'000;
  limits.idle_flush = std::chrono::milliseconds(500);
  limits.answer_within = std::chrono::milliseconds(1000);
  limits.holds_answers = world.options.holds_answers;
  return limits;
}

}  // namespace

/// Sees the stream of events as subscribers of this node do.
class Subscriber : public service::AppliedObserver {
 public:
  Subscriber(World& world, Sequence last) : world_(world), last_(last) {}
  void applied(service::AppliedEntries entries) override {
    for (const auto& entry : *entries) {
      if (entry.record.sequence != last_.next()) world_.blame("a subscriber misses an event or sees one twice");
      last_ = entry.record.sequence;
    }
  }

 private:
  World& world_;
  Sequence last_;
};

struct Node::Process {
  struct StrongRead {
    Sequence asked_at;
    Time deadline;
    std::optional<Sequence> end;  ///< to wait for
    bool is_over = false;
  };

  explicit Process(Node& node)
      : log({node.world_, node.partition_, node.truth_, node.copy, node.clock, [&node] { node.go_on_meanwhile(); },
             node.confirms_by_append_},
            node.name_),
        views(node.store, log, node.world_.codec),
        projector(node.store, node.world_.codec, views.position()),
        why_not_started(service::catch_up(log, node.world_.codec, node.store, projector, [](const auto&) {})),
        subscriber(node.world_, projector.position().sequence),
        core(
            {log, node.store, projector, views, node.world_.codec, node.clock, node.telemetry_}, Rules{}, limits_of(node.world_),
            {&subscriber}, [this](WriterCore::Outcome outcome) { letters.emplace_back(outcome); },
            [this](WriterCore::Confirmation confirmation) { letters.emplace_back(confirmation); }) {}

  NodeLog log;
  projections::Views views;
  projections::Projector projector;
  const std::string why_not_started;
  Subscriber subscriber;
  std::deque<std::variant<WriterCore::Outcome, WriterCore::Confirmation>> letters;  ///< in the order in which the log sent them
  std::vector<service::Asked> asked;
  std::vector<Witness::Ticket> tickets;
  std::deque<std::shared_ptr<StrongRead>> reads;
  WriterCore core;
};

Node::Node(World& world, Partition& partition, const Truth& truth, Witness& witness, std::string name)
    : clock(world),
      world_(world),
      partition_(partition),
      truth_(truth),
      witness_(witness),
      name_(std::move(name)),
      confirms_by_append_(world.one_in(2)),
      telemetry_(world, name_) {
  start();
}

Node::~Node() = default;

void Node::start() {
  process_ = std::make_unique<Process>(*this);
  process_->log.is_calm = is_calm_;
  if (!process_->why_not_started.empty()) world_.blame(name_ + " cannot start: " + process_->why_not_started);
  look_at_views();
}

/// The log's threads do not wait for the writer's, which may stand still for long between two questions.
void Node::go_on_meanwhile() {
  if (!process_ || is_calm_) return;
  if (world_.one_in(16)) process_->log.step(true);
  if (!world_.one_in(400)) return;
  for (std::size_t rounds = world_.below(kStandsStillMax); rounds > 0; --rounds) {
    world_.now += std::chrono::milliseconds(world_.below(10));
    if (world_.one_in(2)) partition_.step(true);
    process_->log.step(true);
  }
}

void Node::step(bool faults) {
  switch (world_.below(8)) {
    case 0:
    case 1:
    case 2:
      run_writer();
      break;
    case 3:
      answer_reads();
      break;
    default:
      process_->log.step(faults);
  }
}

/// As Writer::Loop: all letters that lie there, the outcomes first; then what callers ask; then one step.
void Node::run_writer() {
  Process& process = *process_;
  WriterCore& core = process.core;
  // It may wake before the last ones are there.
  std::size_t taken = is_calm_ ? process.letters.size() : world_.below(process.letters.size() + 1);
  std::vector<WriterCore::Outcome> outcomes;
  std::vector<WriterCore::Confirmation> confirmations;
  for (; taken > 0; --taken) {
    const auto& letter = process.letters.front();
    if (const auto* outcome = std::get_if<WriterCore::Outcome>(&letter)) outcomes.push_back(*outcome);
    if (const auto* confirmation = std::get_if<WriterCore::Confirmation>(&letter)) confirmations.push_back(*confirmation);
    process.letters.pop_front();
  }
  for (const auto& outcome : outcomes) {
    core.completed(outcome, world_.now);
    look_at_views();
  }
  for (const auto& confirmation : confirmations) core.confirmed(confirmation);
  if (core.wants_writes() && !process.asked.empty()) core.submit(process.asked);
  core.step(world_.now);
  look_at_views();
}

void Node::elect(bool elected) {
  world_.note([&] { return name_ + (elected ? " is elected" : " is elected no more"); });
  is_elected_ = elected;
  process_->log.elect(elected);
}

void Node::ask(Command command) {
  Process& process = *process_;
  if (process.asked.size() >= kQueueMax) return;
  const Witness::Ticket ticket = witness_.asked(name_, command);
  process.tickets.push_back(ticket);
  process.asked.push_back({std::move(command), [this, ticket](const service::WriteResult& result) {
                             witness_.answered(ticket, result, process_->projector.position().sequence);
                           }});
}

void Node::read_strongly() {
  auto read = std::make_shared<Process::StrongRead>();
  read->asked_at = truth_.whole();
  read->deadline = world_.now + kReadWithin;
  process_->reads.push_back(read);
  process_->log.confirm_end([read](Result<Sequence, LogError> end) {
    if (end) {
      read->end = *end;
    } else {
      read->is_over = true;
    }
  });
}

/// As api/http/read_position.cc: once the views have what the log said that it has.
void Node::answer_reads() {
  const Sequence applied = process_->core.applied();
  for (const auto& read : process_->reads) {
    if (read->is_over || !read->end || *read->end > applied) continue;
    read->is_over = true;
    witness_.read_strongly(name_, read->asked_at, position().sequence);
  }
  std::erase_if(process_->reads, [this](const auto& read) { return read->is_over || read->deadline <= world_.now; });
}

void Node::crash() {
  ++world_.counts.crashes;
  const std::vector<Witness::Ticket> tickets = std::move(process_->tickets);
  process_.reset();
  is_elected_ = false;
  for (const Witness::Ticket ticket : tickets) witness_.abandoned(ticket);
  store.is_full = copy.is_full = false;
  store.lose(world_.below(store.unflushed() + 1));
  // The views are never flushed ahead of what is synced of the copy.
  const std::size_t flushed = position().sequence.value;
  copy.records.resize(flushed + world_.below(copy.records.size() - flushed + 1));
  while (!copy.places.empty() && copy.places.back().first >= copy.records.size()) copy.places.pop_back();
  world_.note([&] {
    return name_ + " dies, and starts with " + std::to_string(copy.records.size()) + " records and views at " + std::to_string(flushed);
  });
  start();
}

void Node::calm_down() {
  store.is_full = copy.is_full = false;
  clock.off_us = 0;
  is_calm_ = process_->log.is_calm = true;
}

const log::kafka::Protocol& Node::protocol() const {
  return process_->log.protocol();
}

Tail Node::position() const {
  std::string stored;
  return store.get(Family::meta, projections::kMetaPosition, stored) ? projections::decode_position(stored) : Tail{};
}

bool Node::is_at_rest() const {
  const Process& process = *process_;
  return process.letters.empty() && process.asked.empty() && process.core.is_idle() && process.reads.empty() && protocol().is_idle() &&
         protocol().kept() == truth_.tail() && position() == truth_.tail();
}

void Node::look_at_views() {
  if (!world_.is_violated()) witness_.saw_views(name_, position(), store.digest());
}

void Node::check_views_in_full() const {
  const projections::Views& views = process_->views;
  std::map<TenantId, std::uint64_t> live;
  for (const auto& [id, state] : truth_.ledger().configs()) {
    if (views.state(state.tenant, id) != state) world_.blame(name_ + "'s views hold another state of config " + id.text());
    if (views.config(state.tenant, id).has_value() == state.deleted)
      world_.blame(name_ + "'s views hold a config that is none, or lack one");
    live[state.tenant] += state.deleted ? 0 : 1;
  }
  for (const auto& [tenant, count] : live) {
    if (views.live_configs(tenant) != count) world_.blame(name_ + "'s views count the configs of a tenant wrong");
  }
  for (const auto& [text, holder] : truth_.ledger().numbers()) {
    if (views.holder(PhoneNumber::parse(text).value()) != holder) world_.blame(name_ + "'s views name another holder of " + text);
  }
}

}  // namespace dialin::simulation
