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
/// The newest at or before `as_of`; nothing when the first one came later, or never. `newer`: a version that is known to be later than
/// that, if any: so far it need not look.
std::optional<VersionPlace> last_event(const ViewReader& views, const TenantId& tenant, const ConfigId& id, Sequence as_of,
                                       std::optional<Version> newer);

/// The first version whose event stands behind `after`; one past `last` when there is none. Versions have no gaps.
Version first_version_after(const ViewReader& views, const TenantId& tenant, const ConfigId& id, Version last, Sequence after);

}  // namespace dialin::projections
