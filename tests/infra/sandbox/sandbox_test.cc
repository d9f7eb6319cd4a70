// A process of the test's own goes inside. What stays outside is told by tests/hostile/test_sandbox.py, on a server.

#include "infra/sandbox/sandbox.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>

namespace dialin::sandbox {
namespace {

/// How a process ends that does so: 0, or which step did not hold; the negative signal that killed it.
int ended(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool is_refused() {
  return ::fork() == -1 && errno == EPERM;
}

TEST(Sandbox, threads_of_before_and_of_later_are_inside) {
  const int end = ended([] {
    std::atomic<bool> is_inside{false};
    bool old_one = false;
    bool new_one = false;
    std::thread old([&] {
      while (!is_inside) std::this_thread::yield();
      old_one = is_refused();
    });
    const bool has_entered = enter().has_value();
    is_inside = true;
    old.join();
    std::thread([&] { new_one = is_refused(); }).join();
    return !has_entered ? 1 : !old_one ? 2 : !new_one ? 3 : !is_refused() ? 4 : 0;
  });
  EXPECT_EQ(end, 0);
}

TEST(Sandbox, a_server_goes_on_with_its_work) {
  const int end = ended([] {
    if (!enter()) return 1;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo("localhost", "80", &hints, &found) != 0) return 2;
    ::freeaddrinfo(found);
    if (::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) < 0 && errno != EAFNOSUPPORT) return 3;
    if (!std::ifstream("/proc/self/stat")) return 4;
    void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || ::mprotect(memory, 4096, PROT_READ) != 0) return 5;
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? 0 : 6;
  });
  EXPECT_EQ(end, 0);
}

/// A node or broker in the same network, named by an address that counts on one of the machine's interfaces only.
TEST(Sandbox, addresses_with_a_zone_are_resolved) {
  const unsigned loopback = ::if_nametoindex("lo");
  ASSERT_NE(loopback, 0U);
  const int end = ended([loopback] {
    if (!enter()) return 1;
    addrinfo hints{};
    hints.ai_family = AF_INET6;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo("fe80::1%lo", "80", &hints, &found) != 0) return 2;
    const auto zone = reinterpret_cast<const sockaddr_in6*>(found->ai_addr)->sin6_scope_id;
    ::freeaddrinfo(found);
    return zone == loopback ? 0 : 3;
  });
  EXPECT_EQ(end, 0);
}

TEST(Sandbox, it_can_still_abort) {
  const int end = ended([] {
    keep_memory_private();
    if (!enter()) return 1;
    std::abort();
  });
  EXPECT_EQ(end, -SIGABRT);
}

TEST(Sandbox, memory_that_is_private_makes_no_core_file_and_stays_so) {
  const int end = ended([] {
    keep_memory_private();
    rlimit limit{1, 1};
    if (::getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0) return 1;
    if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 2;
    if (!enter()) return 3;
    return ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1 && errno == EPERM ? 0 : 4;
  });
  EXPECT_EQ(end, 0);
}

}  // namespace
}  // namespace dialin::sandbox
