#pragma once
// Checks the domain's rules on a thread of its own, behind the one that reads and decodes a log: so that two cores prove it. Of one thread,
// like the ledger itself.

#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "domain/ledger.h"
#include "infra/log/log_walk.h"
#include "projections/hand_over.h"

namespace dialin::cli {

class LedgerBehind {
 public:
  static constexpr std::size_t kBatchRecords = 512;
  static constexpr std::size_t kBatchesMax = 4;

  LedgerBehind();
  ~LedgerBehind();

  /// The next record, which stands at `place`; its event is moved away. False: one before it has broken a rule, and no more are wanted.
  bool add(const Record& record, const log::Place& place, std::optional<Event>& event);

  struct Broken {
    Tail record;
    log::Place place;
    std::string_view rule;
  };
  /// Waits until all that was added is checked. The first record that broke a rule; nothing: none did. Once, before what follows is asked.
  std::optional<Broken> finish();
  /// The last record before that one, or of all.
  const Tail& head() const { return head_; }
  /// See Ledger::end().
  std::string_view end() const { return ledger_.end(); }

 private:
  struct Item {
    Tail tail;
    log::Place place;
    std::optional<Event> event;
  };
  struct Batch {
    std::vector<Item> items;
    std::size_t size = 0;  ///< more items than these may be there, for their memory
  };
  void run();
  void check(const Batch& batch);

  projections::HandOver<Batch> batches_{kBatchesMax};
  Batch batch_;  ///< that is being filled
  Ledger ledger_;
  Record record_;
  Tail head_;
  std::optional<Broken> broken_;
  std::thread thread_;
};

}  // namespace dialin::cli
