// The writer with its thread, on the embedded log and RocksDB.

#include <thread>

#include "api/service/fold.h"
#include "api/service/real_stack.h"

namespace dialin::test {
namespace {

using service::Submitted;

/// Holds the writer's thread in an observer until told to go on, so that the queue fills.
struct Gate : service::AppliedObserver {
  std::promise<void> reached;
  std::promise<void> open;
  std::atomic<bool> armed{true};
  void applied(service::AppliedEntries) override {
    if (!armed.exchange(false)) return;
    reached.set_value();
    open.get_future().wait();
  }
};

TEST(Writer, answers_what_is_then_in_the_views) {
  RealStack stack;
  const WriteResult created = stack.write(create(id_of(1), number_of(1)));
  ASSERT_EQ(created.code, WriteCode::stored);
  EXPECT_EQ(stack.views->state(kAcme, id_of(1)), created.state);
  EXPECT_EQ(stack.writer->applied(), created.sequence);
  EXPECT_EQ(stack.log->tail().sequence, created.sequence);
  EXPECT_EQ(stack.writer->trouble(), "");
}

TEST(Writer, takes_no_more_than_its_queue_holds) {
  RealStack stack;
  Gate gate;
  stack.close();
  stack.limits.queue_max = 3;
  stack.observers = {&gate};
  stack.open();
  std::atomic<int> answered{0};
  const auto submit = [&](std::uint64_t i, const TenantId& tenant = kAcme) {
    return stack.writer->submit(of_tenant(tenant, create(id_of(i), number_of(i))),
                                [&](WriteResult result) { answered += result.code == WriteCode::stored; });
  };
  ASSERT_EQ(submit(0), Submitted::queued);
  gate.reached.get_future().wait();
  EXPECT_EQ(submit(1), Submitted::queued);
  EXPECT_EQ(submit(2), Submitted::queued);
  EXPECT_EQ(submit(3), Submitted::share_used) << "two of acme's wait, and one place is left";
  EXPECT_EQ(submit(3, kGlobex), Submitted::queued);
  EXPECT_EQ(submit(4, kGlobex), Submitted::queue_full);
  EXPECT_EQ(stack.telemetry.count(Counter::writes_refused_full), 1u);
  EXPECT_EQ(stack.telemetry.count(Counter::writes_refused_share), 1u);
  gate.open.set_value();
  stack.writer->stop();
  EXPECT_EQ(answered, 4);
  EXPECT_EQ(submit(5), Submitted::queue_full) << "it has stopped";
}

TEST(Writer, answers_everything_once_when_it_stops_under_load) {
  RealStack stack;
  std::atomic<int> accepted{0};
  std::atomic<int> answered{0};
  std::vector<std::thread> callers;
  for (std::uint64_t caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&, caller] {
      for (std::uint64_t i = 0; i < 2000; ++i) {
        const std::uint64_t n = caller * 10'000 + i;
        if (stack.writer->submit(create(id_of(n), number_of(n)), [&](WriteResult) { ++answered; }) != Submitted::queued) return;
        ++accepted;
      }
    });
  }
  while (answered < 1000) std::this_thread::yield();
  stack.writer->stop();
  const int answered_at_stop = answered;
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(answered_at_stop, answered) << "nothing is answered after stop()";
  EXPECT_EQ(answered, accepted);
  stack.close();
  stack.open();
  expect_views_equal_fold(*stack.log, *stack.views, stack.codec);
}

TEST(Writer, idempotency_keys_outlive_the_process) {
  RealStack stack;
  const WriteResult first = stack.write(with_key(key_of(1), create(id_of(1), number_of(1))));
  stack.close();
  std::filesystem::remove_all(stack.dir.path("views"));  // rebuilt from the log
  stack.open();
  const WriteResult again = stack.write(with_key(key_of(1), create(id_of(2), number_of(2))));
  EXPECT_EQ(again.code, WriteCode::replayed);
  EXPECT_EQ(again.state, first.state);
  EXPECT_EQ(stack.write(with_key(key_of(1, 2), create(id_of(2), number_of(2)))).code, WriteCode::idempotency_mismatch);
}

/// Follows every event and checks at each that no number has two holders.
struct Referee : service::AppliedObserver {
  std::map<std::string, ConfigId> holders;
  std::size_t takings = 0;
  void applied(service::AppliedEntries entries) override {
    for (const auto& entry : *entries) {
      if (!entry.event) continue;
      const Event& event = *entry.event;
      if (event.before.phone_number && event.changed.has(Property::phone_number)) {
        EXPECT_EQ(holders.erase(event.before.phone_number->text()), 1u);
      }
      if (event.name != EventName::deleted && event.changed.has(Property::phone_number) && event.config.phone_number) {
        EXPECT_TRUE(holders.emplace(event.config.phone_number->text(), event.config_id).second) << "two hold one number";
        ++takings;
      }
    }
  }
};

TEST(Writer, sixty_four_threads_racing_for_fifty_numbers_leave_one_holder_each) {
  constexpr std::uint64_t threads = 64, numbers = 50, rounds = 40;
  Referee referee;
  RealStack stack;
  stack.close();
  stack.observers = {&referee};
  stack.open();
  std::atomic<std::uint64_t> won{0};
  std::vector<std::thread> racers;
  for (std::uint64_t t = 0; t < threads; ++t) {
    racers.emplace_back([&, t] {
      const TenantId tenant = t % 2 == 0 ? kAcme : kGlobex;
      for (std::uint64_t round = 0; round < rounds; ++round) {
        const std::uint64_t wanted = (t * 7 + round * 13) % numbers;
        const ConfigId mine = id_of(1000 * t + round);
        const WriteResult result = stack.write(of_tenant(tenant, create(mine, number_of(wanted))));
        if (result.code != WriteCode::stored) {
          EXPECT_EQ(result.refusal.code, RefusalCode::number_in_use);
          continue;
        }
        ++won;
        EXPECT_EQ(stack.views->holder(number_of(wanted)), (Holder{tenant, mine})) << "mine until I let go";
        if (round % 3 == 0) continue;
        EXPECT_EQ(stack.write(of_tenant(tenant, remove(mine))).code, WriteCode::stored);
      }
    });
  }
  for (auto& racer : racers) racer.join();
  stack.writer->stop();
  EXPECT_EQ(referee.takings, won);
  EXPECT_GE(won, numbers);
  for (const auto& [number, id] : referee.holders) EXPECT_EQ(stack.views->holder(PhoneNumber::parse(number).value())->id, id);
  expect_views_equal_fold(*stack.log, *stack.views, stack.codec);
}

TEST(Writer, does_other_work_between_two_groups_until_it_is_done) {
  RealStack stack;
  ASSERT_EQ(stack.write(create(id_of(1), number_of(1))).code, WriteCode::stored);
  std::promise<void> done;
  int times = 0;
  stack.writer->between_groups([&] {
    EXPECT_EQ(stack.views->position().sequence, stack.writer->applied()) << "nothing is half applied";
    if (++times < 5) return false;
    done.set_value();
    return true;
  });
  done.get_future().wait();
  ASSERT_EQ(stack.write(create(id_of(2), number_of(2))).code, WriteCode::stored);
  EXPECT_EQ(times, 5);
}

TEST(Writer, takes_writes_while_other_work_goes_on_and_stops_without_its_end) {
  RealStack stack;
  std::atomic<int> times{0};
  stack.writer->between_groups([&] {
    ++times;
    return false;
  });
  for (std::uint64_t i = 1; i <= 20; ++i) EXPECT_EQ(stack.write(create(id_of(i), number_of(i))).code, WriteCode::stored);
  EXPECT_GT(times, 20);
  stack.writer->stop();
  const int when_stopped = times;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(times, when_stopped);
}

}  // namespace
}  // namespace dialin::test
