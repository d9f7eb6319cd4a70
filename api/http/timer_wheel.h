#pragma once
// Deadlines of all connections of one io thread, a quarter of a second coarse. A connection has one deadline, which moves with every
// request: moving it later is one store, because an entry is looked at no earlier than where it stands and put further then.
// One thread. Owns nothing: an entry is removed before it dies.

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>

namespace dialin::http {

using Tick = std::uint64_t;
constexpr std::chrono::milliseconds kTickLength{250};

/// Never shorter than `time`, at most one tick longer.
constexpr Tick ticks_of(std::chrono::milliseconds time) {
  return static_cast<Tick>((time + kTickLength - std::chrono::milliseconds{1}) / kTickLength) + 1;
}

/// What can have a deadline.
class Timed {
 public:
  virtual void on_due() = 0;  ///< the deadline is over and forgotten; may set a new one, remove or destroy any entry

 protected:
  Timed() = default;
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;
  ~Timed() = default;

 private:
  friend class TimerWheel;
  static constexpr Tick kNever = std::numeric_limits<Tick>::max();
  Timed* next_ = nullptr;
  Timed** link_ = nullptr;  ///< the pointer that points here; null: not on the wheel
  Tick due_ = kNever;
  Tick visit_ = 0;  ///< when the wheel looks at it
};

class TimerWheel {
 public:
  Tick now() const { return now_; }
  /// Replaces the entry's deadline. `when` in the past: the next tick.
  void set(Timed& entry, Tick when);
  void clear(Timed& entry) { entry.due_ = Timed::kNever; }
  /// Takes the entry off the wheel: before its destruction.
  void remove(Timed& entry);
  /// One tick on; calls on_due() of what is due.
  void advance();

 private:
  static constexpr std::size_t kSlots = 512;
  void link(Timed& entry);

  Tick now_ = 0;
  std::array<Timed*, kSlots> slots_{};
};

}  // namespace dialin::http
