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
#include "api/http/peer.h"
#include "api/http/socket.h"

namespace dialin::http {

struct SessionLink;

struct NewConnection {
  OwnedDescriptor socket;
  Peer peer;
  bool is_one_too_many = false;         ///< another makes room, or it is refused
  bool is_one_too_many_of_its = false;  ///< address: it is refused
  std::size_t asked = 0;                ///< io threads that had nobody to make room
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
  /// Throws std::system_error when the process may open no more descriptors.
  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// An eventfd, not blocking, that becomes readable when a letter lies here and none did before. It is rung with no lock held, so that the
  /// reader it wakes meets none.
  int bell() const { return bell_; }

  /// Any thread. The letter is destroyed, unread, in the caller's thread when the mailbox is closed.
  void put(Letter letter);
  /// All letters; `out` is empty before, its memory serves for the next ones. The bell is to be silenced (read) before.
  void take(std::vector<Letter>& out);
  /// After this letters are not kept any more.
  void close();

 private:
  std::mutex mutex_;
  std::vector<Letter> letters_;
  bool is_closed_ = false;
  const int bell_;
};

}  // namespace dialin::http
