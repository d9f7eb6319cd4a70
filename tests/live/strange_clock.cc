// Preloaded into a process, moves its wall clock by as many nanoseconds as stand in the file that STRANGE_CLOCK names, at any time.
// live/clock.py compiles and sets it. Not libfaketime: that one looks for the true functions when it is first asked, which allocates, and
// jemalloc asks for the time before it can allocate, so that both wait for each other. Here everything goes straight to the kernel.
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;
constexpr std::int64_t kNap_ns = kSecond_ns / 20;

std::int64_t off_by_ns() {
  static std::atomic<const std::atomic<std::int64_t>*> shared{nullptr};
  const auto* place = shared.load();
  if (place == nullptr) {
    const char* name = std::getenv("STRANGE_CLOCK");
    if (name == nullptr) return 0;
    const int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    void* mapped = mmap(nullptr, sizeof *place, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) return 0;
    shared = place = static_cast<const std::atomic<std::int64_t>*>(mapped);
  }
  return place->load();
}

timespec moved(const timespec& time, std::int64_t by_ns) {
  const std::int64_t ns = time.tv_sec * kSecond_ns + time.tv_nsec + by_ns;
  return {static_cast<time_t>(ns / kSecond_ns), static_cast<long>(ns % kSecond_ns)};
}

std::int64_t ns_of(const timespec& time) {
  return time.tv_sec * kSecond_ns + time.tv_nsec;
}

timespec now_of_kernel() {
  timespec now{};
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  return now;
}

/// Who sleeps to a moment of a clock that is set meanwhile sleeps longer, or wakes. The kernel does that for its own clock; here whoever
/// sleeps is woken in between for no reason, which every sleeper must expect, and looks again.
int wait_until(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec& deadline) {
  const timespec soon = moved(now_of_kernel(), kNap_ns);
  const timespec true_deadline = moved(deadline, -off_by_ns());
  const timespec& nap = std::min(true_deadline, soon, [](const timespec& a, const timespec& b) { return ns_of(a) < ns_of(b); });
  const int woken = pthread_cond_clockwait(condition, mutex, CLOCK_REALTIME, &nap);
  return woken == ETIMEDOUT && ns_of(moved(now_of_kernel(), off_by_ns())) < ns_of(deadline) ? 0 : woken;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long status = syscall(SYS_clock_gettime, clock, time);
  if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) *time = moved(*time, off_by_ns());
  return static_cast<int>(status);
}

int timespec_get(timespec* time, int base) noexcept {
  return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, time) == 0 ? base : 0;
}

int gettimeofday(timeval* time, void*) noexcept {
  timespec now{};
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* deadline) {
  return wait_until(condition, mutex, *deadline);
}

// glibc's own, which librdkafka uses, are the same things under other names, but do not come by the one above.
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* deadline) {
  const int woken = wait_until(reinterpret_cast<pthread_cond_t*>(condition), reinterpret_cast<pthread_mutex_t*>(mutex), *deadline);
  return woken == 0 ? thrd_success : woken == ETIMEDOUT ? thrd_timedout : thrd_error;
}
}
