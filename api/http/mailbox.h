#pragma once
// How other threads reach an io thread: letters, taken out in the order in which they came, all that are there in one go. Outlives its
// thread, because answers may come late: then letters are thrown away unread. As many letters as requests are in flight and works are
// posted; each of these has its own bound.

#include <functional>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "api/http/handler.h"
#include "api/http/socket.h"

namespace dialin::http {

struct SessionLink;

struct NewConnection {
  OwnedSocket socket;
  bool refused = false;  ///< one too many: to be told so
};
/// What is to be said to a request that waits for its answer.
struct Answer {
  std::shared_ptr<Reply::Target> target;
  std::function<void(Exchange&)> work;
};
/// Nobody is left who could answer.
struct Forgotten {
  std::shared_ptr<SessionLink> link;
  std::uint64_t request = 0;
};
using Work = std::function<void()>;
using Letter = std::variant<NewConnection, Answer, Forgotten, Work>;

class Mailbox {
 public:
  /// `ring` is called by put() when there was no letter before, under the mailbox's lock: it must not put.
  explicit Mailbox(std::function<void()> ring) : ring_(std::move(ring)) {}

  /// Any thread. The letter is destroyed, unread, in the caller's thread when the mailbox is closed.
  void put(Letter letter);
  /// All letters; `out` is empty before, its memory serves for the next ones.
  void take(std::vector<Letter>& out);
  /// After this ring() is not called any more.
  void close();

 private:
  std::mutex mutex_;
  std::vector<Letter> letters_;
  std::function<void()> ring_;  ///< empty: closed
};

}  // namespace dialin::http
