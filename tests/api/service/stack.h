#pragma once
// What the writer's tests stand on: real views on RocksDB in a directory of their own, the real codec, and doubles for what a test steers:
// the clock, a store that can be told to fail, telemetry that counts.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <map>

#include "api/service/commands.h"
#include "api/service/memory_log.h"
#include "domain/telemetry.h"
#include "infra/codec/json_codec.h"
#include "infra/storage/rocks_store.h"
#include "projections/projector.h"
#include "projections/views.h"

namespace dialin::test {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string path(const std::string& below = "") const { return (dir_ / below).string(); }

 private:
  std::filesystem::path dir_;
};

class SetClock : public Clock {
 public:
  Instant now() const override { return {us.load()}; }
  std::atomic<std::int64_t> us{1'800'000'000'000'000};
};

class CountingTelemetry : public Telemetry {
 public:
  void say(Level, std::string_view) override {}
  void add(Counter counter, std::uint64_t amount) override { counts[static_cast<std::size_t>(counter)] += amount; }
  void set(Gauge, double) override {}
  void observe(Histogram, double) override {}
  void answered(const AnsweredRequest&) override {}
  std::string expose() const override { return {}; }
  std::uint64_t count(Counter counter) const { return counts[static_cast<std::size_t>(counter)]; }
  std::array<std::atomic<std::uint64_t>, 64> counts{};
};

/// RocksDB, until the test says that its disk is full or cannot be read.
class FailingStore : public ViewStore {
 public:
  explicit FailingStore(std::unique_ptr<ViewStore> store) : store_(std::move(store)) {}
  bool has(Family family) const override { return store_->has(family); }
  bool get(Family family, std::string_view key, std::string& value) const override;
  std::unique_ptr<ViewCursor> cursor(Family family, std::string_view prefix) const override { return store_->cursor(family, prefix); }
  std::unique_ptr<ViewReader> snapshot() const override { return store_->snapshot(); }
  std::unique_ptr<ViewBatch> batch() override;
  Result<void, StoreError> apply(ViewBatch& batch) override;
  Result<void, StoreError> flush() override;
  bool resume() override { return !full && !stuck && store_->resume(); }
  void forget_idempotency_before(std::int64_t us) override { forgotten_before_us = us; }

  std::atomic<bool> full{false};
  std::atomic<bool> stuck{false};  ///< resume() does not help
  std::atomic<bool> unreadable{false};
  std::atomic<int> flushes{0};
  std::int64_t forgotten_before_us = 0;

 private:
  struct Batch;
  std::unique_ptr<ViewStore> store_;
};

/// Views of a log, and what writes them.
struct Stack {
  Stack() : store(storage::open_rocks_store(dir.path("views"))) {}
  TempDir dir;
  SetClock clock;
  CountingTelemetry telemetry;
  codec::JsonCodec codec;
  MemoryLog log;
  FailingStore store;
  projections::Views views{store, log, codec};
  projections::Projector projector{store, codec, views.position()};
};

}  // namespace dialin::test
