#include "infra/storage/bulk_store.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <vector>

#include "infra/storage/content.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"

namespace dialin::storage {
namespace {

struct Step {
  Family family;
  std::string key;
  std::optional<std::string> value;  ///< nothing: removed
};
using Batches = std::vector<std::vector<Step>>;

/// Few keys, so that they are put and removed again and again.
Batches random_batches(std::mt19937& random) {
  const auto below = [&](std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random); };
  Batches batches(below(40));
  for (auto& batch : batches) {
    batch.resize(below(60));
    for (Step& step : batch) {
      step.family = static_cast<Family>(below(kFamilyCount));
      step.key = "key" + std::to_string(below(20));
      if (below(3) > 0) step.value = std::string(below(50), static_cast<char>('a' + below(26)));
    }
  }
  return batches;
}

void apply_all(ViewStore& store, const Batches& batches) {
  for (const auto& steps : batches) {
    const auto batch = store.batch();
    for (const Step& step : steps) step.value ? batch->put(step.family, step.key, *step.value) : batch->remove(step.family, step.key);
    ASSERT_TRUE(store.apply(*batch));
  }
  ASSERT_TRUE(store.flush());
}

TEST(BulkStore, loads_what_the_same_batches_one_by_one_make) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    std::mt19937 random(seed);
    const Batches batches = random_batches(random);
    const TemporaryDir dir;
    // A chunk so small that nearly every batch ends one, so that later chunks overwrite and remove what earlier ones wrote.
    apply_all(*make_bulk_store(dir / "bulk", {.chunk_bytes = 200}), batches);
    const auto plain = open_rocks_store(dir / "plain");
    apply_all(*plain, batches);
    EXPECT_EQ(content_of(*open_rocks_store(dir / "bulk")), content_of(*plain)) << "seed " << seed;
  }
}

TEST(BulkStore, many_chunks_keep_the_last_value_of_every_key) {
  const TemporaryDir dir;
  {
    const auto store = make_bulk_store(dir / "bulk", {.chunk_bytes = 20'000});
    for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(put(*store, Family::configs, "k" + std::to_string(i % 1000), std::to_string(i)));
    ASSERT_TRUE(store->flush());
  }
  const Content content = content_of(*open_rocks_store(dir / "bulk"));
  EXPECT_EQ(content.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(content.at({Family::configs, "k" + std::to_string(i)}), std::to_string(19'000 + i));
}

TEST(BulkStore, counts_and_meta_are_read_back_while_loading_and_nothing_else) {
  const TemporaryDir dir;
  const auto store = make_bulk_store(dir / "bulk");
  ASSERT_TRUE(put(*store, Family::counts, "t", "1"));
  ASSERT_TRUE(put(*store, Family::configs, "c", "1"));
  EXPECT_EQ(value_of(*store, Family::counts, "t"), "1");
  EXPECT_EQ(value_of(*store, Family::meta, "position"), "(none)");
  std::string value;
  EXPECT_THROW(store->get(Family::configs, "c", value), StoreFailure);
  EXPECT_THROW(store->snapshot(), StoreFailure);
  EXPECT_THROW(store->cursor(Family::configs, ""), StoreFailure);
}

TEST(BulkStore, leaves_no_table_file_beside_the_database) {
  const TemporaryDir dir;
  {
    const auto store = make_bulk_store(dir / "bulk");
    ASSERT_TRUE(put(*store, Family::configs, "c", "1"));
    ASSERT_TRUE(store->flush());
  }
  for (const auto& file : std::filesystem::directory_iterator(dir / "bulk")) EXPECT_NE(file.path().extension(), ".load");
}

}  // namespace
}  // namespace dialin::storage
