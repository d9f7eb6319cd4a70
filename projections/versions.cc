#include "projections/versions.h"

#include <algorithm>

#include "projections/keys.h"

namespace dialin::projections {
namespace {

constexpr Sequence kNever{~0ULL};

/// Where `as_of` may be expected if a config's events came evenly; between the two, neither of them.
Version expected(Sequence as_of, const VersionPlace& earlier, const VersionPlace& later) {
  const auto part =
      static_cast<double>(as_of.value - earlier.sequence.value) / static_cast<double>(later.sequence.value - earlier.sequence.value);
  const auto versions = later.version.value - earlier.version.value;
  const auto steps = static_cast<std::uint64_t>(part * static_cast<double>(versions) + 0.5);
  return {earlier.version.value + std::clamp<std::uint64_t>(steps, 1, versions - 1)};
}

}  // namespace

std::optional<Sequence> sequence_of(const ViewReader& views, const TenantId& tenant, const ConfigId& id, Version version) {
  std::string stored;
  if (!views.get(Family::history, history_key(tenant, id, version), stored)) return std::nullopt;
  return Sequence{decode_number(stored)};
}

/// Asks for the first one first: for an id that never was, that is a look into a filter, not a search.
std::optional<VersionPlace> last_event(const ViewReader& views, const TenantId& tenant, const ConfigId& id) {
  if (!sequence_of(views, tenant, id, {1})) return std::nullopt;
  const std::string prefix = config_key(tenant, id);
  const auto cursor = views.cursor(Family::history, prefix);
  cursor->seek_before(history_key(tenant, id, {~0ULL}));
  if (!cursor->valid()) return std::nullopt;
  return VersionPlace{{decode_number(cursor->key().substr(prefix.size()))}, {decode_number(cursor->value())}};
}

VersionPlace last_event(const ViewReader& views, const TenantId& tenant, const ConfigId& id, Sequence as_of, VersionPlace earlier,
                        std::optional<VersionPlace> later, std::optional<Version> guess) {
  const auto look = [&](Version version) {
    const auto sequence = sequence_of(views, tenant, id, version);
    if (sequence && *sequence <= as_of) {
      earlier = {version, *sequence};
    } else {
      later = {version, sequence.value_or(kNever)};
    }
  };
  const auto is_between = [&](Version version) { return earlier.version < version && (!later || version < later->version); };

  if (guess && is_between(*guess)) look(*guess);
  for (std::uint64_t step = 1; !later; step *= 2) look({earlier.version.value + step});
  for (bool halve = false; is_between(earlier.version.next()); halve = !halve) {  // a guess alone may creep
    const Version middle{earlier.version.value + (later->version.value - earlier.version.value) / 2};
    look(halve || later->sequence == kNever ? middle : expected(as_of, earlier, *later));
  }
  return earlier;
}

Version first_version_after(const ViewReader& views, const TenantId& tenant, const ConfigId& id, Version last, Sequence after) {
  std::uint64_t low = 1;
  std::uint64_t high = last.value + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto sequence = sequence_of(views, tenant, id, {middle});
    if (!sequence) throw StoreFailure("a version is missing in the history of config " + id.text());
    if (*sequence > after) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return {low};
}

}  // namespace dialin::projections
