// On a real full disk: a small file system in memory, mounted for the test. Needs the right to mount; where that is refused the tests
// say so and are skipped.

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <iostream>

#include "domain/store_is_full.h"
#include "infra/storage/bulk_store.h"
#include "infra/storage/content.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"

namespace dialin::storage {
namespace {

constexpr std::size_t kMebibyte = 1 << 20;

class SmallDisk {
 public:
  explicit SmallDisk(std::size_t mebibytes)
      : mounted_(::mount("none", dir_.path().c_str(), "tmpfs", 0, ("size=" + std::to_string(mebibytes) + "m").c_str()) == 0),
        why_not_(std::strerror(errno)) {}
  ~SmallDisk() {
    if (mounted_) ::umount2(dir_.path().c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return mounted_; }
  const char* why_not() const { return why_not_; }
  std::string operator/(const std::string& name) const { return dir_ / name; }

  void fill() const {
    std::ofstream file(dir_ / "filler", std::ios::binary | std::ios::app);
    const std::string piece(4096, 'f');
    while (file.write(piece.data(), static_cast<std::streamsize>(piece.size())).flush()) {}
  }
  void make_room() const { std::filesystem::remove(dir_ / "filler"); }

 private:
  TemporaryDir dir_;
  bool mounted_;
  const char* why_not_;
};

#define SKIP_UNLESS_MOUNTED(disk)                                                                      \
  if (!(disk).is_mounted()) {                                                                          \
    std::cerr << "\n*** NOT TESTED: a full disk. Mounting is refused: " << (disk).why_not() << "\n\n"; \
    GTEST_SKIP();                                                                                      \
  }

std::string value_of_number(int number) {
  return std::string(1000, static_cast<char>('a' + number % 26)) + std::to_string(number);
}

Result<void, StoreError> put_number(ViewStore& store, int number) {
  return put(store, Family::configs, "key" + std::to_string(number), value_of_number(number));
}

/// Writes until the store refuses. Gives the error, and how many were stored.
std::pair<std::optional<StoreError>, int> write_until_refused(ViewStore& store, int numbers_max) {
  for (int i = 0; i < numbers_max; ++i)
    if (const auto applied = put_number(store, i); !applied) return {applied.error(), i};
  return {std::nullopt, numbers_max};
}

TEST(FullDisk, stops_apply_with_no_space_within_bounded_time_and_reads_go_on) {
  const SmallDisk disk(24);
  SKIP_UNLESS_MOUNTED(disk);
  const auto store = open_rocks_store(disk / "views", {.write_buffers_bytes = 4 * kMebibyte, .flush_after_changes = 2000});
  disk.fill();

  const auto begin = std::chrono::steady_clock::now();
  const auto [error, stored] = write_until_refused(*store, 100'000);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  ASSERT_EQ(error, StoreError::no_space);
  ASSERT_GT(stored, 0);
  for (int i = 0; i < stored; ++i) ASSERT_EQ(value_of(*store, Family::configs, "key" + std::to_string(i)), value_of_number(i));
  EXPECT_EQ(value_of(*store, Family::configs, "key" + std::to_string(stored)), "(none)") << "a refused batch is not applied";
  EXPECT_FALSE(store->resume()) << "there is no room yet";
  EXPECT_EQ(put_number(*store, stored).error(), StoreError::no_space);
}

TEST(FullDisk, resumes_when_there_is_room_and_loses_nothing) {
  const SmallDisk disk(48);
  SKIP_UNLESS_MOUNTED(disk);
  auto store = open_rocks_store(disk / "views", {.write_buffers_bytes = 4 * kMebibyte, .flush_after_changes = 2000});
  disk.fill();
  const auto [error, stored] = write_until_refused(*store, 100'000);
  ASSERT_EQ(error, StoreError::no_space);

  disk.make_room();
  ASSERT_TRUE(store->resume());
  ASSERT_TRUE(put_number(*store, stored));
  ASSERT_TRUE(store->flush());
  store.reset();
  store = open_rocks_store(disk / "views");
  int lost = 0;
  for (int i = 0; i <= stored; ++i) lost += value_of(*store, Family::configs, "key" + std::to_string(i)) != value_of_number(i);
  EXPECT_EQ(lost, 0) << "of " << stored;
}

TEST(FullDisk, is_no_space_for_a_flush_that_is_waited_for) {
  const SmallDisk disk(24);
  SKIP_UNLESS_MOUNTED(disk);
  const auto store = open_rocks_store(disk / "views");
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(put_number(*store, i));
  disk.fill();
  const auto flushed = store->flush();
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error(), StoreError::no_space);
  disk.make_room();
  ASSERT_TRUE(store->resume());
  EXPECT_TRUE(store->flush());
}

TEST(FullDisk, ends_a_bulk_load_with_no_space) {
  const SmallDisk disk(24);
  SKIP_UNLESS_MOUNTED(disk);
  const auto store = make_bulk_store(disk / "views", {.chunk_bytes = kMebibyte});
  auto [error, stored] = write_until_refused(*store, 100'000);
  if (!error) error = store->flush().error();
  EXPECT_EQ(error, StoreError::no_space);
}

TEST(FullDisk, is_told_from_damage_when_a_store_is_opened) {
  const SmallDisk disk(24);
  SKIP_UNLESS_MOUNTED(disk);
  ASSERT_TRUE(put_number(*open_rocks_store(disk / "views"), 0));
  disk.fill();
  EXPECT_THROW(open_rocks_store(disk / "views"), StoreIsFull);
  EXPECT_THROW(open_rocks_store(disk / "new"), StoreIsFull);
  EXPECT_THROW(make_bulk_store(disk / "load"), StoreIsFull);
  disk.make_room();
  EXPECT_TRUE(open_rocks_store(disk / "views"));
}

}  // namespace
}  // namespace dialin::storage
