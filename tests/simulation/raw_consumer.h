#pragma once
// Another system that reads the topic by the contract's one rule and nothing else: accept a record only if its `ce_previousid` is the
// `ce_id` of the last one accepted. It falls behind, dies, and goes on from a place that it noted. It must see exactly the chain.

#include "simulation/partition.h"
#include "simulation/truth.h"

namespace dialin::simulation {

class RawConsumer {
 public:
  RawConsumer(World& world, const Partition& partition, const Truth& truth) : world_(world), partition_(partition), truth_(truth) {}

  /// Reads at most `records`.
  void read(std::size_t records);
  void crash() { place_ = noted_; }
  bool is_at_end() const { return place_.next == partition_.end(); }

 private:
  struct Place {
    log::kafka::Offset next = 0;
    RecordId last;  ///< accepted
    std::uint64_t accepted = 0;
  };

  World& world_;
  const Partition& partition_;
  const Truth& truth_;
  Place place_;
  Place noted_;
};

}  // namespace dialin::simulation
