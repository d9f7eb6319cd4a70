#pragma once
// A thread with its own event loop and the connections that live on it. Nothing on it is shared with other threads but the mailbox, so
// nothing is locked on the way of a request. Made and ended by the Server.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/core.h"
#include "api/http/mailbox.h"
#include "api/http/timer_wheel.h"

namespace dialin::http {

class Session;

class IoThread {
 public:
  IoThread(std::size_t number, Core& core);
  /// Ends the thread if it runs. No connection may be open: see close_all().
  ~IoThread();

  void start();
  /// Before start(): who is asked for room when none is here. All threads are in the ring.
  void may_pass_on(std::shared_ptr<Mailbox> next) { next_ = std::move(next); }
  /// Any other thread; for good. What is in the mailbox is done before, what comes later is thrown away.
  void stop();
  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  boost::asio::io_context& loop();

  // All below: on the thread itself.
  std::size_t number() const { return number_; }
  Core& core() { return core_; }
  TimerWheel& wheel() { return wheel_; }
  std::string_view date() const { return date_; }
  /// Where answers are built, one session at a time: empty between two turns of the loop, so that an idle connection holds no such buffer.
  std::string& output() { return output_; }

  /// No new requests are waited for: idle connections and streams end, each answer is its connection's last.
  void begin_drain();
  bool is_draining() const { return is_draining_; }
  /// Whatever they do.
  void close_all();
  void open(NewConnection connection);
  /// The connection has brought a whole request: of all it is the last to make room for another.
  void came_to_use(std::list<std::unique_ptr<Session>>::iterator session) { sessions_.splice(sessions_.begin(), sessions_, session); }
  void forget(std::list<std::unique_ptr<Session>>::iterator session);
  /// Calls the session's on_turn() soon, but not from inside this call. The session lives until then.
  void schedule(Session& session);
  /// Calls the session's send_held(), with those of others behind one another: when all that had come has been served, or after a bounded
  /// time or number and the request that is then being served, and maybe inside this call, after which the session may be gone. A peer that
  /// waits on another processor is woken once then and not for each answer, which is dear. Nothing may stand in output().
  void hold(Session& session);
  /// Whoever did long work asks for it, for those that are held meanwhile.
  void send_held_when_due();

 private:
  struct Loop;
  void run();
  void tick();
  void wait_for_tick();
  void wait_for_letters();
  void open_letters();
  void open(Letter& letter);
  void give_turns_later();
  void give_turns();
  void send_held() noexcept;
  bool make_room();
  bool passes_on(NewConnection& connection);

  const std::size_t number_;
  Core& core_;
  TimerWheel wheel_;
  std::string date_;
  std::int64_t date_second_ = 0;
  std::string output_;
  bool is_draining_ = false;
  std::unique_ptr<Loop> loop_;
  std::list<std::unique_ptr<Session>> sessions_;  ///< the one that came or was of use last first; behind what their destructors need
  std::deque<Session*> scheduled_;
  bool are_turns_due_ = false;  ///< give_turns() comes, or is under way
  std::vector<Session*> held_, sending_;
  std::chrono::steady_clock::time_point held_since_;
  std::vector<Letter> letters_;
  std::shared_ptr<Mailbox> mailbox_;
  std::shared_ptr<Mailbox> next_;
};

}  // namespace dialin::http
