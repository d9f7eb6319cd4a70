#include "projections/candidates.h"

#include <algorithm>
#include <bit>

#include "projections/big_endian.h"
#include "projections/keys.h"

namespace dialin::projections {
namespace {

constexpr std::size_t kNumberBytes = 8;

SpanNode node_of(std::string_view lives_key) {
  Bytes in(lives_key);
  in.take(std::tuple_size<Bytes16>::value);
  SpanNode node;
  node.level = static_cast<std::uint8_t>(in.number(1));
  node.index = in.number(kNumberBytes);
  return node;
}

}  // namespace

Candidates::Candidates(const ViewReader& views, const TenantId& tenant, Sequence as_of, Order order, std::optional<Sequence> place)
    : as_of_(as_of), order_(order) {
  if (order == Order::oldest_first) {
    begin_ = place ? place->next() : Sequence{1};
  } else {
    begin_ = place ? Sequence{std::min(as_of.value, place->value - 1)} : as_of;
  }
  add(views.cursor(Family::by_tenant, tenant.view()), std::string(tenant.view()), false);
  add_lives(views, tenant);
}

/// A node that nobody's life has needs no cursor: where the next key stands tells which levels to pass over. No life begins at 0, so node 0
/// of a level has none.
void Candidates::add_lives(const ViewReader& views, const TenantId& tenant) {
  const auto probe = views.cursor(Family::lives, tenant.view());
  const auto levels = static_cast<std::uint8_t>(std::bit_width(as_of_.value));
  for (std::uint8_t level = 0; level < levels;) {
    const SpanNode node = node_at(level, as_of_);
    const std::string prefix = lives_prefix(tenant, node);
    probe->seek(prefix);
    if (!probe->valid()) return;
    const SpanNode found = node_of(probe->key());
    if (found == node) add(views.cursor(Family::lives, prefix), prefix, false);
    level = std::max<std::uint8_t>(level + 1, found.level);
  }
  const std::string unsteady = lives_prefix(tenant, kUnsteady);
  add(views.cursor(Family::lives, unsteady), unsteady, true);
}

void Candidates::add(std::unique_ptr<ViewCursor> cursor, std::string prefix, bool tells_unsteady) {
  Source& source = sources_.emplace_back(Source{std::move(cursor), prefix.size(), tells_unsteady, {}});
  append_number(prefix, ~begin_.value, kNumberBytes);
  if (order_ == Order::newest_first) {
    source.cursor->seek(prefix);
  } else {
    source.cursor->seek_before(prefix);
  }
  look(source);
}

void Candidates::look(Source& source) const {
  source.created.reset();
  if (!source.cursor->valid()) return;
  const Sequence created{~decode_number(source.cursor->key().substr(source.prefix_bytes))};
  if (created <= as_of_) source.created = created;
}

/// Keys complement the sequence: the next key is the next older one.
void Candidates::go_on(Source& source) const {
  if (order_ == Order::newest_first) {
    source.cursor->next();
  } else {
    source.cursor->previous();
  }
  look(source);
}

std::optional<Sequence> Candidates::nearest() const {
  std::optional<Sequence> nearest;
  for (const Source& source : sources_) {
    if (!source.created || source.tells_unsteady) continue;
    const bool is_nearer = !nearest || (order_ == Order::newest_first ? *source.created > *nearest : *source.created < *nearest);
    if (is_nearer) nearest = source.created;
  }
  return nearest;
}

std::optional<Candidate> Candidates::next() {
  const auto created = nearest();
  if (!created) return std::nullopt;
  Candidate candidate{};
  candidate.created = *created;
  for (Source& source : sources_) {
    if (source.tells_unsteady) {
      const auto is_passed = [&] { return order_ == Order::newest_first ? *source.created > *created : *source.created < *created; };
      while (source.created && is_passed()) go_on(source);
    }
    if (source.created != created) continue;
    if (source.tells_unsteady) {
      candidate.is_steady = false;
    } else {
      const ListEntry entry = ListEntry::decode(source.cursor->value());
      candidate.id = entry.id;
      candidate.category = entry.category;
      candidate.phone_number = entry.phone_number;
    }
    go_on(source);
  }
  return candidate;
}

}  // namespace dialin::projections
