// Tables are built by threads that give way.

#include "infra/storage/table_turns.h"

#include <gtest/gtest.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>

#include <filesystem>
#include <string>

#include "infra/storage/content.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"

namespace dialin::storage {
namespace {

TEST(TableTurns, every_table_of_a_store_is_watched_while_it_is_built) {
  const TemporaryDir dir;
  {
    const auto store = open_rocks_store(dir / "views");
    for (const Family family : {Family::configs, Family::idempotency}) ASSERT_TRUE(put(*store, family, "a", "1"));
    ASSERT_TRUE(store->flush());
  }
  std::size_t tables = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir / "views")) {
    if (entry.path().extension() != ".sst") continue;
    rocksdb::SstFileReader reader{rocksdb::Options()};
    ASSERT_TRUE(reader.Open(entry.path()).ok());
    const std::string watched_by = reader.GetTableProperties()->property_collectors_names;
    EXPECT_NE(watched_by.find(giving_way_in_tables()->Name()), std::string::npos) << watched_by;
    ++tables;
  }
  EXPECT_EQ(tables, 2U);
}

TEST(TableTurns, nothing_is_collected_or_refused) {
  const auto factory = giving_way_in_tables();
  const std::unique_ptr<rocksdb::TablePropertiesCollector> collector(factory->CreateTablePropertiesCollector({}));
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(collector->AddUserKey("a", "1", rocksdb::kEntryPut, 1, 1).ok());
  rocksdb::UserCollectedProperties collected;
  ASSERT_TRUE(collector->Finish(&collected).ok());
  EXPECT_TRUE(collected.empty());
}

}  // namespace
}  // namespace dialin::storage
