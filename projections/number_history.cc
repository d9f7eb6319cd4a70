#include "projections/number_history.h"

#include "projections/keys.h"

namespace dialin::projections {
namespace {

/// One after the other, in the order in which the number was taken.
class Holds {
 public:
  Holds(const ViewReader& views, const TenantId& tenant, const PhoneNumber& number, Sequence after, Sequence until)
      : tenant_(tenant), until_(until), prefix_(number_history_prefix(number)), cursor_(views.cursor(Family::number_history, prefix_)) {
    cursor_->seek(number_history_key(number, after.next()));
  }

  /// The tenant's next one.
  std::optional<NumberHold> next() {
    while (const auto change = take()) {
      const NumberRow& row = change->row;
      if (!row.is_taken || row.holder.tenant != tenant_) continue;
      NumberHold hold{row.holder.id, row.category, change->sequence, row.time, {}, {}};
      if (const auto end = look()) {
        hold.to_sequence = end->sequence;
        hold.to = end->row.time;
      }
      return hold;
    }
    return std::nullopt;
  }

 private:
  struct NumberChange {
    Sequence sequence;
    NumberRow row;
  };
  std::optional<NumberChange> look() const {
    if (!cursor_->valid()) return std::nullopt;
    const Sequence sequence{decode_number(cursor_->key().substr(prefix_.size()))};
    if (sequence > until_) return std::nullopt;
    return NumberChange{sequence, NumberRow::decode(cursor_->value())};
  }
  std::optional<NumberChange> take() {
    auto change = look();
    if (change) cursor_->next();
    return change;
  }

  const TenantId& tenant_;
  Sequence until_;
  std::string prefix_;
  std::unique_ptr<ViewCursor> cursor_;
};

}  // namespace

std::optional<NumberPage> number_history(const ViewReader& views, const TenantId& tenant, const PhoneNumber& number, Sequence after,
                                         std::size_t limit, Sequence until) {
  NumberPage page{.rows = {}, .next_after = after.value, .more = false};
  if (after.value == ~0ULL) after.value -= 1;
  Holds holds(views, tenant, number, after, until);
  while (const auto hold = holds.next()) {
    page.more = page.rows.size() == limit;
    if (page.more) break;
    page.rows.push_back(*hold);
    page.next_after = hold->from_sequence.value;
  }
  const bool ever_held = !page.rows.empty() || Holds(views, tenant, number, {0}, until).next();
  return ever_held ? std::optional(std::move(page)) : std::nullopt;
}

}  // namespace dialin::projections
