// What it costs to find who was there: as much as there are, not as much as came and went.

#include "projections/candidates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "domain/given.h"
#include "infra/codec/json_codec.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"
#include "projections/projector.h"

namespace dialin::projections {
namespace {

class CountedCursor : public ViewCursor {
 public:
  CountedCursor(std::unique_ptr<ViewCursor> cursor, std::size_t& steps) : cursor_(std::move(cursor)), steps_(steps) {}
  void seek(std::string_view key) override { ++steps_, cursor_->seek(key); }
  void seek_before(std::string_view key) override { ++steps_, cursor_->seek_before(key); }
  bool valid() const override { return cursor_->valid(); }
  std::string_view key() const override { return cursor_->key(); }
  std::string_view value() const override { return cursor_->value(); }
  void next() override { ++steps_, cursor_->next(); }
  void previous() override { ++steps_, cursor_->previous(); }

 private:
  std::unique_ptr<ViewCursor> cursor_;
  std::size_t& steps_;
};

class CountedReader : public ViewReader {
 public:
  explicit CountedReader(const ViewReader& views) : views_(views) {}
  bool get(Family family, std::string_view key, std::string& value) const override { return ++steps, views_.get(family, key, value); }
  std::unique_ptr<ViewCursor> cursor(Family family, std::string_view prefix) const override {
    return std::make_unique<CountedCursor>(views_.cursor(family, prefix), steps);
  }
  mutable std::size_t steps = 0;

 private:
  const ViewReader& views_;
};

/// A tenant of whose configs a hundred live at any time, while a hundred thousand have come and gone.
class ManyDead : public testing::Test {
 protected:
  static constexpr unsigned kDead = 100'000;
  static constexpr std::size_t kLiveMax = 100;

  static void SetUpTestSuite() {
    world = std::make_unique<World>();
    std::vector<std::size_t> live;
    std::mt19937 random(1);
    for (unsigned n = 0; n < kDead + kLiveMax; ++n) {
      live.push_back(world->lives.size());
      world->create(n);
      if (live.size() <= kLiveMax) continue;
      const auto victim = live.begin() + static_cast<std::ptrdiff_t>(random() % live.size());
      world->remove(*victim);
      live.erase(victim);
    }
    world->apply();
  }
  static void TearDownTestSuite() { world.reset(); }

  struct Life {
    ConfigId id;
    Sequence from;
    Sequence to{~0ULL};
  };
  class World {
   public:
    void create(unsigned n) {
      Event event;
      event.name = EventName::created;
      event.tenant = given::tenant(1);
      event.config_id.bytes[3] = static_cast<std::uint8_t>(n / 65'536);
      event.config_id.bytes[2] = static_cast<std::uint8_t>(n / 256);
      event.config_id.bytes[1] = static_cast<std::uint8_t>(n);
      event.version = {1};
      event.config.category = Category::pin_dialin;
      lives.push_back({event.config_id, add(std::move(event))});
    }
    void remove(std::size_t which) {
      Event event;
      event.name = EventName::deleted;
      event.tenant = given::tenant(1);
      event.config_id = lives[which].id;
      event.version = {2};
      event.config.category = Category::pin_dialin;
      event.created_at = Instant{static_cast<std::int64_t>(lives[which].from.value)};
      event.created_sequence = lives[which].from;
      lives[which].to = add(std::move(event));
    }
    void apply() {
      if (!projector.apply(waiting)) throw std::runtime_error("not applied");
      waiting.clear();
    }
    std::vector<ConfigId> live_at(Sequence as_of) const {
      std::vector<ConfigId> live;
      for (const Life& life : lives)
        if (life.from <= as_of && as_of < life.to) live.push_back(life.id);
      return live;
    }

    storage::TemporaryDir dir;
    codec::JsonCodec codec;
    std::unique_ptr<ViewStore> store = storage::open_rocks_store(dir / "views");
    Projector projector{*store, codec, {}};
    std::vector<Life> lives;
    Tail tail;

   private:
    Sequence add(Event event) {
      Record record;
      record.type = record_type_of(event.name);
      record.tenant = event.tenant;
      record.config = event.config_id;
      record.time = {tail.time.us + 1};
      chain_after(tail, record);
      tail = tail_of(record);
      waiting.push_back({std::move(record), std::move(event)});
      constexpr std::size_t kGroup = 1000;
      if (waiting.size() == kGroup) apply();
      return tail.sequence;
    }
    std::vector<Entry> waiting;
  };
  static std::unique_ptr<World> world;
};
std::unique_ptr<ManyDead::World> ManyDead::world;

TEST_F(ManyDead, cost_nothing_where_others_are_listed) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 50; ++i) {
    const Sequence as_of{1 + random() % world->tail.sequence.value};
    for (const auto order : {Candidates::Order::oldest_first, Candidates::Order::newest_first}) {
      const CountedReader counted(*world->store);
      Candidates candidates(counted, given::tenant(1), as_of, order, std::nullopt);
      std::vector<ConfigId> found;
      while (const auto candidate = candidates.next()) found.push_back(candidate->id);
      if (order == Candidates::Order::newest_first) std::reverse(found.begin(), found.end());
      ASSERT_EQ(found, world->live_at(as_of)) << "as of " << as_of.value;
      EXPECT_LE(counted.steps, found.size() + 2 * kSpanLevels);
    }
  }
}

TEST_F(ManyDead, cost_nothing_on_a_page_in_their_midst) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 50; ++i) {
    const Sequence as_of{1 + random() % world->tail.sequence.value};
    const auto live = world->live_at(as_of);
    const std::size_t place = random() % live.size();
    const auto life = std::find_if(world->lives.begin(), world->lives.end(), [&](const Life& one) { return one.id == live[place]; });
    const CountedReader counted(*world->store);
    Candidates behind(counted, given::tenant(1), as_of, Candidates::Order::newest_first, life->from);
    Candidates before(counted, given::tenant(1), as_of, Candidates::Order::oldest_first, life->from);
    const auto older = behind.next();
    const auto newer = before.next();
    ASSERT_EQ(older.has_value(), place > 0);
    ASSERT_EQ(newer.has_value(), place + 1 < live.size());
    if (older) {
      EXPECT_EQ(older->id, live[place - 1]);
    }
    if (newer) {
      EXPECT_EQ(newer->id, live[place + 1]);
    }
    EXPECT_LE(counted.steps, 4 * kSpanLevels);
  }
}

}  // namespace
}  // namespace dialin::projections
