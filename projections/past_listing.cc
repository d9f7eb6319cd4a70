#include "projections/past_listing.h"

#include <algorithm>

#include "domain/command.h"
#include "projections/listing.h"
#include "projections/versions.h"

namespace dialin::projections {

std::optional<ListPage> PastListing::page() {
  std::optional<Sequence> place;
  const auto& cursor = request_.starting_after ? request_.starting_after : request_.ending_before;
  if (cursor) {
    place = sequence_of(past_.views(), request_.tenant, *cursor, {1});
    if (!place || *place > as_of_) return std::nullopt;
  }

  const ListFilter& filter = request_.filter;
  if (filter.empty()) return page_of_all(place);
  if (filter.sip_username) return page_of_one(config_of_sip_username(*filter.sip_username), place);
  if (filter.phone_number) {
    const auto holder = past_.holder(*filter.phone_number, as_of_);
    return page_of_one(holder ? std::optional(holder->id) : std::nullopt, place);
  }
  return page_of_scanned(place);
}

ListPage PastListing::page_of_all(std::optional<Sequence> place) {
  ListPage page{.total_count = past_.live_configs(request_.tenant, as_of_), .rows = {}};
  const auto order = request_.ending_before ? Candidates::Order::oldest_first : Candidates::Order::newest_first;
  Candidates candidates(past_.views(), request_.tenant, as_of_, order, place);
  while (page.rows.size() < request_.limit) {
    const auto candidate = candidates.next();
    if (!candidate) break;
    if (auto state = state_of(*candidate)) page.rows.push_back(past_.row_of(std::move(*state)));
  }
  if (request_.ending_before) std::reverse(page.rows.begin(), page.rows.end());
  return page;
}

/// For filters that at most one config can match.
ListPage PastListing::page_of_one(const std::optional<ConfigId>& candidate, std::optional<Sequence> place) const {
  auto state = candidate ? past_.state(request_.tenant, *candidate, as_of_) : std::nullopt;  // nothing also when it is another tenant's
  if (!state || !request_.filter.fits(past_.config_of(*state))) return {};
  ConfigRow row = past_.row_of(std::move(*state));
  PageOf page(request_, place);
  page.offer(row.created_sequence, *candidate);
  ListPage result{.total_count = 1, .rows = {}};
  if (!page.configs().empty()) result.rows.push_back(std::move(row));
  return result;
}

ListPage PastListing::page_of_scanned(std::optional<Sequence> place) {
  ListPage result;
  PageOf page(request_, place);
  Candidates candidates(past_.views(), request_.tenant, as_of_, Candidates::Order::newest_first, std::nullopt);
  while (const auto candidate = candidates.next()) {
    if (!fits(*candidate)) continue;
    ++result.total_count;
    page.offer(candidate->created, candidate->id);
  }
  for (const ConfigId& id : page.configs()) {
    auto state = past_.state(request_.tenant, id, as_of_);
    if (!state) throw StoreFailure("config " + id.text() + " was there as of its sequence, and is no longer");
    result.rows.push_back(past_.row_of(std::move(*state)));
  }
  return result;
}

/// A type never changes, and the number of a steady one: only the others, and a name, need the state.
bool PastListing::fits(const Candidate& candidate) {
  const ListFilter& filter = request_.filter;
  if (filter.type && candidate.category != *filter.type) return false;
  if (candidate.is_steady && !filter.fits(candidate.category, candidate.phone_number)) return false;
  if (candidate.is_steady && !filter.name_prefix) return true;
  const auto state = state_of(candidate);
  if (!state) return false;
  if (state->event) return filter.fits(state->event->event.config);
  return filter.fits(candidate.category, candidate.phone_number) && filter.fits_name(state->row->name_prefix);
}

std::optional<Past::State> PastListing::state_of(const Candidate& candidate) {
  const TenantId& tenant = request_.tenant;
  auto state =
      guess_ ? past_.changed_state(tenant, candidate.id, as_of_, candidate.created, *guess_) : past_.state(tenant, candidate.id, as_of_);
  if (!state && candidate.is_steady) throw StoreFailure("config " + candidate.id.text() + " is missing in the midst of its life");
  guess_ = state && state->event ? std::optional(state->event->event.version) : std::nullopt;
  return state;
}

}  // namespace dialin::projections
