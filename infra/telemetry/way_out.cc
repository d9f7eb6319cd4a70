#include "infra/telemetry/way_out.h"

#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace dialin::telemetry {
namespace {

/// A place so full calls the thread, before kLateMost is over.
constexpr std::size_t kCallBytes = 64 * 1024;
constexpr std::size_t kFileBytesMax = 1024 * 1024;
constexpr std::chrono::milliseconds kAgain{1};

/// A pipe that poll() calls writable has room for PIPE_BUF bytes (pipe(7)), a stream socket for more; a file takes everything.
std::size_t write_bytes_max(int descriptor) {
  struct stat is {};
  const bool is_file = ::fstat(descriptor, &is) == 0 && S_ISREG(is.st_mode);
  return is_file ? kFileBytesMax : PIPE_BUF;
}

}  // namespace

WayOut::WayOut(int descriptor, Ports ports)
    : descriptor_(descriptor), write_bytes_max_(write_bytes_max(descriptor)), ports_(std::move(ports)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

WayOut::~WayOut() {
  thread_.request_stop();
  thread_.join();
  {
    const std::lock_guard order(order_);
    collect();
  }
  write_all(std::chrono::steady_clock::now() + kLeaveMost);  // nobody else is here any more
}

void WayOut::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "lines");
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(sleep_);
      wake_.wait_for(lock, stop, kLateMost, [this] { return is_called_.load(); });
    }
    is_called_ = false;
    {
      const std::lock_guard order(order_);
      collect();
    }
    const Deadline deadline = std::chrono::steady_clock::now() + kLateMost;
    if (!take_turn(deadline)) continue;
    is_stuck_ = !write_all(deadline);
    end_turn();
    if (!is_stuck_) note_drops();
  }
}

void WayOut::put(std::string_view line) {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed) % kPlaces;
  Place& place = places_[mine];
  bool is_filling = false;
  {
    const std::lock_guard lock(place.mutex);
    if (place.text.size() + line.size() > kPlaceBytesMax) return drop(1);
    is_filling = place.text.size() < kCallBytes && place.text.size() + line.size() >= kCallBytes;
    place.text += line;
    ++place.lines;
  }
  if (!is_filling || is_called_.exchange(true)) return;
  { const std::lock_guard lock(sleep_); }  // so that the call does not fall between the thread's look and its sleep
  wake_.notify_one();
}

void WayOut::say(std::string_view line) {
  {
    const std::lock_guard order(order_);
    collect();
    if (said_bytes_ + line.size() > kSaidBytesMax) return drop(1);
    said_bytes_ += line.size();
    waiting_.push_back({std::string(line), 1, true});
  }
  if (is_stuck_) return;  // the thread goes on trying
  const Deadline deadline = std::chrono::steady_clock::now() + kSayMost;
  if (!take_turn(deadline)) return;
  is_stuck_ = !write_all(deadline);
  end_turn();
}

bool WayOut::take_turn(Deadline deadline) {
  std::unique_lock order(order_);
  if (!turn_.wait_until(order, deadline, [this] { return !is_writing_; })) return false;
  is_writing_ = true;
  return true;
}

void WayOut::end_turn() {
  {
    const std::lock_guard order(order_);
    is_writing_ = false;
  }
  turn_.notify_one();
}

void WayOut::collect() {
  for (Place& place : places_) {
    const std::lock_guard lock(place.mutex);
    if (place.text.empty()) continue;
    if (waiting_bytes_ + place.text.size() > kWaitingBytesMax) {
      drop(place.lines);
      place.text.clear();
    } else {
      waiting_bytes_ += place.text.size();
      waiting_.push_back({std::move(place.text), place.lines, false});
      place.text.clear();
      if (!spare_.empty()) {
        place.text.swap(spare_.back());
        spare_.pop_back();
      }
    }
    place.lines = 0;
  }
}

bool WayOut::next_piece() {
  const std::lock_guard order(order_);
  if (waiting_.empty()) return false;
  piece_ = std::move(waiting_.front());
  waiting_.pop_front();
  written_ = 0;
  return true;
}

void WayOut::end_piece(std::uint64_t lost) {
  const std::lock_guard order(order_);
  (piece_.is_said ? said_bytes_ : waiting_bytes_) -= piece_.text.size();
  if (lost > 0) drop(lost);
  piece_.text.clear();
  if (!piece_.is_said && spare_.size() < kPlaces) spare_.push_back(std::move(piece_.text));
  piece_ = {};
}

/// False when the reader takes nothing before the deadline.
bool WayOut::write_all(Deadline deadline) {
  while (!piece_.text.empty() || next_piece()) {
    while (!piece_.text.empty()) {
      if (!write_some(deadline)) return false;
    }
  }
  return true;
}

bool WayOut::write_some(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  pollfd reader{descriptor_, POLLOUT, 0};
  const int ready = ::poll(&reader, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
  if (ready == 0 || (ready < 0 && left <= 0)) return false;
  if (ready < 0) {
    if (errno != EINTR) std::this_thread::sleep_for(kAgain);  // the kernel has no memory for it
    return true;
  }
  const std::size_t bytes = std::min(piece_.text.size() - written_, write_bytes_max_);
  const ssize_t wrote = ::write(descriptor_, piece_.text.data() + written_, bytes);
  if (wrote >= 0) {
    written_ += static_cast<std::size_t>(wrote);
    if (written_ == piece_.text.size()) end_piece(0);
  } else if (errno == EAGAIN) {
    if (left <= 0) return false;
    std::this_thread::sleep_for(kAgain);
  } else if (errno != EINTR) {
    end_piece(piece_.lines);  // the disk is full, or the reader has gone
  }
  return true;
}

void WayOut::drop(std::uint64_t lines) {
  untold_drops_ += lines;
  ports_.dropped(lines);
}

void WayOut::note_drops() {
  const std::uint64_t drops = untold_drops_.exchange(0);
  if (drops == 0) return;
  const std::string line = ports_.note(drops);
  if (line.empty()) return;
  const std::lock_guard order(order_);
  if (said_bytes_ + line.size() > kSaidBytesMax) {
    untold_drops_ += drops;  // there will be room for it when these are written
    return;
  }
  said_bytes_ += line.size();
  waiting_.push_back({line, 1, true});
}

}  // namespace dialin::telemetry
