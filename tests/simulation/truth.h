#pragma once
// The chain as somebody sees it who reads the topic from its beginning, and what the domain says at every prefix of it: states, holders,
// Idempotency-Keys, and what the views must be. The domain's rules are proved at every record (domain/ledger.h): no number is held twice,
// no move is half done. Nothing here asks a node.

#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "domain/ledger.h"
#include "projections/projector.h"
#include "simulation/memory_store.h"
#include "simulation/world.h"

namespace dialin::simulation {

class Truth {
 public:
  explicit Truth(World& world) : world_(world), projector_(store_, world.codec, {}) {}

  /// In storage order.
  void read(const log::kafka::FoundRecord& found);
  /// The history is over: the chain must not end within a move.
  void end();

  Sequence length() const { return {chain_.size()}; }
  /// Without half a move: what somebody who asks now must be told of.
  Sequence whole() const { return {chain_.size() - half_.size()}; }
  Tail tail() const { return chain_.empty() ? Tail{} : tail_of(chain_.back()); }
  const Record& at(Sequence sequence) const { return chain_.at(sequence.value - 1); }
  bool holds(Sequence sequence, const RecordId& id) const;
  /// How long the chain is when the topic is read up to `end`, which is not read.
  Sequence length_below(log::kafka::Offset end) const;
  /// Whether the prefix does not end within a move. Nobody may see one that does.
  bool is_whole(Sequence prefix) const { return prefix.value == 0 || digests_.at(prefix.value - 1).has_value(); }
  /// Of the views, as of that prefix.
  std::uint64_t digest(Sequence prefix) const { return prefix.value == 0 ? 0 : digests_.at(prefix.value - 1).value(); }

  /// Where the write that came with this X-Request-Id stands; of a move, its creation.
  std::optional<Sequence> stored(const std::string& request_id) const;
  /// Its caller was told that nothing of it is stored: it must never join the chain.
  void deny(const std::string& request_id);

  struct UsedKey {
    Bytes16 request;
    Sequence sequence;
  };
  std::optional<UsedKey> used_key(const TenantId& tenant, const Bytes16& key, Sequence prefix) const;
  /// What decide() may ask, at that prefix.
  std::unique_ptr<Known> known(Sequence prefix) const;
  const Ledger& ledger() const { return ledger_; }
  /// Every config that there ever was, in the order of their creation.
  const std::vector<Holder>& births() const { return births_; }

 private:
  class KnownAt;
  void join(const Record& record);
  void learn(const Record& record, const Event& event);
  void change_hands(const PhoneNumber& number, Sequence sequence, std::optional<Holder> holder);
  void project(projections::Entry entry);

  World& world_;
  std::vector<Record> chain_;
  std::vector<log::kafka::Offset> joined_at_;  ///< of each record of the chain, its offset
  Ledger ledger_;
  std::unordered_map<ConfigId, std::vector<ConfigState>, HashOfId> states_;  ///< by version
  std::unordered_map<std::string, std::vector<std::pair<Sequence, std::optional<Holder>>>> holders_;
  std::map<std::pair<TenantId, Bytes16>, UsedKey> keys_;
  std::vector<Holder> births_;
  std::unordered_map<std::string, Sequence> requests_;
  std::set<std::string> denied_;

  MemoryStore store_;
  projections::Projector projector_;
  std::vector<projections::Entry> half_;  ///< the first half of a move, which is projected with the other
  std::vector<std::optional<std::uint64_t>> digests_;
};

}  // namespace dialin::simulation
