#include "infra/crypto/system_random.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>

namespace dialin::crypto {
namespace {

Bytes16 fresh() {
  Bytes16 bytes{};
  SystemRandom().fill(bytes);
  return bytes;
}

TEST(SystemRandom, never_gives_the_same_twice) {
  std::set<Bytes16> seen;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(seen.insert(fresh()).second);
  Bytes16 elsewhere{};
  std::thread([&] { elsewhere = fresh(); }).join();
  EXPECT_TRUE(seen.insert(elsewhere).second);
}

TEST(SystemRandom, fills_the_whole_of_every_size) {
  for (std::size_t size = 1; size <= 200; ++size) {
    std::vector<bool> was_set(size);
    for (int round = 0; round < 16; ++round) {
      std::vector<std::uint8_t> bytes(size);
      SystemRandom().fill(bytes);
      for (std::size_t i = 0; i < size; ++i) was_set[i] = was_set[i] || bytes[i] != 0;
    }
    EXPECT_EQ(std::count(was_set.begin(), was_set.end(), false), 0) << size;
  }
}

TEST(SystemRandom, a_child_does_not_continue_its_parents_stock) {
  fresh();  // there is a stock from here on
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Bytes16 bytes = fresh();
    ::_exit(::write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) ? 0 : 1);
  }
  Bytes16 of_child{};
  ASSERT_EQ(::read(ends[0], of_child.data(), of_child.size()), static_cast<ssize_t>(of_child.size()));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_NE(fresh(), of_child);
}

}  // namespace
}  // namespace dialin::crypto
