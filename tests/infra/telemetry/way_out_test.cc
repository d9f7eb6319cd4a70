#include "infra/telemetry/way_out.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

namespace dialin::telemetry {
namespace {

using Clock = std::chrono::steady_clock;

/// A pipe whose reader reads when it is told to.
struct Pipe {
  Pipe() {
    if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  }
  ~Pipe() {
    for (const int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close(std::size_t end) { ::close(std::exchange(ends[end], -1)); }

  /// What is in it now.
  std::string read_now() const {
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    std::string text;
    std::array<char, 65536> some;
    for (ssize_t got = 0; (got = ::read(ends[0], some.data(), some.size())) > 0;) text.append(some.data(), static_cast<std::size_t>(got));
    return text;
  }
  /// Until `wanted` is in it, 10 s at most; all that was read.
  std::string read_until(std::string_view wanted) const {
    std::string text;
    const auto end = Clock::now() + std::chrono::seconds(10);
    while (text.find(wanted) == std::string::npos && Clock::now() < end) {
      text += read_now();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return text;
  }

  std::array<int, 2> ends{-1, -1};
};

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

struct Drops {
  std::atomic<std::uint64_t> count{0};
  std::atomic<std::uint64_t> notes{0};
  WayOut::Ports ports() {
    return {[this](std::uint64_t lines) { count += lines; },
            [this](std::uint64_t lines) {
              ++notes;
              return std::to_string(lines) + " dropped\n";
            }};
  }
};

TEST(WayOutTest, what_is_said_stands_behind_what_was_put_before) {
  Pipe pipe;
  WayOut way_out(pipe.ends[1], {});
  for (int i = 0; i < 100; ++i) way_out.put("request\n");
  way_out.say("said\n");
  const std::string text = pipe.read_now();
  EXPECT_EQ(lines_in(text), 101U);
  EXPECT_TRUE(text.ends_with("request\nsaid\n"));
}

TEST(WayOutTest, what_is_put_is_out_soon_without_another_line) {
  Pipe pipe;
  WayOut way_out(pipe.ends[1], {});
  const auto begin = Clock::now();
  way_out.put("request\n");
  EXPECT_EQ(pipe.read_until("request\n"), "request\n");
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(1));
}

TEST(WayOutTest, nobody_waits_for_a_reader_that_does_not_read_and_what_is_dropped_is_counted) {
  Pipe pipe;
  Drops drops;
  WayOut way_out(pipe.ends[1], drops.ports());
  const std::string line = std::string(199, 'x') + "\n";
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEach = 50'000;  // 40 MB: ten times what may wait
  const auto begin = Clock::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (std::size_t j = 0; j < kEach; ++j) way_out.put(line);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 100; ++i) way_out.say("said\n");
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(5));
  EXPECT_GT(drops.count, 0U);
  const std::string text = pipe.read_until(" dropped\n");
  EXPECT_NE(text.find(std::to_string(drops.count) + " dropped\n"), std::string::npos) << "the reader learns what it has missed";
  EXPECT_EQ(lines_in(text) - 1 + drops.count, kThreads * kEach + 100) << "each line was read or counted";
  way_out.say("again\n");
  EXPECT_EQ(pipe.read_until("again\n"), "again\n");
}

TEST(WayOutTest, the_note_of_what_was_dropped_waits_for_room_as_any_line_does) {
  Pipe pipe;
  std::atomic<std::uint64_t> dropped{0};
  std::atomic<bool> is_noting{false};
  std::atomic<bool> has_filled{false};
  WayOut* way_out = nullptr;
  const std::string line = std::string(1999, 'x') + "\n";
  const auto fill = [&](std::uint64_t enough) {
    for (int i = 0; i < 10'000 && dropped <= enough; ++i) way_out->say(line);
  };
  const auto note = [&](std::uint64_t lines) {
    if (!is_noting.exchange(true)) fill(dropped);  // the first note finds no room for so much as one more line
    has_filled = true;
    return std::string(line.size(), ' ') + std::to_string(lines) + " dropped\n";
  };
  WayOut made(pipe.ends[1], {[&](std::uint64_t lines) { dropped += lines; }, note});
  way_out = &made;
  fill(0);
  ASSERT_GT(dropped, 0U);
  const auto end = Clock::now() + std::chrono::seconds(10);
  while (!is_noting && Clock::now() < end) pipe.read_now();
  while (!has_filled && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ASSERT_TRUE(has_filled);
  EXPECT_GT(dropped, 1U);
  const std::string text = pipe.read_until(" dropped\n");
  EXPECT_TRUE(text.ends_with(" " + std::to_string(dropped) + " dropped\n")) << "one note tells all";
}

TEST(WayOutTest, a_stuck_reader_costs_who_says_something_one_wait_and_no_line) {
  Pipe pipe;
  Drops drops;
  WayOut way_out(pipe.ends[1], drops.ports());
  const auto begin = Clock::now();
  const std::string line = std::string(1999, 'x') + "\n";
  for (int i = 0; i < 200; ++i) way_out.say(line);  // 400 KB into a pipe of 64
  way_out.say("last\n");
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(1));
  EXPECT_EQ(lines_in(pipe.read_until("last\n")), 201U);
  EXPECT_EQ(drops.count, 0U);
}

TEST(WayOutTest, the_end_writes_all_that_was_put_and_waits_for_no_stuck_reader) {
  Pipe pipe;
  const auto begin = Clock::now();
  {
    WayOut way_out(pipe.ends[1], {});
    for (int i = 0; i < 1000; ++i) way_out.put("request\n");
  }
  EXPECT_EQ(lines_in(pipe.read_now()), 1000U);
  {
    WayOut way_out(pipe.ends[1], {});
    for (int i = 0; i < 100'000; ++i) way_out.put("request\n");
  }
  EXPECT_LT(Clock::now() - begin, WayOut::kLeaveMost + std::chrono::seconds(2));
}

TEST(WayOutTest, lines_that_a_gone_reader_or_a_full_disk_refuses_are_counted) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  Drops drops;
  pipe.close(0);
  WayOut(pipe.ends[1], drops.ports()).say("said\n");
  // The note on what was dropped, if the thread came to it before the end, is a line that is refused, too.
  EXPECT_EQ(drops.count, 1U + drops.notes);
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  {
    WayOut way_out(full, drops.ports());
    for (int i = 0; i < 10; ++i) way_out.put("request\n");
    way_out.say("said\n");
  }
  EXPECT_EQ(drops.count, 12U + drops.notes);
  ::close(full);
}

}  // namespace
}  // namespace dialin::telemetry
