#pragma once
// The state's digest (domain/state_digest.h) by way of the views: each config's last event is found through them, and each row that serves
// reads is held against it. Equal to the log's digest at the views' position, or the views are not those of this log. One thread.

#include <cstdint>
#include <functional>
#include <string>

#include "domain/codec.h"
#include "domain/event_log.h"
#include "domain/state_digest.h"
#include "domain/view_store.h"

namespace dialin::projections {

struct ViewsDigest {
  StateDigest state;
  Tail position;      ///< of the views
  std::string fault;  ///< which row is not what its event says; empty: none
};

/// `seen` is told how many configs were looked at. `log` holds all up to the views' position. Throws StoreFailure.
ViewsDigest digest_of_views(const ViewReader& views, const EventLog& log, const Codec& codec,
                            const std::function<void(std::uint64_t)>& seen);

}  // namespace dialin::projections
