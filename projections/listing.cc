#include "projections/listing.h"

#include "domain/command.h"
#include "projections/big_endian.h"
#include "projections/versions.h"

namespace dialin::projections {
namespace {

Sequence created_of(std::string_view by_tenant_key) {
  Bytes in(by_tenant_key);
  in.take(std::tuple_size<Bytes16>::value);
  return {~decode_number(in.rest())};
}

}  // namespace

PageOf::PageOf(const ListRequest& request, std::optional<Sequence> place)
    : keeps_last_(request.ending_before.has_value()), limit_(request.limit), place_(place) {}

void PageOf::offer(Sequence created, const ConfigId& id) {
  if (keeps_last_) {
    if (created <= *place_) return;
    configs_.push_back(id);
    if (configs_.size() > limit_) configs_.pop_front();
    return;
  }
  if (configs_.size() == limit_ || (place_ && created >= *place_)) return;
  configs_.push_back(id);
}

Listing::Listing(const ViewReader& views, const ListRequest& request, SipUsername sip_username)
    : views_(views), request_(request), sip_username_(std::move(sip_username)) {}

std::optional<ListPage> Listing::page() const {
  std::optional<Sequence> place;
  const auto& cursor = request_.starting_after ? request_.starting_after : request_.ending_before;
  if (cursor) {  // a deleted config keeps its place, too: that of its first event
    place = sequence_of(views_, request_.tenant, *cursor, {1});
    if (!place) return std::nullopt;
  }

  const ListFilter& filter = request_.filter;
  if (filter.empty()) return page_of_all(place);
  if (filter.sip_username) return page_of_one(config_of_sip_username(*filter.sip_username), place);
  if (filter.phone_number) {
    std::string stored;
    std::optional<ConfigId> holder;
    if (views_.get(Family::numbers, filter.phone_number->text(), stored)) holder = decode_holder(stored).id;
    return page_of_one(holder, place);
  }
  return page_of_scanned(place);
}

/// The only way without looking at everything the tenant has.
ListPage Listing::page_of_all(std::optional<Sequence> place) const {
  const auto walk = views_.cursor(Family::by_tenant, request_.tenant.view());
  std::deque<ConfigId> configs;
  if (request_.ending_before) {
    // Keys complement the sequence: one before the place in key order is one newer.
    walk->seek_before(by_tenant_key(request_.tenant, place->next()));
    for (; walk->valid() && configs.size() < request_.limit; walk->previous()) configs.push_front(ListEntry::decode(walk->value()).id);
  } else {
    walk->seek(place ? by_tenant_key(request_.tenant, {place->value - 1}) : std::string(request_.tenant.view()));
    for (; walk->valid() && configs.size() < request_.limit; walk->next()) configs.push_back(ListEntry::decode(walk->value()).id);
  }
  std::string stored;
  const bool has_any = views_.get(Family::counts, request_.tenant.view(), stored);
  return with_rows(has_any ? decode_number(stored) : 0, configs);
}

/// For filters that at most one config can match.
ListPage Listing::page_of_one(const std::optional<ConfigId>& candidate, std::optional<Sequence> place) const {
  const auto found = candidate ? row(*candidate) : std::nullopt;  // nothing also when it is another tenant's
  std::string entry;
  if (!found || !views_.get(Family::by_tenant, by_tenant_key(request_.tenant, found->created_sequence), entry)) return {};
  if (!matches(ListEntry::decode(entry))) return {};
  PageOf page(request_, place);
  page.offer(found->created_sequence, *candidate);
  return with_rows(1, page.configs());
}

ListPage Listing::page_of_scanned(std::optional<Sequence> place) const {
  std::uint64_t total_count = 0;
  PageOf page(request_, place);
  const auto walk = views_.cursor(Family::by_tenant, request_.tenant.view());
  for (walk->seek(request_.tenant.view()); walk->valid(); walk->next()) {
    const ListEntry entry = ListEntry::decode(walk->value());
    if (!matches(entry)) continue;
    ++total_count;
    page.offer(created_of(walk->key()), entry.id);
  }
  return with_rows(total_count, page.configs());
}

bool Listing::matches(const ListEntry& entry) const {
  const ListFilter& filter = request_.filter;
  if (!filter.fits(entry.category, entry.phone_number)) return false;
  if (!filter.name_prefix && !filter.sip_username) return true;

  const auto found = row(entry.id);
  if (!found) throw StoreFailure("config " + entry.id.text() + " is in its tenant's list, but not in the views");
  return filter.fits_name(found->name_prefix) && (!filter.sip_username || sip_username_(*found) == filter.sip_username);
}

std::optional<ConfigRow> Listing::row(const ConfigId& id) const {
  std::string stored;
  if (!views_.get(Family::configs, config_key(request_.tenant, id), stored)) return std::nullopt;
  return ConfigRow::decode(stored);
}

ListPage Listing::with_rows(std::uint64_t total_count, const std::deque<ConfigId>& configs) const {
  ListPage page{.total_count = total_count, .rows = {}};
  page.rows.reserve(configs.size());
  for (const ConfigId& id : configs) {
    auto found = row(id);
    if (!found) throw StoreFailure("config " + id.text() + " is in its tenant's list, but not in the views");
    page.rows.push_back(std::move(*found));
  }
  return page;
}

}  // namespace dialin::projections
