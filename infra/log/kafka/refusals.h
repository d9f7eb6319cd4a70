#pragma once
// What the brokers refuse this node, for /readyz and for the election: who may not write makes room for another. Any thread.

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dialin::log::kafka {

enum class Deed : std::uint8_t { read, write, lead };

class Refusals {
 public:
  /// `why`: as Kafka names it; empty: it was let.
  void note(Deed deed, const std::string& why);

  /// A sentence for each that was refused the last time.
  std::vector<std::string> sentences() const;
  /// How long ago it was refused the last time; nothing: it is not.
  std::optional<std::chrono::steady_clock::duration> since(Deed deed) const;

 private:
  struct Refusal {
    std::string why;  ///< empty: let
    std::chrono::steady_clock::time_point at;
  };
  std::atomic<bool> any_{false};  ///< what is let all the time costs no lock
  mutable std::mutex mutex_;
  std::array<Refusal, 3> of_;
};

}  // namespace dialin::log::kafka
