#pragma once
// The session's side of a Reply, and how it finds a session that may be gone by then.

#include <cstdint>
#include <memory>

#include "api/http/handler.h"
#include "api/http/mailbox.h"

namespace dialin::http {

class Session;

/// One per session, made with its first late answer; outlives it.
struct SessionLink {
  Session* session = nullptr;  ///< null: gone. Looked at on the io thread only
  std::shared_ptr<Mailbox> mailbox;
};

/// One per request that is answered late.
class Reply::Target {
 public:
  Target(std::shared_ptr<SessionLink> link, std::uint64_t request) : link_(std::move(link)), request_(request) {}
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  /// Any thread. Tells the session when nobody answered.
  ~Target();

  /// On the io thread: does `work` if the request still waits.
  void deliver(const std::function<void(Exchange&)>& work);
  Mailbox& mailbox() const { return *link_->mailbox; }

 private:
  std::shared_ptr<SessionLink> link_;
  std::uint64_t request_;
  /// Written on the io thread by one who holds the target, read by the last one who does: in order, by its reference count.
  bool is_settled_ = false;
};

}  // namespace dialin::http
