#pragma once
// Where the events of one config stand, by their versions. Throws StoreFailure.

#include <optional>

#include "domain/ids.h"
#include "domain/view_store.h"

namespace dialin::projections {

struct VersionPlace {
  Version version;
  Sequence sequence;
};

/// The sequence of the event that made `version`; nothing when there never was one of this tenant's.
std::optional<Sequence> sequence_of(const ViewReader& views, const TenantId& tenant, const ConfigId& id, Version version);

/// The newest of a config's events; nothing for an id that this tenant never had.
std::optional<VersionPlace> last_event(const ViewReader& views, const TenantId& tenant, const ConfigId& id);
/// The newest at or before `as_of`, between one that is no later and one that is (nothing: none is known to be). Asks for few versions,
/// each by its key: that is cheaper than a search through all that is stored. `guess`: the one to begin with, for whoever has an idea.
VersionPlace last_event(const ViewReader& views, const TenantId& tenant, const ConfigId& id, Sequence as_of, VersionPlace earlier,
                        std::optional<VersionPlace> later, std::optional<Version> guess);

/// The first version whose event stands behind `after`; one past `last` when there is none. Versions have no gaps.
Version first_version_after(const ViewReader& views, const TenantId& tenant, const ConfigId& id, Version last, Sequence after);

}  // namespace dialin::projections
