#include "infra/crypto/system_random.h"

#include <pthread.h>
#include <sys/random.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "infra/crypto/wiped.h"

namespace dialin::crypto {
namespace {

constexpr std::size_t kStock_bytes = 1024;
constexpr std::size_t kSmall_bytes = 64;

void ask_kernel(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "the system has no randomness (getrandom)");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

/// Counts the forks on the way to this process: a stock from before one is its parent's too, and must never be used by both.
std::atomic<unsigned>& forks() {
  static std::atomic<unsigned> count{0};
  static const int watching = ::pthread_atfork(nullptr, nullptr, [] { forks().fetch_add(1, std::memory_order_relaxed); });
  if (watching != 0) throw std::system_error(watching, std::generic_category(), "pthread_atfork");
  return count;
}

struct Stock {
  std::array<std::uint8_t, kStock_bytes> bytes{};
  std::size_t left = 0;
  unsigned fetched_after_forks = 0;
  ~Stock() { wipe(bytes.data(), bytes.size()); }

  void take(std::span<std::uint8_t> out) {
    const unsigned forks_now = forks().load(std::memory_order_relaxed);
    if (left < out.size() || fetched_after_forks != forks_now) {
      left = 0;  // should the kernel fail, nothing old may be handed out
      ask_kernel(bytes);
      left = bytes.size();
      fetched_after_forks = forks_now;
    }
    left -= out.size();
    std::memcpy(out.data(), bytes.data() + left, out.size());
    wipe(bytes.data() + left, out.size());
  }
};

}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> out) const {
  if (out.size() > kSmall_bytes) {
    ask_kernel(out);
    return;
  }
  thread_local Stock stock;
  stock.take(out);
}

}  // namespace dialin::crypto
