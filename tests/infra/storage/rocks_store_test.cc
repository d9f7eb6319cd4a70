#include "infra/storage/rocks_store.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "infra/storage/content.h"
#include "infra/storage/temporary_dir.h"

namespace dialin::storage {
namespace {

std::vector<std::string> keys_forward(ViewCursor& cursor) {
  std::vector<std::string> keys;
  for (; cursor.valid(); cursor.next()) keys.emplace_back(cursor.key());
  return keys;
}

TEST(RocksStore, a_key_reads_what_was_put_last) {
  const TemporaryDir dir;
  const auto store = open_rocks_store(dir / "views");
  ASSERT_TRUE(put(*store, Family::configs, "a", "1"));
  const auto batch = store->batch();
  batch->put(Family::configs, "a", "2");
  batch->remove(Family::configs, "a");
  batch->put(Family::configs, "a", "3");
  ASSERT_TRUE(store->apply(*batch));
  EXPECT_EQ(value_of(*store, Family::configs, "a"), "3");
}

TEST(RocksStore, families_are_separate) {
  const TemporaryDir dir;
  const auto store = open_rocks_store(dir / "views");
  ASSERT_TRUE(put(*store, Family::configs, "a", "1"));
  EXPECT_EQ(value_of(*store, Family::numbers, "a"), "(none)");
}

TEST(RocksStore, a_batch_is_empty_after_it_was_applied) {
  const TemporaryDir dir;
  const auto store = open_rocks_store(dir / "views");
  const auto batch = store->batch();
  batch->put(Family::counts, "a", "1");
  ASSERT_TRUE(store->apply(*batch));
  ASSERT_TRUE(put(*store, Family::counts, "a", "2"));
  ASSERT_TRUE(store->apply(*batch));
  EXPECT_EQ(value_of(*store, Family::counts, "a"), "2");
}

TEST(RocksStore, a_cursor_sees_only_keys_with_its_prefix) {
  const TemporaryDir dir;
  const auto store = open_rocks_store(dir / "views");
  for (const std::string_view key : {"a9", "b", "b1", "b2", "b\xFF\xFF", "c0"}) ASSERT_TRUE(put(*store, Family::events, key, ""));

  const auto cursor = store->cursor(Family::events, "b");
  cursor->seek("");
  EXPECT_EQ(keys_forward(*cursor), (std::vector<std::string>{"b", "b1", "b2", "b\xFF\xFF"}));
  cursor->seek("b11");
  EXPECT_EQ(cursor->key(), "b2");
  cursor->seek_before("b11");
  EXPECT_EQ(cursor->key(), "b1");
  cursor->seek_before("b1");
  EXPECT_EQ(cursor->key(), "b1");
  cursor->seek_before("zz");
  EXPECT_EQ(cursor->key(), "b\xFF\xFF");
  cursor->seek("b");
  cursor->previous();
  EXPECT_FALSE(cursor->valid());
  cursor->seek_before("a9");
  EXPECT_FALSE(cursor->valid());
}

TEST(RocksStore, a_prefix_of_highest_bytes_has_an_end_too) {
  const TemporaryDir dir;
  const auto store = open_rocks_store(dir / "views");
  for (const std::string_view key : {"a", "\xFF", "\xFF\xFF", "\xFF\xFF\x01"}) ASSERT_TRUE(put(*store, Family::events, key, ""));
  const auto cursor = store->cursor(Family::events, "\xFF\xFF");
  cursor->seek("");
  EXPECT_EQ(keys_forward(*cursor), (std::vector<std::string>{"\xFF\xFF", "\xFF\xFF\x01"}));
}

TEST(RocksStore, a_snapshot_sees_no_later_write) {
  const TemporaryDir dir;
  const auto store = open_rocks_store(dir / "views");
  ASSERT_TRUE(put(*store, Family::counts, "t", "1"));
  const auto snapshot = store->snapshot();
  ASSERT_TRUE(put(*store, Family::counts, "t", "2"));
  ASSERT_TRUE(put(*store, Family::by_tenant, "t1", ""));
  EXPECT_EQ(value_of(*snapshot, Family::counts, "t"), "1");
  const auto cursor = snapshot->cursor(Family::by_tenant, "t");
  cursor->seek("t");
  EXPECT_FALSE(cursor->valid());
}

TEST(RocksStore, what_was_flushed_is_there_after_opening_again) {
  const TemporaryDir dir;
  auto store = open_rocks_store(dir / "views");
  for (std::size_t i = 0; i < kFamilyCount; ++i) ASSERT_TRUE(put(*store, static_cast<Family>(i), "k", std::to_string(i)));
  ASSERT_TRUE(store->flush());
  const Content before = content_of(*store);
  store.reset();
  EXPECT_EQ(content_of(*open_rocks_store(dir / "views")), before);
  EXPECT_EQ(before.size(), kFamilyCount);
}

std::string time_bytes(std::uint64_t us) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(us >> shift));
  return bytes;
}

TEST(RocksStore, idempotency_below_the_horizon_is_forgotten_in_time) {
  const TemporaryDir dir;
  const auto store = open_rocks_store(dir / "views");
  ASSERT_TRUE(put(*store, Family::idempotency, "old", time_bytes(999)));
  ASSERT_TRUE(put(*store, Family::idempotency, "new", time_bytes(1000)));
  ASSERT_TRUE(put(*store, Family::configs, "old", time_bytes(999)));
  store->forget_idempotency_before(1000);
  for (int i = 0; i < 20 && value_of(*store, Family::idempotency, "old") != "(none)"; ++i) {  // a few flushes make a compaction
    ASSERT_TRUE(put(*store, Family::idempotency, "more" + std::to_string(i), time_bytes(2000)));
    ASSERT_TRUE(put(*store, Family::idempotency, "a" + std::to_string(i), time_bytes(2000)));
    ASSERT_TRUE(store->flush());
    ::usleep(50'000);
  }
  EXPECT_EQ(value_of(*store, Family::idempotency, "old"), "(none)");
  EXPECT_EQ(value_of(*store, Family::idempotency, "new"), time_bytes(1000));
  EXPECT_EQ(value_of(*store, Family::configs, "old"), time_bytes(999)) << "only idempotency is forgotten";
}

TEST(RocksStore, a_second_opener_is_refused) {
  const TemporaryDir dir;
  const auto store = open_rocks_store(dir / "views");
  EXPECT_THROW(open_rocks_store(dir / "views"), StoreFailure);
}

void flip_bytes_of_tables(const std::string& dir) {
  for (const auto& file : std::filesystem::directory_iterator(dir)) {
    if (file.path().extension() != ".sst") continue;
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(100);
    bytes.write("\x00\xFF\x00\xFF\x00\xFF\x00\xFF", 8);
  }
}

TEST(RocksStore, a_damaged_table_is_a_failure_not_a_missing_key) {
  const TemporaryDir dir;
  {
    const auto store = open_rocks_store(dir / "views");
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(put(*store, Family::configs, "k" + std::to_string(i), std::string(300, 'x')));
    ASSERT_TRUE(store->flush());
  }
  flip_bytes_of_tables(dir / "views");
  const auto store = open_rocks_store(dir / "views");
  std::string value;
  EXPECT_THROW(store->get(Family::configs, "k0", value), StoreFailure);
  const auto cursor = store->cursor(Family::configs, "");
  EXPECT_THROW(
      {
        cursor->seek("");
        static_cast<void>(cursor->valid());
      },
      StoreFailure);
}

TEST(RocksStore, a_store_that_lost_its_list_of_files_is_a_failure) {
  const TemporaryDir dir;
  {
    const auto store = open_rocks_store(dir / "views");
    ASSERT_TRUE(put(*store, Family::configs, "k", "v"));
    ASSERT_TRUE(store->flush());
  }
  for (const auto& file : std::filesystem::directory_iterator(dir / "views"))
    if (file.path().filename().string().starts_with("MANIFEST")) std::filesystem::resize_file(file.path(), 10);
  EXPECT_THROW(open_rocks_store(dir / "views"), StoreFailure);
}

/// Another program's: without `dropped`, and with `added`.
void change_families(const std::string& dir, const std::string& dropped, const std::string& added) {
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, dir, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, dir, families, &handles, &db).ok());
  for (auto* handle : handles) {
    if (handle->GetName() == dropped) {
      EXPECT_TRUE(db->DropColumnFamily(handle).ok());
    }
  }
  EXPECT_TRUE(db->CreateColumnFamily({}, added, &handles.emplace_back()).ok());
  for (auto* handle : handles) EXPECT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
  delete db;
}

TEST(RocksStore, of_another_program_keeps_the_families_that_it_has) {
  const TemporaryDir dir;
  {
    const auto store = open_rocks_store(dir / "views");
    ASSERT_TRUE(put(*store, Family::configs, "a", "1"));
    ASSERT_TRUE(put(*store, Family::numbers, "a", "1"));
  }
  change_families(dir / "views", std::string(name_of(Family::numbers)), "of_a_later_program");
  for (int opened = 0; opened < 2; ++opened) {
    const auto store = open_rocks_store(dir / "views");
    EXPECT_EQ(value_of(*store, Family::configs, "a"), "1");
    EXPECT_EQ(value_of(*store, Family::numbers, "a"), "(none)");
    const auto batch = store->batch();
    batch->put(Family::numbers, "b", "2");
    batch->remove(Family::numbers, "a");
    batch->put(Family::configs, "b", "2");
    ASSERT_TRUE(store->apply(*batch));
    EXPECT_EQ(value_of(*store, Family::numbers, "b"), "(none)") << "it was dropped";
    EXPECT_EQ(value_of(*store->snapshot(), Family::configs, "b"), "2");
    const auto cursor = store->cursor(Family::numbers, "");
    cursor->seek("");
    EXPECT_FALSE(cursor->valid());
    cursor->seek_before("z");
    EXPECT_FALSE(cursor->valid());
    EXPECT_TRUE(store->flush());
  }
  EXPECT_EQ(value_of(*open_rocks_reader(dir / "views"), Family::configs, "b"), "2");
}

}  // namespace
}  // namespace dialin::storage
