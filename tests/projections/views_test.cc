// Whatever way views come about, they are what the domain's fold of the log says, and equal to each other byte for byte.

#include "projections/views.h"
#include "projections/effort.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "infra/storage/bulk_store.h"
#include "infra/storage/content.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"
#include "projections/history_in_a_log.h"
#include "projections/open_views.h"

namespace dialin::projections {
namespace {

const ViewStores kStores{.open = [](const std::string& dir) { return storage::open_rocks_store(dir); },
                         .bulk = [](const std::string& dir) { return storage::make_bulk_store(dir); }};

class ViewsOfALog : public testing::TestWithParam<unsigned> {
 protected:
  OpenViews open(const std::string& name) {
    auto opened = open_views(dir / name, history.log(), history.codec(), kStores);
    EXPECT_TRUE(opened.has_value()) << (opened.has_value() ? "" : opened.error().text);
    return std::move(*opened);
  }
  /// The live configs of a tenant by the fold, newest first.
  std::vector<ConfigState> live_of(const TenantId& tenant) const {
    std::vector<ConfigState> live;
    for (const auto& [id, state] : history.fold().configs()) {
      if (state.tenant == tenant && !state.deleted) live.push_back(state);
    }
    std::sort(live.begin(), live.end(), [](const auto& a, const auto& b) { return a.created_sequence > b.created_sequence; });
    return live;
  }

  storage::TemporaryDir dir;
  HistoryInALog history{dir / "log", GetParam()};
};

TEST_P(ViewsOfALog, are_equal_whether_rebuilt_or_kept_in_step) {
  history.happen(200);
  open("kept");
  history.happen(200);
  const OpenViews kept = open("kept");
  EXPECT_FALSE(kept.rebuilt);
  const OpenViews rebuilt = open("rebuilt");
  EXPECT_TRUE(rebuilt.rebuilt);
  EXPECT_EQ(kept.position, history.log().tail());
  EXPECT_EQ(storage::content_of(*kept.store), storage::content_of(*rebuilt.store));
}

TEST_P(ViewsOfALog, say_what_the_fold_says) {
  history.happen(400);
  const OpenViews opened = open("views");
  const Views views(*opened.store, history.log(), history.codec());
  for (const auto& [id, state] : history.fold().configs()) {
    const auto row = views.config(state.tenant, id);
    EXPECT_EQ(row.has_value(), !state.deleted);
    EXPECT_EQ(views.state(state.tenant, id), state);
    if (row) {
      EXPECT_EQ(row->version, state.version);
    }
    EXPECT_FALSE(views.config(given::tenant(9), id)) << "another tenant's";
  }
  for (unsigned n = 100; n < 130; ++n) {
    const auto number = given::number("+1555000" + std::to_string(n));
    EXPECT_EQ(views.holder(number), history.holder(number));
  }
}

TEST_P(ViewsOfALog, list_every_live_config_once_page_by_page) {
  history.happen(400);
  const OpenViews opened = open("views");
  const Views views(*opened.store, history.log(), history.codec());
  for (const TenantId& tenant : {given::tenant(1), given::tenant(2)}) {
    const auto expected = live_of(tenant);
    std::vector<Sequence> walked;
    std::optional<ConfigId> after;
    for (;;) {
      const auto page = views.list({.tenant = tenant, .filter = {}, .limit = 3, .starting_after = after, .ending_before = {}});
      ASSERT_TRUE(page);
      EXPECT_EQ(page->total_count, expected.size());
      if (page->rows.empty()) break;
      for (const ConfigRow& row : page->rows) walked.push_back(row.created_sequence);
      after = expected[walked.size() - 1].id;
    }
    ASSERT_EQ(walked.size(), expected.size());
    for (std::size_t i = 0; i < walked.size(); ++i) EXPECT_EQ(walked[i], expected[i].created_sequence);
    EXPECT_EQ(views.live_configs(tenant), expected.size());
  }
}

TEST_P(ViewsOfALog, give_the_page_just_before_an_id) {
  history.happen(400);
  const OpenViews opened = open("views");
  const Views views(*opened.store, history.log(), history.codec());
  const auto expected = live_of(given::tenant(1));
  ASSERT_GE(expected.size(), 4U);
  const auto page =
      views.list({.tenant = given::tenant(1), .filter = {}, .limit = 2, .starting_after = {}, .ending_before = expected[3].id});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->rows.size(), 2U);
  EXPECT_EQ(page->rows[0].created_sequence, expected[1].created_sequence);
  EXPECT_EQ(page->rows[1].created_sequence, expected[2].created_sequence);
}

TEST_P(ViewsOfALog, take_a_deleted_id_as_a_cursor_and_refuse_an_unknown_one) {
  history.happen(400);
  const OpenViews opened = open("views");
  const Views views(*opened.store, history.log(), history.codec());
  for (const auto& [id, state] : history.fold().configs()) {
    const ListRequest behind{.tenant = state.tenant, .filter = {}, .limit = 100, .starting_after = id, .ending_before = {}};
    const auto page = views.list(behind);
    ASSERT_TRUE(page);
    for (const ConfigRow& row : page->rows) EXPECT_LT(row.created_sequence, state.created_sequence);
  }
  EXPECT_FALSE(
      views.list({.tenant = given::tenant(1), .filter = {}, .limit = 9, .starting_after = given::config(999), .ending_before = {}}));
}

TEST_P(ViewsOfALog, tell_each_config_s_history_whole) {
  history.happen(300);
  const OpenViews opened = open("views");
  const Views views(*opened.store, history.log(), history.codec());
  for (const auto& [id, state] : history.fold().configs()) {
    const auto page = views.history(state.tenant, id, {0}, 1000);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->events.size(), state.version.value);
    EXPECT_FALSE(page->more);
    EXPECT_EQ(page->events.back().record.sequence, state.sequence);
    EXPECT_EQ(page->next_after, state.sequence.value);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ViewsOfALog, testing::Range(1U, seeds_end(6)));

TEST(OpeningViews, refuses_those_of_another_log) {
  storage::TemporaryDir dir;
  HistoryInALog one(dir / "one", 1);
  HistoryInALog other(dir / "other", 2);
  one.happen(20);
  other.happen(20);
  ASSERT_TRUE(open_views(dir / "views", one.log(), one.codec(), kStores));
  const auto opened = open_views(dir / "views", other.log(), other.codec(), kStores);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, OpenViewsError::other_log);
}

}  // namespace
}  // namespace dialin::projections
