#pragma once
// What decide() is told: the views, and in front of them all that is decided and not yet applied, so that the next write is decided before
// the last one is durable. Writer's thread only.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "api/service/hot_configs.h"
#include "domain/decide.h"
#include "projections/views.h"

namespace dialin::service {

class Overlay : public Known {
 public:
  Overlay(const projections::Views& views, std::size_t hot_configs_bytes_max) : views_(views), hot_(hot_configs_bytes_max) {}

  const ConfigState* state(const TenantId& tenant, const ConfigId& id) override;
  std::optional<Holder> holder(const PhoneNumber& number) override;
  std::optional<Config> past(const TenantId& tenant, const ConfigId& id, Version version) override;

  /// Whether a write with this Idempotency-Key is decided and not yet applied.
  bool is_running(const TenantId& tenant, const Bytes16& idempotency_key) const;

  /// `event` is decided, to be recorded there: from now on it is known. It stays where it is until committed() or forget().
  /// The state after it is returned, valid until the next call.
  const ConfigState& decided(const Event& event, Sequence sequence, Instant time);
  /// The oldest event in flight is in the views now.
  void committed(Sequence sequence);
  /// Nothing that is in flight will be stored, or nobody knows: only the views count.
  void forget();
  /// forget(), and the states kept in memory too: the views have gone on without us.
  void forget_all();

 private:
  struct Taken {
    std::optional<Holder> holder;  ///< nothing: the number is free
    Sequence sequence;             ///< of the event that says so
  };
  struct InFlight {
    const Event* event;
    Sequence sequence;
  };
  using Key = std::pair<TenantId, Bytes16>;

  void hold(const std::optional<PhoneNumber>& number, std::optional<Holder> holder, Sequence sequence);
  void release(const std::optional<PhoneNumber>& number, Sequence sequence);

  const projections::Views& views_;
  HotConfigs hot_;                                  ///< committed states
  ConfigStates states_;                             ///< states in flight; their `sequence` is the event's
  std::unordered_map<std::string, Taken> numbers_;  ///< by E.164 text
  std::map<Key, Sequence> keys_;                    ///< Idempotency-Keys in flight
  std::deque<InFlight> events_;                     ///< oldest first
};

}  // namespace dialin::service
