#include "projections/versions.h"

#include "projections/keys.h"

namespace dialin::projections {
namespace {

/// So few are walked through sooner than halved.
constexpr std::uint64_t kVersionsWalked = 24;

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

std::optional<VersionPlace> last_event(const ViewReader& views, const TenantId& tenant, const ConfigId& id, Sequence as_of,
                                       std::optional<Version> newer) {
  const auto first = sequence_of(views, tenant, id, {1});
  if (!first || *first > as_of) return std::nullopt;
  VersionPlace found{{1}, *first};
  if (newer && newer->value == 2) return found;

  const std::string prefix = config_key(tenant, id);
  const auto cursor = views.cursor(Family::history, prefix);
  std::uint64_t walked = 0;
  for (cursor->seek(history_key(tenant, id, {2})); cursor->valid(); cursor->next()) {
    const Sequence sequence{decode_number(cursor->value())};
    if (sequence > as_of) return found;
    found = {found.version.next(), sequence};
    if (++walked == kVersionsWalked) break;
  }
  if (walked < kVersionsWalked) return found;

  if (!newer) newer = last_event(views, tenant, id)->version.next();
  const Version behind = first_version_after(views, tenant, id, {newer->value - 1}, as_of);
  const Version version{behind.value - 1};
  return VersionPlace{version, *sequence_of(views, tenant, id, version)};
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
