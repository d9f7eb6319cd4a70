#pragma once
// What callers ask: few configs, few numbers, two tenants, so that writes meet. Ids are given out once, as the edge does. Who heard
// nothing, or that nobody knows, repeats the write with its Idempotency-Key, at any node.

#include "domain/command.h"
#include "simulation/witness.h"

namespace dialin::simulation {

class Callers {
 public:
  Callers(World& world, const Truth& truth, const Witness& witness) : world_(world), truth_(truth), witness_(witness) {}

  Command any();
  /// One that nothing speaks against.
  Command new_config();
  /// What every caller would write who knows a chain of that length, and nothing else: to the config that stands there before_all().
  static Command at(Sequence end);
  static Command before_all();

 private:
  Command creation();
  Command change_of(const Holder& config);
  std::optional<PhoneNumber> any_number() const;
  Category any_category() const;
  Idempotency fresh_key();

  World& world_;
  const Truth& truth_;
  const Witness& witness_;
  std::uint64_t ids_ = 0;  ///< given out
  std::uint64_t requests_ = 0;
  std::uint64_t keys_ = 0;
};

}  // namespace dialin::simulation
