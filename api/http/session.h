#pragma once
// One connection: reads requests one after the other, has each answered, sends the answers in order. Lives on one io thread, which owns
// it, until it is closed and the last operation under way has come back. Its own code stands in session.cc (requests), session_answer.cc
// (answers and the end) and session_stream.cc (streams).
//
// Every entry from outside (Socket::Events, Timed, IoThread, Reply) ends with end_turn(), which sends what was built, waits for what
// comes next, and destroys a session that is over.

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "api/http/answer_head.h"
#include "api/http/handler.h"
#include "api/http/io_thread.h"
#include "api/http/receive_buffer.h"
#include "api/http/reply_target.h"
#include "api/http/request_parser.h"
#include "api/http/socket.h"
#include "api/http/timer_wheel.h"

namespace dialin::http {

class Session final : public Exchange, private Timed, private Socket::Events {
 public:
  Session(IoThread& thread, OwnedDescriptor socket, const Peer& peer);
  ~Session() override;

  // Called by the io thread.
  void start(std::list<std::unique_ptr<Session>>::iterator place);
  void start_refused(std::list<std::unique_ptr<Session>>::iterator place, std::string_view why);
  void on_turn();    ///< what schedule() asked for
  void send_held();  ///< what hold() asked for
  /// Ends a connection that waits for a request, or for the rest of one. Whether it did; then it may be gone.
  bool make_room();
  void begin_drain();
  void force_close();

  // Called for a Reply, on the io thread.
  /// Does `work` if `request` still waits for its answer. Whether it does not wait any more now.
  bool answer_late(std::uint64_t request, const std::function<void(Exchange&)>& work);
  void forgotten(std::uint64_t request);

  // Exchange.
  const Request& request() const override { return parser_.request(); }
  Account& account() override { return account_; }
  void respond(Response&& response) override;
  Reply later() override;
  void stream(Response&& response, std::unique_ptr<StreamSource> source) override;
  std::size_t thread() const override { return thread_.number(); }
  const Peer& peer() const override { return peer_; }

 private:
  enum class Phase : std::uint8_t {
    reading,  ///< the next request is not complete
    serving,  ///< the handler has one: its views into the buffer must hold
    streaming,
    finishing,  ///< the last answer is built: it is sent, then lingering
    lingering,  ///< the peer was told the end; what it still sends is thrown away, lest a reset take the answer from it
    closed,
  };

  void on_received(std::size_t bytes, Socket::Outcome outcome) override;
  void on_sent(std::size_t bytes, Socket::Outcome outcome) override;
  void on_due() override;

  // session.cc
  void opened(Socket::Outcome outcome);
  void serve_what_is_here();
  void go_on_next_turn();
  bool next_request();  ///< whether one is complete
  void need_more();
  void serve();
  template <class Work>
  void guarded(const Work& work);
  void receive();
  void make_space();
  void set_deadline();
  void end_turn();
  bool is_idle() const;

  // session_answer.cc
  void refuse(unsigned status, std::string_view why);
  Response malformed(unsigned status, std::string_view why);
  void write(Response&& response, bool keep_alive);
  AnswerHead head_of(const Response& response, bool keep_alive) const;
  void end_request(Phase next);
  void report(AnsweredRequest::Part part, unsigned status, std::uint64_t bytes);
  void flush();
  void hold();
  bool holds_answer() const;
  void send_unsent();
  void send_rest();
  bool takes_something();  ///< the peer has, since it was last asked or something was sent
  void linger();
  void close();

  // session_stream.cc
  void wake();
  void pull();
  void frame(std::size_t start);
  void keep_stream_alive();
  void end_stream();
  void drop_source();

  IoThread& thread_;
  Core& core_;
  Peer peer_;
  const std::string peer_text_;
  std::list<std::unique_ptr<Session>>::iterator place_;
  Socket socket_;
  RequestParser parser_;
  ReceiveBuffer received_;

  Phase phase_ = Phase::reading;
  bool is_receiving_ = false;
  bool is_sending_ = false;  ///< some of unsent_ is with the socket
  bool is_scheduled_ = false;
  bool is_held_ = false;         ///< send_held() comes, though what was held may have been sent by then
  bool is_serving_due_ = false;  ///< requests are here, and others have their turn first
  bool is_opening_;              ///< the handshake of TLS is not over
  bool is_at_end_ = false;       ///< the peer sends no more
  bool has_begun_ = false;       ///< the request being read: its first byte is here
  bool has_head_ = false;        ///< and its head, but not its body
  bool is_pull_due_ = false;
  bool is_chunked_ = false;  ///< the stream's framing
  Tick since_ = 0;  ///< of a request: when it began, or its body did; of a stream: when it last sent something; opening: since when
  std::chrono::steady_clock::time_point head_done_;
  Account account_;            ///< of the request being served; of a stream until it ends
  std::size_t replies_ = 0;    ///< of the request being served: how many may still answer it
  std::uint64_t request_ = 0;  ///< counts up with every answer: what a Reply must still match
  std::size_t discarded_bytes_ = 0;

  std::string unsent_;                       ///< of what was built, what is held, or what the kernel did not take at once
  std::string large_body_;                   ///< goes behind it, not copied
  std::size_t sent_ = 0;                     ///< of both
  std::optional<std::size_t> on_their_way_;  ///< Socket::bytes_on_their_way() of then
  std::string waiting_;                      ///< what was built while these two were with the socket: one answer at most
  std::shared_ptr<SessionLink> link_;
  std::unique_ptr<StreamSource> source_;
  std::string streamed_path_;         ///< of the stream's request, whose bytes are gone
  std::uint64_t streamed_bytes_ = 0;  ///< of its body
};

}  // namespace dialin::http
