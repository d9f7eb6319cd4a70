#include "api/service/fold.h"

#include <gtest/gtest.h>

#include <map>

#include "domain/ledger.h"

namespace dialin::test {

void expect_views_equal_fold(const EventLog& log, const projections::Views& views, const Codec& codec) {
  Ledger ledger;
  const auto reader = log.read({1});
  Record record;
  while (reader->next(record) == RecordReader::Next::record) {
    const bool is_event = record.config.has_value();
    const auto event = is_event ? std::optional(codec.decode(record).value()) : std::nullopt;
    ASSERT_EQ(ledger.add(record, event ? &*event : nullptr), "") << "record " << record.sequence.value;
  }
  ASSERT_EQ(ledger.end(), "");
  std::map<TenantId, std::uint64_t> live;
  for (const auto& [id, state] : ledger.configs()) {
    EXPECT_EQ(views.state(state.tenant, id), state);
    const auto row = views.config(state.tenant, id);
    ASSERT_EQ(row.has_value(), !state.deleted);
    if (row) {
      EXPECT_EQ(row->answer.json, codec.answer(state, {}).json);
    }
    live[state.tenant] += state.deleted ? 0 : 1;
    if (state.config.phone_number && state.deleted) {
      EXPECT_NE(views.holder(*state.config.phone_number), (Holder{state.tenant, id}));
    }
  }
  for (const auto& [tenant, count] : live) EXPECT_EQ(views.live_configs(tenant), count);
  for (const auto& [text, holder] : ledger.numbers()) EXPECT_EQ(views.holder(PhoneNumber::parse(text).value()), holder);
  EXPECT_EQ(views.position(), log.tail());
}

}  // namespace dialin::test
