#pragma once
// What was there as of a sequence, inclusive: the same answer for ever, because what is before a sequence never changes. Any thread; made
// for one question, on the store or on a snapshot of it. Every `as_of` is one that whole() gave, at most the views' position.
// Throws StoreFailure when the store cannot read, LogFault when the log cannot.

#include <optional>
#include <string>

#include "domain/codec.h"
#include "domain/event_log.h"
#include "domain/view_store.h"
#include "projections/keys.h"
#include "projections/shown.h"
#include "projections/versions.h"

namespace dialin::projections {

class Past {
 public:
  Past(const ViewReader& views, const EventLog& log, const Codec& codec) : views_(views), log_(log), codec_(codec) {}

  /// See Views::sequence_at().
  Sequence sequence_at(Instant time) const;
  /// See Views::whole().
  Sequence whole(Sequence sequence) const;

  /// What tells a config's state then: its row in the views when nothing has changed it since, else the event in the log.
  struct State {
    std::optional<ConfigRow> row;
    std::optional<Shown> event;
  };
  /// Nothing when the config was not there then: not yet, or deleted.
  std::optional<State> state(const TenantId& tenant, const ConfigId& id, Sequence as_of) const;
  /// The same of one whose first event stands at `created`, for whoever believes that it has changed since, after about so many versions:
  /// does without the row.
  std::optional<State> changed_state(const TenantId& tenant, const ConfigId& id, Sequence as_of, Sequence created, Version guess) const;
  Config config_of(const State& state) const;
  /// As it is sent.
  ConfigRow row_of(State state) const;

  std::optional<Holder> holder(const PhoneNumber& number, Sequence as_of) const;
  std::uint64_t live_configs(const TenantId& tenant, Sequence as_of) const;

  const ViewReader& views() const { return views_; }

 private:
  std::optional<State> logged(VersionPlace place) const;

  const ViewReader& views_;
  const EventLog& log_;
  const Codec& codec_;
};

}  // namespace dialin::projections
