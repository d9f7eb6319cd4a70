#pragma once
// Between the connections (session.cc) and what is said over them (routes.cc): a handler gets a Request and an Exchange and answers,
// at once or later, whole or as a stream.

#include <functional>
#include <memory>
#include <string>

#include "api/http/message.h"
#include "api/http/peer.h"
#include "domain/access.h"
#include "domain/answered_request.h"

namespace dialin::http {

class Exchange;

/// Answers a request after handle() has returned, from any thread. Copies answer the same request; only the first answer counts. When the
/// last copy goes without an answer the caller gets a 500 rather than silence.
class Reply {
 public:
  class Target;  ///< the session's side of it
  explicit Reply(std::shared_ptr<Target> target) : target_(std::move(target)) {}

  /// Runs `work` on the session's thread, where it may respond(). Not run when the caller has gone.
  void run(std::function<void(Exchange&)> work) const;
  void respond(Response response) const;

 private:
  std::shared_ptr<Target> target_;
};

/// What a streamed answer is made of. Called on the session's thread only.
class StreamSource {
 public:
  enum class Pull : std::uint8_t {
    more,  ///< `out` was filled to its bound; ask again when it is sent
    wait,  ///< all that there is now is in `out` (maybe nothing); ask again after wake()
    end,   ///< send `out` and close
  };
  virtual ~StreamSource() = default;  ///< the session is done with it; on its thread
  /// Appends at most about kStreamChunkBytes to `out`.
  virtual Pull pull(std::string& out) = 0;
  /// Given once, before the first pull: makes the session pull again, later, never from within. Session's thread only; not valid after this
  /// source is destroyed.
  virtual void on_start(std::function<void()> wake) = 0;
};
constexpr std::size_t kStreamChunkBytes = 64 * 1024;

/// What was found out about a request, left by who found it out (api.cc, forward.cc) for the session, which reports it when it is answered.
/// The session uses it again for the next request, so that its texts keep their memory.
struct Account {
  std::size_t row = kMalformedRow;  ///< in route_names()
  std::string request_id;
  std::shared_ptr<const Caller> caller;  ///< null: no key, or an unknown one
  std::string trace_id;                  ///< 32 hex digits; empty: the request named none
  std::string forwarded_to;              ///< the node that carries it out; empty: this one

  void clear();
};

/// One request being answered. Lives on the session's thread. Exactly one of respond, later, stream is called in handle().
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;  ///< valid until the answer
  virtual Account& account() = 0;              ///< likewise
  virtual void respond(Response&& response) = 0;
  /// For an answer after handle() has returned.
  virtual Reply later() = 0;
  /// 200 with `response`'s headers and content type, then what `source` gives, until it ends, the caller goes, or the server drains. The
  /// session sends
  /// `: keep-alive` as a comment line when nothing was sent for 15 s.
  virtual void stream(Response&& response, std::unique_ptr<StreamSource> source) = 0;
  /// Which of the server's io threads this is, 0-based: for state that is kept per thread.
  virtual std::size_t thread() const = 0;
  virtual const Peer& peer() const = 0;
};

class Handler {
 public:
  virtual ~Handler() = default;
  /// On an io thread; must not block for longer than a lookup. Exceptions become a 500.
  virtual void handle(Exchange& exchange) = 0;
  /// The answer to what never became a Request (malformed, too large, too slow), so that all errors look alike: 400, 408, 413, 414, 431,
  /// 505, 500, 503. `known`: as much of it as could be read.
  virtual Response malformed(unsigned status, std::string_view why, const Request& known, Account& account) = 0;
};

}  // namespace dialin::http
