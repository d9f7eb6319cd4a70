#include "api/service/slow_reads.h"

#include <gtest/gtest.h>

#include <future>

#include "api/service/stack.h"

namespace dialin::service {
namespace {

using Turn = SlowReads::Turn;
using test::CountingTelemetry;

TenantId tenant(std::uint8_t number) {
  TenantId id;
  id.bytes.fill(number);
  return id;
}
const TenantId kOne = tenant(1);

/// Its one thread is busy until open() is called.
class BusyReads {
 public:
  explicit BusyReads(std::chrono::milliseconds wait_max) : reads(1, telemetry, wait_max) {
    std::promise<void> begun;
    reads.submit(kOne, [this, &begun](Turn) {
      begun.set_value();
      gate_.get_future().wait();
    });
    begun.get_future().wait();
  }
  void open() { gate_.set_value(); }

 private:
  std::promise<void> gate_;

 public:
  CountingTelemetry telemetry;
  SlowReads reads;
};

TEST(SlowReads, what_waited_too_long_is_told_so) {
  BusyReads busy(std::chrono::milliseconds(1));
  const auto before = busy.telemetry.count(Counter::slow_reads_refused);  // what keeps it busy may have been late, too
  std::promise<Turn> late;
  ASSERT_TRUE(busy.reads.submit(kOne, [&](Turn turn) { late.set_value(turn); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  busy.open();
  EXPECT_EQ(late.get_future().get(), Turn::too_late);
  EXPECT_EQ(busy.telemetry.count(Counter::slow_reads_refused), before + 1);
}

TEST(SlowReads, what_waits_is_read_in_time) {
  BusyReads busy(SlowReads::kWaitMax);
  std::promise<Turn> waiting;
  ASSERT_TRUE(busy.reads.submit(kOne, [&](Turn turn) { waiting.set_value(turn); }));
  busy.open();
  EXPECT_EQ(waiting.get_future().get(), Turn::yours);
}

TEST(SlowReads, what_waits_at_the_stop_is_told_that_it_is_too_late) {
  BusyReads busy(SlowReads::kWaitMax);
  std::promise<Turn> waiting;
  ASSERT_TRUE(busy.reads.submit(kOne, [&](Turn turn) { waiting.set_value(turn); }));
  std::thread stopping([&] { busy.reads.stop(); });
  // Of others, so that it is the stop that refuses, and no full queue.
  for (std::uint8_t other = 2; busy.reads.submit(tenant(other), [](Turn) {}); ++other)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  busy.open();
  stopping.join();
  EXPECT_EQ(waiting.get_future().get(), Turn::too_late);
  EXPECT_FALSE(busy.reads.submit(kOne, [](Turn) {}));
}

TEST(SlowReads, tenants_take_turns) {
  BusyReads busy(SlowReads::kWaitMax);
  std::string order;
  for (int i = 0; i < 3; ++i) busy.reads.submit(kOne, [&](Turn) { order += 'a'; });
  busy.reads.submit(tenant(2), [&](Turn) { order += 'b'; });
  std::promise<void> last;
  busy.reads.submit(tenant(3), [&](Turn) { order += 'c'; });
  busy.reads.submit(kOne, [&](Turn) { last.set_value(); });
  busy.open();
  last.get_future().wait();
  EXPECT_EQ(order, "abcaa");
}

TEST(SlowReads, one_tenant_does_not_fill_the_queue) {
  BusyReads busy(SlowReads::kWaitMax);
  for (std::size_t i = 0; i < SlowReads::kTenantQueueMax; ++i) EXPECT_TRUE(busy.reads.submit(kOne, [](Turn) {}));
  EXPECT_FALSE(busy.reads.submit(kOne, [](Turn) {}));
  EXPECT_TRUE(busy.reads.submit(tenant(2), [](Turn) {}));
  busy.open();
}

}  // namespace
}  // namespace dialin::service
