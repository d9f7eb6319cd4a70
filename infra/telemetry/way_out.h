#pragma once
// The way of lines to who reads them: a descriptor that may be a file, a pipe or a socket, and that may be stuck, because nobody reads.
// Lines of requests wait in a few places, one a thread as a rule, and a thread of its own writes them out; lines for the operator are
// written before say() returns, and behind all that was put before them. Whatever the reader does, nobody waits for it: what does not fit
// in any more is dropped and counted.
//
// Any thread. What was said last is out when the process aborts, unless the reader was stuck.

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace dialin::telemetry {

class WayOut {
 public:
  static constexpr std::chrono::milliseconds kLateMost{200};  ///< lines of requests, when the reader reads
  static constexpr std::chrono::milliseconds kSayMost{100};   ///< that say() waits for a reader which has just become slow
  static constexpr std::chrono::milliseconds kLeaveMost{1000};
  static constexpr std::size_t kPlaceBytesMax = 1024 * 1024;        ///< of each place
  static constexpr std::size_t kWaitingBytesMax = 4 * 1024 * 1024;  ///< taken from the places and not written
  static constexpr std::size_t kSaidBytesMax = 1024 * 1024;         ///< beside those, of say()

  struct Ports {
    std::function<void(std::uint64_t)> dropped = [](std::uint64_t) {};  ///< told how many lines at once, on any thread
    /// A line that says it, for when the reader reads again. On the thread that writes, and asked again with all that came to it when
    /// there was no room for the line.
    std::function<std::string(std::uint64_t)> note = [](std::uint64_t) { return std::string(); };
  };

  /// The descriptor must outlive this.
  WayOut(int descriptor, Ports ports);
  /// Writes what is there, for kLeaveMost at most.
  ~WayOut();
  WayOut(const WayOut&) = delete;
  WayOut& operator=(const WayOut&) = delete;

  /// Whole lines, with their ends.
  void put(std::string_view line);
  void say(std::string_view line);

 private:
  struct Piece {
    std::string text;
    std::uint64_t lines = 0;
    bool is_said = false;
  };
  static constexpr std::size_t kCacheLineBytes = 64;
  struct alignas(kCacheLineBytes) Place {
    std::mutex mutex;
    std::string text;
    std::uint64_t lines = 0;
  };
  static constexpr std::size_t kPlaces = 8;
  using Deadline = std::chrono::steady_clock::time_point;

  void run(const std::stop_token& stop);
  bool take_turn(Deadline deadline);
  void end_turn();
  void collect();
  bool next_piece();
  void end_piece(std::uint64_t lost);
  bool write_all(Deadline deadline);
  bool write_some(Deadline deadline);
  void drop(std::uint64_t lines);
  void note_drops();

  const int descriptor_;
  const std::size_t write_bytes_max_;  ///< of what the descriptor takes, when it takes any, without waiting
  const Ports ports_;
  std::array<Place, kPlaces> places_;
  std::atomic<bool> is_called_{false};  ///< the thread, by a place that is filling
  std::atomic<bool> is_stuck_{false};
  std::atomic<std::uint64_t> untold_drops_{0};

  std::mutex order_;  ///< of all below; before a place's
  std::deque<Piece> waiting_;
  std::size_t waiting_bytes_ = 0, said_bytes_ = 0;
  std::vector<std::string> spare_;  ///< memory of pieces that were written
  bool is_writing_ = false;         ///< somebody: what follows, and the descriptor, are theirs
  std::condition_variable turn_;

  Piece piece_;
  std::size_t written_ = 0;

  std::mutex sleep_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last, so that it ends before what it uses
};

}  // namespace dialin::telemetry
