#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "infra/storage/content.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"

namespace dialin::storage {
namespace {

std::map<LookedFigure, double> told(const ViewStore& store) {
  std::map<LookedFigure, double> figures;
  store.tell_figures([&](LookedFigure figure, std::optional<double> value) {
    ASSERT_TRUE(value) << static_cast<int>(figure);
    EXPECT_TRUE(figures.emplace(figure, *value).second) << "told twice: " << static_cast<int>(figure);
  });
  return figures;
}

void put_many(ViewStore& store, int first) {
  const auto batch = store.batch();
  for (int i = first; i < first + 2000; ++i) batch->put(Family::configs, "key" + std::to_string(i), std::string(1000, 'x'));
  ASSERT_TRUE(store.apply(*batch));
}

TEST(StoreFigures, follow_a_change_from_memory_to_a_table_and_back_into_the_cache) {
  const TemporaryDir dir;
  const auto store = open_rocks_store(dir / "views");
  auto empty = told(*store);
  EXPECT_EQ(empty.size(), 13U);
  EXPECT_EQ(empty[LookedFigure::store_tables], 0);
  EXPECT_EQ(empty[LookedFigure::store_cache_max_bytes], RocksStoreOptions().cache_bytes);
  put_many(*store, 0);
  auto gathered = told(*store);
  EXPECT_GE(gathered[LookedFigure::store_memtable_bytes] - empty[LookedFigure::store_memtable_bytes], 2'000'000);
  EXPECT_EQ(gathered[LookedFigure::store_table_bytes], 0);
  ASSERT_TRUE(store->flush());
  auto flushed = told(*store);
  EXPECT_LT(flushed[LookedFigure::store_memtable_bytes], 1'000'000);
  EXPECT_GE(flushed[LookedFigure::store_table_bytes], 2'000'000);
  EXPECT_GE(flushed[LookedFigure::store_tables], 1);
  EXPECT_EQ(flushed[LookedFigure::store_first_level_tables], 1);
  for (int i = 0; i < 2000; ++i) ASSERT_NE(value_of(*store, Family::configs, "key" + std::to_string(i)), "(none)");
  EXPECT_GE(told(*store)[LookedFigure::store_cache_bytes] - empty[LookedFigure::store_cache_bytes], 1'000'000);
  EXPECT_GT(told(*store)[LookedFigure::store_table_reader_bytes], 0);
  for (const LookedFigure quiet : {LookedFigure::store_writes_stopped, LookedFigure::store_delayed_write_rate,
                                   LookedFigure::store_background_errors, LookedFigure::store_running_flushes})
    EXPECT_EQ(flushed[quiet], 0) << static_cast<int>(quiet);
}

TEST(StoreFigures, are_told_of_a_store_that_is_only_read) {
  const TemporaryDir dir;
  {
    const auto store = open_rocks_store(dir / "views");
    put_many(*store, 0);
    ASSERT_TRUE(store->flush());
  }
  EXPECT_GE(told(*open_rocks_reader(dir / "views"))[LookedFigure::store_table_bytes], 2'000'000);
}

TEST(StoreFigures, are_told_beside_writes_and_flushes) {
  const TemporaryDir dir;
  const auto store = open_rocks_store(dir / "views");
  std::jthread writer([&](const std::stop_token& stop) {
    for (int i = 0; i < 40 && !stop.stop_requested(); ++i) {
      put_many(*store, i * 2000);
      EXPECT_TRUE(store->flush());
    }
  });
  std::chrono::steady_clock::duration longest{0};
  for (int i = 0; i < 200; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(told(*store).size(), 13U);
    longest = std::max(longest, std::chrono::steady_clock::now() - begin);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_LT(longest, std::chrono::seconds(1));
  RecordProperty("longest_us", static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(longest).count()));
}

}  // namespace
}  // namespace dialin::storage
