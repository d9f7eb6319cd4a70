// Whatever a read began on it ends on, and nothing that only sleeps keeps a store open.

#include "projections/switched_store.h"
#include "projections/effort.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

#include "infra/storage/content.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"

namespace dialin::projections {
namespace {

using namespace std::chrono_literals;
using storage::put;
using storage::value_of;

/// Says when it is closed.
class Watched : public ViewStore {
 public:
  Watched(std::unique_ptr<ViewStore> store, std::atomic<bool>& closed) : closed_(closed), store_(std::move(store)) {}
  ~Watched() override { closed_ = true; }
  bool has(Family family) const override { return store_->has(family); }
  bool get(Family family, std::string_view key, std::string& value) const override { return store_->get(family, key, value); }
  std::unique_ptr<ViewCursor> cursor(Family family, std::string_view prefix) const override { return store_->cursor(family, prefix); }
  std::unique_ptr<ViewReader> snapshot() const override { return store_->snapshot(); }
  std::unique_ptr<ViewBatch> batch() override { return store_->batch(); }
  Result<void, StoreError> apply(ViewBatch& batch) override { return store_->apply(batch); }
  Result<void, StoreError> flush() override { return store_->flush(); }
  bool resume() override { return store_->resume(); }
  void forget_idempotency_before(std::int64_t us) override { store_->forget_idempotency_before(us); }

 private:
  std::atomic<bool>& closed_;
  std::unique_ptr<ViewStore> store_;
};

class SwitchedStoreTest : public testing::Test {
 protected:
  /// In which "a" is `value`.
  std::unique_ptr<ViewStore> store_with(const std::string& value) {
    auto store = storage::open_rocks_store(dir_ / std::to_string(stores_++));
    EXPECT_TRUE(put(*store, Family::configs, "a", value));
    return store;
  }
  std::unique_ptr<ViewStore> watched(const std::string& value) { return std::make_unique<Watched>(store_with(value), closed_); }

  storage::TemporaryDir dir_;
  int stores_ = 0;
  std::atomic<bool> closed_{false};
};

TEST_F(SwitchedStoreTest, is_read_and_written_in_the_store_that_is_current) {
  SwitchedStore switched(watched("old"));
  EXPECT_EQ(value_of(switched, Family::configs, "a"), "old");
  ASSERT_TRUE(put(switched, Family::configs, "b", "old"));
  switched.switch_to(store_with("new"));
  EXPECT_EQ(value_of(switched, Family::configs, "a"), "new");
  EXPECT_EQ(value_of(switched, Family::configs, "b"), "(none)");
  ASSERT_TRUE(put(switched, Family::configs, "b", "new"));
  EXPECT_EQ(value_of(*switched.snapshot(), Family::configs, "b"), "new");
  EXPECT_FALSE(closed_);
  EXPECT_TRUE(switched.let_go(0ms));
  EXPECT_TRUE(closed_);
  EXPECT_TRUE(switched.flush());
}

TEST_F(SwitchedStoreTest, gathers_in_one_batch_before_and_after) {
  SwitchedStore switched(store_with("old"));
  const auto batch = switched.batch();
  batch->put(Family::configs, "b", "1");
  ASSERT_TRUE(switched.apply(*batch));
  switched.switch_to(store_with("new"));
  batch->put(Family::configs, "c", "2");
  ASSERT_TRUE(switched.apply(*batch));
  EXPECT_EQ(value_of(switched, Family::configs, "b"), "(none)");
  EXPECT_EQ(value_of(switched, Family::configs, "c"), "2");
}

TEST_F(SwitchedStoreTest, keeps_a_store_as_long_as_a_cursor_walks_it) {
  SwitchedStore switched(watched("old"));
  auto cursor = switched.cursor(Family::configs, "");
  switched.switch_to(store_with("new"));
  EXPECT_FALSE(switched.let_go(20ms));
  cursor->seek("");
  ASSERT_TRUE(cursor->valid());
  EXPECT_EQ(cursor->value(), "old");
  std::thread([&] { cursor.reset(); }).join();  // on another thread than it was made
  EXPECT_TRUE(switched.let_go(0ms));
  EXPECT_TRUE(closed_);
}

TEST_F(SwitchedStoreTest, keeps_a_store_as_long_as_a_snapshot_of_it_is_read) {
  SwitchedStore switched(watched("old"));
  auto snapshot = switched.snapshot();
  switched.switch_to(store_with("new"));
  EXPECT_FALSE(switched.let_go(20ms));
  EXPECT_EQ(value_of(*snapshot, Family::configs, "a"), "old");
  snapshot.reset();
  EXPECT_TRUE(switched.let_go(0ms));
}

TEST_F(SwitchedStoreTest, does_not_wait_for_a_thread_that_has_read_and_sleeps) {
  SwitchedStore switched(watched("old"));
  std::promise<void> has_read;
  std::promise<void> wake;
  std::thread sleeper([&] {
    EXPECT_EQ(value_of(switched, Family::configs, "a"), "old");
    has_read.set_value();
    wake.get_future().wait();
    EXPECT_EQ(value_of(switched, Family::configs, "a"), "new");
  });
  has_read.get_future().wait();
  switched.switch_to(store_with("new"));
  EXPECT_TRUE(switched.let_go(0ms));
  EXPECT_TRUE(closed_);
  wake.set_value();
  sleeper.join();
}

TEST_F(SwitchedStoreTest, gives_readers_one_whole_store_whenever_it_is_exchanged) {
  constexpr int kExchanges = kIsSanitized ? 3 : 8;
  constexpr int kReaders = 4;
  SwitchedStore switched(store_with("0"));
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> reads{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&, i] {
      int last = 0;
      while (!done) {
        const int by_get = std::stoi(value_of(switched, Family::configs, "a"));
        const auto snapshot = i % 2 == 0 ? switched.snapshot() : nullptr;
        const auto cursor = snapshot ? snapshot->cursor(Family::configs, "") : switched.cursor(Family::configs, "");
        cursor->seek("");
        ASSERT_TRUE(cursor->valid());
        const int by_cursor = std::stoi(std::string(cursor->value()));
        EXPECT_GE(by_get, last) << "it went back";
        EXPECT_GE(by_cursor, by_get);
        last = by_cursor;
        ++reads;
      }
    });
  }
  for (int n = 1; n <= kExchanges; ++n) {
    switched.switch_to(store_with(std::to_string(n)));
    ASSERT_TRUE(switched.let_go(10s));
  }
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_GT(reads, std::uint64_t{kExchanges});
}

}  // namespace
}  // namespace dialin::projections
