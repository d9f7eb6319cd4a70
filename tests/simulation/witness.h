#pragma once
// Knows who asked what and when, and holds every answer against the chain.
//
// Answers are linearizable: each write is given one point in the chain's order, between what the chain held when it was asked and what it
// holds when it is answered, at which the domain's rules give just this answer.
//   stored      its record's place, which was behind the chain's end when it was asked; decided at the prefix before it
//   replayed, refused, unchanged, dry run    some prefix that held all that the chain held when it was asked
// Put in the order of their points (at one prefix, what is stored comes before what only looks), the answers are those of one caller after
// the other. And whoever asked after another was answered comes later: the point of an answer is at most the chain's length when it is
// given, the point of a question at least the length when it is asked, of a write that is stored more. (Half a move at the chain's end does
// not count: nobody was answered about it.) So it suffices to find a point for each answer by itself; no search over orders is needed.
//
// Who was told that nothing is stored must never see it stored. Who repeats a write with its Idempotency-Key, because the answer did not
// come or was not known, hears of both: then nothing of either may be stored.

#include <deque>
#include <string>
#include <unordered_map>

#include "api/service/write_result.h"
#include "domain/command.h"
#include "simulation/truth.h"

namespace dialin::simulation {

class Witness {
 public:
  using Ticket = std::size_t;

  Witness(World& world, Truth& truth, Rules rules) : world_(world), truth_(truth), rules_(std::move(rules)) {}

  Ticket asked(const std::string& node, Command command);
  /// `applied`: how far the node's views are that answered.
  void answered(Ticket ticket, const service::WriteResult& result, Sequence applied);
  /// Nobody will answer: the node died.
  void abandoned(Ticket ticket);

  /// A read that asked for the end when the chain was `asked_at` long is answered by views at `applied`.
  void read_strongly(const std::string& node, Sequence asked_at, Sequence applied);
  /// Every node's views, after everything that may have changed them.
  void saw_views(const std::string& node, const Tail& position, std::uint64_t digest);

  /// Every write was answered, or its node died.
  bool is_done() const { return open_ == 0; }
  /// The last writes, for callers who repeat one: nothing was heard of them, or that nobody knows.
  std::optional<Command> in_doubt() const;

 private:
  enum class Fate : std::uint8_t { open, answered, unknown, abandoned };
  struct Call {
    std::string node;
    Command command;
    Sequence asked_at;
    Fate fate = Fate::open;
    Sequence answered_at;
    std::vector<Ticket> repeats;  ///< in doubt when this was asked, with the same Idempotency-Key and request
  };

  void check_stored(Call& call, const service::WriteResult& result, Sequence applied);
  void check_negative(const Call& call, const service::WriteResult& result);
  bool would_answer(const Command& command, const service::WriteResult& result, Sequence prefix) const;
  bool was_running(const Call& call) const;
  void deny(const Call& call);
  void blame(const Call& call, const std::string& what);

  World& world_;
  Truth& truth_;
  const Rules rules_;
  std::deque<Call> calls_;
  std::size_t open_ = 0;
  std::map<std::pair<TenantId, Bytes16>, std::vector<Ticket>> keyed_;
  std::deque<Ticket> in_doubt_;
  std::set<Sequence> claimed_;  ///< records whose callers were told that they are stored
};

}  // namespace dialin::simulation
