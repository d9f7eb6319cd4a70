// As of every sequence and at times between, the views say what was remembered when it was the present: on views that grew event by event,
// on views that were rebuilt in one load, and on such as were opened again.

#include <gtest/gtest.h>

#include <algorithm>

#include "infra/storage/bulk_store.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"
#include "projections/effort.h"
#include "projections/history_in_a_log.h"
#include "projections/open_views.h"
#include "projections/remembered.h"

namespace dialin::projections {
namespace {

const ViewStores kStores{.open = [](const std::string& dir) { return storage::open_rocks_store(dir); },
                         .bulk = [](const std::string& dir) { return storage::make_bulk_store(dir); }};

enum class Made : std::uint8_t { grown, rebuilt, reopened };

constexpr int kCommands = 600;

class PastOfALog : public testing::TestWithParam<std::tuple<unsigned, Made>> {
 protected:
  PastOfALog() {
    history.happen(kCommands);
    remembered.emplace(history.log(), history.codec());
    store = grows() ? grown() : rebuilt();
    if (made == Made::reopened) {
      store.reset();
      store = storage::open_rocks_store(views_dir());
    }
    views.emplace(*store, history.log(), history.codec());
  }

  bool grows() const { return made == Made::grown || made == Made::reopened; }
  std::string views_dir() const { return grows() ? dir / "grown" : current_views(dir / "views"); }
  std::unique_ptr<ViewStore> rebuilt() {
    auto opened = open_views(dir / "views", history.log(), history.codec(), kStores);
    if (!opened) throw std::runtime_error(opened.error().text);
    return std::move(opened->store);
  }
  /// In groups as small as may be.
  std::unique_ptr<ViewStore> grown() {
    auto growing = storage::open_rocks_store(views_dir());
    const auto beginning = growing->batch();
    beginning->put(Family::meta, kMetaSchema, std::to_string(kSchema));
    if (!growing->apply(*beginning)) throw std::runtime_error("the schema was not put down");
    Projector projector(*growing, history.codec(), {});
    const auto reader = history.log().read({1});
    std::vector<Entry> group;
    for (Record record; reader->next(record) == RecordReader::Next::record;) {
      group.push_back(entry_of(record, history.codec()).value());
      if (group.back().event && group.back().event->moved_to) continue;
      if (!projector.apply(group)) throw std::runtime_error("a group was not applied");
      group.clear();
    }
    return growing;
  }

  unsigned draw(std::size_t below) { return static_cast<unsigned>(random() % below); }
  TenantId some_tenant() { return given::tenant(1 + draw(3)); }
  ConfigId some_config() { return given::config(1 + draw(history.configs() + 5)); }
  std::string some_number() { return "+1555000" + std::to_string(100 + draw(30)); }

  void expect_row(const ConfigRow& row, const ConfigState& state) {
    const Answer answer = history.codec().answer(state, std::nullopt);
    EXPECT_EQ(row.answer.json, answer.json);
    EXPECT_EQ(row.answer.hole, answer.hole);
    EXPECT_EQ(row.hmac, state.config.hmac);
    EXPECT_EQ(row.name_prefix, state.config.name_prefix.value_or(""));
    EXPECT_EQ(row.version, state.version);
    EXPECT_EQ(row.sequence, state.sequence);
    EXPECT_EQ(row.created_sequence, state.created_sequence);
  }
  ListRequest some_request(Sequence as_of);
  void expect_list(const ListRequest& request);

  Made made = std::get<Made>(GetParam());
  std::mt19937 random{std::get<unsigned>(GetParam())};
  storage::TemporaryDir dir;
  HistoryInALog history{dir / "log", std::get<unsigned>(GetParam())};
  std::optional<Remembered> remembered;
  std::unique_ptr<ViewStore> store;
  std::optional<Views> views;
};

ListRequest PastOfALog::some_request(Sequence as_of) {
  ListRequest request{.tenant = some_tenant(), .filter = {}, .limit = 1 + draw(6), .starting_after = {}, .ending_before = {}};
  request.as_of = as_of;
  if (draw(4) == 0) request.filter.phone_number = given::number(some_number());
  if (draw(3) == 0) request.filter.phone_numbers = {std::to_string(draw(10)) + std::to_string(draw(10)), "1" + std::to_string(draw(10))};
  if (draw(8) == 0) {
    Config with_uri;
    with_uri.sip_uri = sip_uri_for(some_config(), Rules{});
    request.filter.sip_username = sip_username_of(with_uri);
  }
  if (draw(3) == 0) request.filter.name_prefix = "desk " + std::to_string(draw(6));
  if (draw(3) == 0) request.filter.type = draw(2) == 0 ? Category::pin_dialin : Category::pinless_dialin;
  if (draw(3) == 0) request.filter = {};
  if (draw(3) == 0) {
    request.starting_after = some_config();
  } else if (draw(2) == 0) {
    request.ending_before = some_config();
  }
  return request;
}

bool fits(const ListFilter& filter, const ConfigState& state) {
  const std::string number = state.config.phone_number ? state.config.phone_number->text() : "";
  const auto is_part = [&](const std::string& part) { return number.find(part) != std::string::npos; };
  return (!filter.phone_number || number == filter.phone_number->text()) &&
         (filter.phone_numbers.empty() || std::any_of(filter.phone_numbers.begin(), filter.phone_numbers.end(), is_part)) &&
         (!filter.sip_username || (state.config.sip_uri && state.config.sip_uri->find(":" + *filter.sip_username + "@") == 3)) &&
         (!filter.name_prefix || state.config.name_prefix.value_or("").starts_with(*filter.name_prefix)) &&
         (!filter.type || state.config.category == *filter.type);
}

void PastOfALog::expect_list(const ListRequest& request) {
  std::vector<ConfigState> expected =
      remembered->listed(request.tenant, *request.as_of, [&](const ConfigState& state) { return fits(request.filter, state); });
  const std::size_t total_count = expected.size();
  const auto& cursor = request.starting_after ? request.starting_after : request.ending_before;
  const auto page = views->list(request);
  if (cursor) {
    const auto& configs = remembered->configs(*request.as_of);
    const auto known = configs.find(*cursor);
    ASSERT_EQ(page.has_value(), known != configs.end() && known->second.tenant == request.tenant);
    if (!page) return;
    const Sequence place = known->second.created_sequence;
    const bool behind = request.starting_after.has_value();
    std::erase_if(expected, [&](const ConfigState& s) { return behind ? s.created_sequence >= place : s.created_sequence <= place; });
  }
  ASSERT_TRUE(page);
  EXPECT_EQ(page->total_count, total_count);
  if (expected.size() > request.limit) {
    if (request.ending_before) expected.erase(expected.begin(), expected.end() - static_cast<std::ptrdiff_t>(request.limit));
    expected.resize(request.limit);
  }
  ASSERT_EQ(page->rows.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) expect_row(page->rows[i], expected[i]);
}

TEST_P(PastOfALog, has_each_config_as_it_was) {
  ASSERT_TRUE(views->can_look_back());
  for (Sequence at; at <= remembered->end(); at = at.next()) {
    const Sequence as_of = views->whole(at);
    ASSERT_EQ(as_of, remembered->whole(at));
    const auto& configs = remembered->configs(as_of);
    for (unsigned n = 1; n <= history.configs(); ++n) {
      const ConfigId id = given::config(n);
      const TenantId& tenant = history.fold().configs().at(id).tenant;
      const auto known = configs.find(id);
      const auto row = views->config_as_of(tenant, id, as_of);
      ASSERT_EQ(row.has_value(), known != configs.end() && !known->second.deleted) << "config " << n << " as of " << at.value;
      if (row) expect_row(*row, known->second);
    }
    const ConfigId other = given::config(1 + draw(history.configs()));
    const bool is_first = history.fold().configs().at(other).tenant == given::tenant(1);
    EXPECT_FALSE(views->config_as_of(given::tenant(is_first ? 2 : 1), other, as_of)) << "another tenant's";
  }
}

TEST_P(PastOfALog, finds_the_last_record_of_any_time) {
  EXPECT_EQ(views->sequence_at({0}), Sequence{0});
  EXPECT_EQ(views->sequence_at({remembered->time({1}).us - 1}), Sequence{0});
  for (Sequence at{1}; at <= remembered->end(); at = at.next()) {
    const Instant time = remembered->time(at);
    EXPECT_EQ(views->sequence_at(time), at);
    EXPECT_EQ(views->sequence_at({time.us - 1}), Sequence{at.value - 1});
    if (at == remembered->end()) break;
    const Instant next = remembered->time(at.next());
    EXPECT_EQ(views->sequence_at({next.us - 1}), at);
    EXPECT_EQ(views->sequence_at({time.us + (next.us - time.us) / 2}), at);
  }
}

TEST_P(PastOfALog, lists_what_was_there) {
  for (Sequence at; at <= remembered->end(); at = at.next()) {
    const Sequence as_of = remembered->whole(at);
    for (int i = 0; i < 6; ++i) {
      ASSERT_NO_FATAL_FAILURE(expect_list(some_request(as_of))) << "as of " << as_of.value;
    }
    for (const unsigned tenant : {1U, 2U}) {
      ListRequest all{.tenant = given::tenant(tenant), .filter = {}, .limit = kListLimitMax, .starting_after = {}, .ending_before = {}};
      all.as_of = as_of;
      ASSERT_NO_FATAL_FAILURE(expect_list(all)) << "as of " << as_of.value;
    }
  }
}

TEST_P(PastOfALog, knows_who_held_each_number) {
  for (Sequence at; at <= remembered->end(); at = at.next()) {
    const Sequence as_of = remembered->whole(at);
    for (unsigned n = 100; n < 130; ++n) {
      const std::string number = "+1555000" + std::to_string(n);
      EXPECT_EQ(views->holder_as_of(given::number(number), as_of), remembered->holder(number, as_of));
    }
  }
}

TEST_P(PastOfALog, tells_a_number_s_history_page_by_page) {
  for (Sequence at; at <= remembered->end(); at = {at.value + 1 + draw(9)}) {
    const Sequence as_of = remembered->whole(at);
    const std::string number = some_number();
    for (const unsigned tenant : {1U, 2U}) {
      const auto expected = remembered->holds(given::tenant(tenant), number, as_of);
      const std::size_t limit = 1 + draw(4);
      std::vector<NumberHold> rows;
      for (Sequence after{0};;) {
        const auto page = views->number_history(given::tenant(tenant), given::number(number), after, limit, as_of);
        ASSERT_EQ(page.has_value(), !expected.empty());
        if (!page) break;
        ASSERT_LE(page->rows.size(), limit);
        rows.insert(rows.end(), page->rows.begin(), page->rows.end());
        ASSERT_EQ(page->more, rows.size() < expected.size());
        after = {page->next_after};
        if (!page->more) break;
      }
      ASSERT_EQ(rows.size(), expected.size());
      for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], expected[i]) << "hold " << i << " as of " << as_of.value;
    }
  }
}

TEST_P(PastOfALog, tells_a_config_s_history_until_then) {
  for (Sequence at; at <= remembered->end(); at = {at.value + 1 + draw(9)}) {
    const Sequence as_of = remembered->whole(at);
    const ConfigId id = some_config();
    const auto& configs = remembered->configs(as_of);
    const auto known = configs.find(id);
    const TenantId tenant = known == configs.end() ? given::tenant(1) : known->second.tenant;
    const auto page = views->history(tenant, id, {0}, 1000, as_of);
    ASSERT_EQ(page.has_value(), known != configs.end());
    if (!page) continue;
    ASSERT_EQ(page->events.size(), known->second.version.value);
    EXPECT_EQ(page->events.back().record.sequence, known->second.sequence);
    EXPECT_FALSE(page->more);
    const auto beginning = views->history(tenant, id, {0}, 1, as_of);
    EXPECT_EQ(beginning->more, known->second.version.value > 1);
    const auto rest = views->history(tenant, id, {beginning->next_after}, 1000, as_of);
    EXPECT_EQ(rest->events.size(), known->second.version.value - 1);
  }
}

/// The tests mean something only when the past is rich.
TEST_P(PastOfALog, has_seen_everything) {
  std::size_t moves = 0, deaths = 0, restores = 0, exchanges = 0;
  for (Sequence at{1}; at <= remembered->end(); at = at.next()) {
    const auto event = event_of(history.log().at(at).value(), history.codec()).value();
    if (!event) continue;
    moves += event->moved_from ? 1 : 0;
    deaths += event->name == EventName::deleted ? 1 : 0;
    restores += event->name == EventName::created && event->restored_from ? 1 : 0;
    exchanges += event->name == EventName::updated && event->changed.has(Property::phone_number) ? 1 : 0;
  }
  EXPECT_GT(moves, 3U);
  EXPECT_GT(deaths, 10U);
  EXPECT_GT(restores, 3U);
  EXPECT_GT(exchanges, 3U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, PastOfALog,
                         testing::Combine(testing::Range(1U, seeds_end(3)), testing::Values(Made::grown, Made::rebuilt, Made::reopened)));

/// More versions than are walked through one by one; the second time round of a config that is gone.
TEST(PastOfALongLife, has_each_version_as_it_was) {
  storage::TemporaryDir dir;
  HistoryInALog history(dir / "log", 1);
  history.happen(given::create(1, {{"type", "pin_dialin"}}));
  for (int i = 0; i < 150; ++i) {
    history.happen(given::update(1, {{"name_prefix", ("desk " + std::to_string(i)).c_str()}}));
    history.happen(given::create(2 + static_cast<unsigned>(i), {{"type", "pin_dialin"}}));
  }
  for (const bool is_gone : {false, true}) {
    if (is_gone) history.happen(given::remove(1));
    const Remembered remembered(history.log(), history.codec());
    const auto opened = open_views(dir / "views", history.log(), history.codec(), kStores);
    ASSERT_TRUE(opened);
    const Views views(*opened->store, history.log(), history.codec());
    for (Sequence at; at <= remembered.end(); at = at.next()) {
      const auto& configs = remembered.configs(at);
      const auto known = configs.find(given::config(1));
      const auto row = views.config_as_of(given::tenant(1), given::config(1), at);
      ASSERT_EQ(row.has_value(), known != configs.end() && !known->second.deleted) << at.value;
      if (row) {
        EXPECT_EQ(row->version, known->second.version) << at.value;
      }
    }
  }
}

}  // namespace
}  // namespace dialin::projections
