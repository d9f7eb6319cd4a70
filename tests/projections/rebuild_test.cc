// Views of an older schema serve while the new ones are built beside them; whatever happens meanwhile, at last the new ones serve and are
// what a rebuild from nothing makes.

#include "projections/rebuild.h"
#include "projections/effort.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <random>

#include "fixtures/other_views.h"
#include "infra/storage/content.h"
#include "infra/storage/rocks_store.h"
#include "projections/older_views.h"
#include "projections/views.h"

namespace dialin::projections {
namespace {

using storage::content_of;

constexpr int kCommands = 400;

bool is_of_the_past(Family family) {
  return family >= Family::lives;
}

/// But for the schema, which the older ones say otherwise, and what they have no place for.
storage::Content of_schema_1(storage::Content content) {
  std::erase_if(content, [](const auto& entry) { return is_of_the_past(entry.first.first) || entry.first.second == kMetaSchema; });
  return content;
}

class RebuildTest : public testing::TestWithParam<unsigned> {
 protected:
  void serve() {
    auto opened = views.open();
    EXPECT_EQ(opened.schema, 1U);
    EXPECT_FALSE(opened.rebuilt);
    views.serve(std::move(opened));
  }
  /// What the log adds up to, made from nothing.
  storage::Content right_content() {
    std::filesystem::remove_all(views.dir / "right");
    return content_of(*views.open("right").store);
  }
  void wait_until_new_ones_serve(const Rebuild& rebuild) {
    ASSERT_TRUE(views.wait_until([&] { return !rebuild.progress(); })) << rebuild.progress()->trouble;
    ASSERT_TRUE(views.wait_until([&] { return !std::filesystem::exists(folder().of_schema(1)); })) << "the old ones are let go";
    EXPECT_EQ(folder().current(), folder().of_schema(kSchema));
  }
  ViewFolder folder() const { return ViewFolder(views.dir / "views"); }
  /// The next start finds nothing to do.
  void expect_settled() {
    views.close();
    const auto opened = views.open();
    EXPECT_EQ(opened.schema, kSchema);
    EXPECT_FALSE(opened.rebuilt);
    EXPECT_EQ(content_of(*opened.store), right_content());
  }

  OlderViews views{GetParam(), kCommands};
};

TEST_P(RebuildTest, older_views_serve_what_they_have_and_find_nothing_of_the_past) {
  serve();
  views.happen(50);
  const auto content = content_of(*views.serving);
  EXPECT_EQ(of_schema_1(content), of_schema_1(right_content()));
  EXPECT_TRUE(std::none_of(content.begin(), content.end(), [](const auto& entry) { return is_of_the_past(entry.first.first); }));
  EXPECT_FALSE(Views(*views.serving, views.history.log(), views.history.codec()).can_look_back());
}

TEST_P(RebuildTest, new_ones_take_their_place) {
  serve();
  const auto rebuild = views.rebuild();
  wait_until_new_ones_serve(*rebuild);
  EXPECT_EQ(content_of(*views.serving), right_content());
  EXPECT_TRUE(Views(*views.serving, views.history.log(), views.history.codec()).can_look_back());
  rebuild->stop();
  views.happen(50);
  EXPECT_EQ(content_of(*views.serving), right_content());
  expect_settled();
}

TEST_P(RebuildTest, what_is_written_meanwhile_is_in_both) {
  serve();
  int steps = 0;
  views.before_step = [&] {
    if (++steps <= 3) views.happen(30);
  };
  const auto rebuild = views.rebuild();
  wait_until_new_ones_serve(*rebuild);
  EXPECT_GE(steps, 1);
  EXPECT_EQ(content_of(*views.serving), right_content());
  rebuild->stop();
  expect_settled();
}

TEST_P(RebuildTest, comes_to_an_end_though_each_group_is_followed_by_another) {
  serve();
  // As if nothing could be brought closer outside.
  views.limits.rounds_max = 0;
  views.before_step = [&] { views.happen(20); };
  const auto rebuild = views.rebuild();
  wait_until_new_ones_serve(*rebuild);
  EXPECT_EQ(content_of(*views.serving), right_content());
}

TEST_P(RebuildTest, stopped_at_random_moments_it_goes_on_at_the_next_start) {
  std::mt19937 random(GetParam());
  for (int round = 0; round < 12; ++round) {
    auto opened = views.open();
    if (opened.schema == kSchema) break;
    views.serve(std::move(opened));
    const auto rebuild = views.rebuild();
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
    const auto begin = std::chrono::steady_clock::now();
    rebuild->ask_to_stop();
    rebuild->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
    views.close();
  }
  auto opened = views.open();
  if (opened.schema == 1) {
    views.serve(std::move(opened));
    const auto rebuild = views.rebuild();
    wait_until_new_ones_serve(*rebuild);
    rebuild->stop();
  }
  opened.store.reset();
  expect_settled();
}

TEST_P(RebuildTest, goes_on_from_what_was_built_and_not_put_in_place) {
  serve();
  int loads = 0;
  views.stores.bulk = [&, bulk = views.stores.bulk](const std::string& dir) {
    ++loads;
    return bulk(dir);
  };
  {
    const auto nobody = [](const std::function<bool()>&) {};
    Rebuild rebuild(views.dir / "views", 1, {*views.serving, views.history.log(), views.history.codec(), views.stores, views.lines, nobody},
                    views.limits);
    rebuild.start();
    ASSERT_TRUE(views.wait_until([&] { return rebuild.progress()->applied == views.projector->position().sequence; }));
    ASSERT_TRUE(views.wait_until([&] { return std::filesystem::exists(folder().of_schema(kSchema)); }));
  }
  views.happen(60);
  views.close();
  serve();
  const auto rebuild = views.rebuild();
  wait_until_new_ones_serve(*rebuild);
  EXPECT_EQ(loads, 1);
  EXPECT_EQ(content_of(*views.serving), right_content());
}

TEST_P(RebuildTest, begins_anew_when_what_was_built_is_of_another_log) {
  serve();
  {
    OlderViews other(GetParam() + 100, 20);
    other.open("new");
    std::filesystem::copy(ViewFolder(other.dir / "new").of_schema(kSchema), folder().of_schema(kSchema));
  }
  const auto rebuild = views.rebuild();
  wait_until_new_ones_serve(*rebuild);
  EXPECT_EQ(content_of(*views.serving), right_content());
}

TEST_P(RebuildTest, waits_while_there_is_no_room_and_leaves_none_of_it) {
  serve();
  views.limits.free_bytes_min = UINTMAX_MAX / 4;
  {
    const auto rebuild = views.rebuild();
    ASSERT_TRUE(views.wait_until([&] { return !rebuild->progress()->trouble.empty(); }));
    EXPECT_NE(rebuild->progress()->trouble.find("are needed, for the log, too; tried again in 1 s"), std::string::npos)
        << rebuild->progress()->trouble;
    EXPECT_FALSE(std::filesystem::exists(folder().rebuilding()));
    EXPECT_FALSE(std::filesystem::exists(folder().of_schema(kSchema)));
    EXPECT_TRUE(views.wait_until([&] { return views.lines.all().size() >= 4; })) << "it is tried again, and said each time";
  }
  views.happen(20);
  EXPECT_EQ(of_schema_1(content_of(*views.serving)), of_schema_1(right_content()));
}

/// As if the disk were full after so many batches, and so much of it were filled until then.
class FillsTheDisk : public ViewStore {
 public:
  FillsTheDisk(std::unique_ptr<ViewStore> store, const std::string& dir, std::uintmax_t bytes) : store_(std::move(store)) {
    std::ofstream(dir + "/table");
    std::filesystem::resize_file(dir + "/table", bytes);
  }
  bool has(Family family) const override { return store_->has(family); }
  bool get(Family family, std::string_view key, std::string& value) const override { return store_->get(family, key, value); }
  std::unique_ptr<ViewCursor> cursor(Family family, std::string_view prefix) const override { return store_->cursor(family, prefix); }
  std::unique_ptr<ViewReader> snapshot() const override { return store_->snapshot(); }
  std::unique_ptr<ViewBatch> batch() override { return store_->batch(); }
  Result<void, StoreError> apply(ViewBatch& batch) override {
    if (++batches_ > 1) return StoreError::no_space;
    return store_->apply(batch);
  }
  Result<void, StoreError> flush() override { return store_->flush(); }
  bool resume() override { return store_->resume(); }
  void forget_idempotency_before(std::int64_t us) override { store_->forget_idempotency_before(us); }

 private:
  std::unique_ptr<ViewStore> store_;
  int batches_ = 0;
};

TEST_P(RebuildTest, is_not_built_again_before_there_is_more_room_than_it_has_filled) {
  serve();
  // All that there is, so that more does not come about here.
  const std::uintmax_t free = std::filesystem::space(std::string(views.dir / "views")).available;
  std::atomic<int> loads{0};
  views.stores.bulk = [&, bulk = views.stores.bulk](const std::string& dir) {
    ++loads;
    auto store = bulk(dir);
    return std::make_unique<FillsTheDisk>(std::move(store), dir, free);
  };
  const auto rebuild = views.rebuild();
  ASSERT_TRUE(views.wait_until([&] { return views.lines.all().size() >= 6; }));
  EXPECT_EQ(loads, 1);
  const auto lines = views.lines.all();
  EXPECT_NE(lines[1].find("new ones were not built: the disk is full"), std::string::npos) << lines[1];
  for (std::size_t i = 2; i < lines.size(); ++i) EXPECT_NE(lines[i].find("are needed, for the log, too"), std::string::npos) << lines[i];
  EXPECT_FALSE(std::filesystem::exists(folder().rebuilding()));
}

TEST_P(RebuildTest, is_tried_again_until_it_can_be_done) {
  serve();
  int failures = 0;
  views.stores.bulk = [&, bulk = views.stores.bulk](const std::string& dir) {
    if (++failures <= 3) throw StoreFailure("no luck");
    return bulk(dir);
  };
  const auto rebuild = views.rebuild();
  wait_until_new_ones_serve(*rebuild);
  EXPECT_EQ(failures, 4);
  const auto lines = views.lines.all();
  EXPECT_EQ(std::count_if(
                lines.begin(), lines.end(),
                [](const std::string& line) { return line.find("new ones were not built: no luck; tried again in") != std::string::npos; }),
            3);
}

TEST_P(RebuildTest, does_not_go_by_a_log_that_is_damaged) {
  serve();
  const std::string segment = views.dir / "log/00000000000000000001.segment";
  std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(600);
  file.put('!');
  file.flush();
  const auto rebuild = views.rebuild();
  ASSERT_TRUE(views.wait_until([&] { return !rebuild->progress()->trouble.empty(); }));
  EXPECT_NE(rebuild->progress()->trouble.find("record "), std::string::npos) << rebuild->progress()->trouble;
  EXPECT_FALSE(Views(*views.serving, views.history.log(), views.history.codec()).can_look_back()) << "the old ones serve on";
  EXPECT_FALSE(std::filesystem::exists(folder().rebuilding()));
}

TEST(TheLastStep, takes_a_share_at_a_time_and_both_halves_of_a_move) {
  OlderViews views(7, 6000);
  views.serve(views.open());
  const auto& log = views.history.log();
  auto store = storage::open_rocks_store(views.dir / "beside");
  ASSERT_TRUE(begin_views(*store, log.id()));
  LastStep last_step(*views.serving, log, views.history.codec(), std::move(store), {});
  std::size_t steps = 1;
  for (; !last_step.step(); ++steps) EXPECT_EQ(place_of(*views.serving).schema, 1U) << "until they stand at the same record";
  EXPECT_GE(steps, log.tail().sequence.value / (LastStep::kShareRecords + 1));
  EXPECT_GT(steps, 1U);
  const auto ended = last_step.wait({});
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, Ended::well);
  EXPECT_EQ(content_of(*views.serving), content_of(*views.open("right").store));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RebuildTest, testing::Range(1U, seeds_end(2)));

TEST(OpeningViews, of_a_newer_schema_are_refused) {
  OlderViews views(1, 20);
  views.open("new");
  const ViewFolder folder(views.dir / "new");
  fixtures::make_newer(folder.current());
  const ViewStores stores = views.stores;
  const auto found = find_views(folder.dir(), views.history.log(), stores);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, OpenViewsError::newer_schema);
  EXPECT_EQ(found.error().text, "the views in " + folder.current() + " have schema " + std::to_string(kSchema + 1) +
                                    ", this dialin knows " + std::to_string(kSchema) + ": run the newer dialin that made them");
  EXPECT_EQ(place_of(*storage::open_rocks_reader(folder.current())).schema, kSchema + 1) << "they are left as they are";
}

TEST(OpeningViews, that_lack_a_family_are_rebuilt_first) {
  OlderViews views(1, 60);
  const auto right = content_of(*views.open("new").store);
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    if (family == Family::meta) continue;
    fixtures::drop_family(current_views(views.dir / "new"), name_of(family));
    const auto opened = views.open("new");
    EXPECT_TRUE(opened.rebuilt) << name_of(family);
    EXPECT_EQ(content_of(*opened.store), right) << name_of(family);
  }
}

TEST(OpeningViews, of_an_older_schema_that_lack_a_family_of_theirs_do_not_serve) {
  OlderViews views(1, 60);
  fixtures::drop_family(views.dir / "views/current", "history");
  const auto opened = views.open();
  EXPECT_TRUE(opened.rebuilt);
  EXPECT_EQ(opened.schema, kSchema);
}

TEST(OpeningViews, that_cannot_serve_are_rebuilt_first) {
  OlderViews views(1, 20);
  {
    const auto opened = views.open("new");
    ASSERT_TRUE(storage::put(*opened.store, Family::meta, kMetaSchema, "0"));
    ASSERT_TRUE(opened.store->flush());
  }
  const auto opened = views.open("new");
  EXPECT_TRUE(opened.rebuilt);
  EXPECT_EQ(opened.schema, kSchema);
}

}  // namespace
}  // namespace dialin::projections
