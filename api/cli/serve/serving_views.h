#pragma once
// The views that a node serves from. When they are of an older schema they serve all the same, and those of this one are built beside them
// and take their place. Main thread, but for what is marked.

#include <memory>
#include <optional>
#include <string>

#include "api/cli/serve/open_store.h"
#include "api/service/writer.h"
#include "domain/telemetry.h"
#include "projections/rebuild.h"
#include "projections/switched_store.h"

namespace dialin::cli {

class ServingViews {
 public:
  /// `dir`: the folder of the views. Takes the store out of `opened`.
  ServingViews(std::string dir, projections::OpenViews& opened);

  ViewStore& store() const { return *store_; }

  /// Builds new ones when that is called for; `writer` is the one that writes to store(). All three must outlive stop().
  void begin_rebuild(const EventLog& log, const Codec& codec, Telemetry& telemetry, service::Writer& writer);
  void ask_to_stop();
  void stop();
  /// Nothing: the views that serve are of this schema. Any thread, from begin_rebuild() on.
  std::optional<projections::RebuildProgress> rebuilding() const;

 private:
  const std::string dir_;
  const std::uint64_t schema_;                      ///< when they were opened
  projections::SwitchedStore* switched_ = nullptr;  ///< `store_`, when it is to be exchanged
  std::unique_ptr<ViewStore> store_;
  std::unique_ptr<projections::Rebuild> rebuild_;
};

}  // namespace dialin::cli
