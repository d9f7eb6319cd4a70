#include "api/http/session.h"

#include <algorithm>
#include <exception>
#include <string>

namespace dialin::http {

namespace {

/// Answers to pipelined requests go out together, up to about so much.
constexpr std::size_t kBuiltBytesMax = 64 * 1024;
/// For the requests of one connection before all others have their turn; the last one may take longer.
constexpr std::chrono::microseconds kTurnMost{100};
/// While nothing of the peer's bytes is kept.
constexpr std::size_t kDiscardBytes = 256;
/// What a peer may still send behind the last answer, or to a stream.
constexpr std::size_t kDiscardedBytesMax = 1024 * 1024;
constexpr std::chrono::seconds kStreamSilence{15};

}  // namespace

Session::Session(IoThread& thread, OwnedDescriptor socket, const Peer& peer)
    : thread_(thread),
      core_(thread.core()),
      peer_(peer),
      peer_text_(peer.text()),
      socket_(thread.loop(), std::move(socket), *this, core_.options.tls ? core_.options.tls->accepting() : nullptr),
      parser_(core_.limits),
      is_opening_(core_.options.tls != nullptr) {}

Session::~Session() {
  core_.connection_closed(peer_);
}

void Session::start(std::list<std::unique_ptr<Session>>::iterator place) {
  place_ = place;
  since_ = thread_.wheel().now();
  end_turn();
}

void Session::start_refused(std::list<std::unique_ptr<Session>>::iterator place, std::string_view why) {
  place_ = place;
  refuse(503, why);
  end_turn();
}

bool Session::is_idle() const {
  return phase_ == Phase::reading && !has_begun_ && !is_sending_ && !holds_answer() && received_.empty();
}

void Session::begin_drain() {
  if (is_idle()) close();
  if (phase_ == Phase::streaming) end_stream();
  end_turn();
}

bool Session::make_room() {
  if (phase_ != Phase::reading || is_sending_ || holds_answer() || is_serving_due_) return false;
  core_.telemetry.add(Counter::connections_made_room);
  force_close();
  return true;
}

void Session::force_close() {
  if (holds_answer()) send_unsent();
  close();
  end_turn();
}

void Session::on_received(std::size_t bytes, Socket::Outcome outcome) {
  is_receiving_ = false;
  if (holds_answer()) send_unsent();  // before what is built now
  if (is_opening_) opened(outcome);
  if (outcome == Socket::Outcome::failed) close();
  if (outcome == Socket::Outcome::end) is_at_end_ = true;
  switch (phase_) {
    case Phase::reading:
    case Phase::serving:
      received_.received(bytes);
      serve_what_is_here();
      break;
    case Phase::streaming:
    case Phase::lingering:
      discarded_bytes_ += bytes;
      if (is_at_end_ || discarded_bytes_ > kDiscardedBytesMax) close();
      break;
    case Phase::finishing:
    case Phase::closed:
      break;
  }
  end_turn();
}

/// A handshake is over, for good or ill.
void Session::opened(Socket::Outcome outcome) {
  is_opening_ = false;
  switch (outcome) {
    case Socket::Outcome::ok:
      core_.telemetry.add(socket_.is_resumed() ? Counter::tls_handshakes_resumed : Counter::tls_handshakes_full);
      peer_.is_node = socket_.is_of_a_node();
      break;
    case Socket::Outcome::plain:
      core_.telemetry.add(Counter::tls_handshakes_plain);
      if (phase_ == Phase::reading) refuse(400, "This port speaks TLS: use https://.");
      break;
    case Socket::Outcome::failed:
      if (phase_ != Phase::closed) core_.telemetry.add(Counter::tls_handshakes_failed);
      break;
    case Socket::Outcome::end:
      break;  // not a byte came
  }
}

void Session::serve_what_is_here() {
  std::optional<std::chrono::steady_clock::time_point> began;
  while (phase_ == Phase::reading && !is_sending_ && next_request()) {
    if (!began) began = std::chrono::steady_clock::now();
    serve();
    if (thread_.output().size() >= kBuiltBytesMax || !large_body_.empty()) flush();
    if (phase_ != Phase::reading || received_.empty()) continue;
    if (std::chrono::steady_clock::now() - *began >= kTurnMost) return go_on_next_turn();
  }
}

/// Others first, who wait for less.
void Session::go_on_next_turn() {
  is_serving_due_ = true;
  if (is_scheduled_) return;
  is_scheduled_ = true;
  thread_.schedule(*this);
}

bool Session::next_request() {
  // RFC 9112, 2.2: an empty line before a request is passed over.
  while (received_.size() >= 2 && received_.data()[0] == '\r' && received_.data()[1] == '\n' && parser_.bytes() == 0) received_.consume(2);
  if (received_.empty()) {
    has_begun_ = false;  // it was such a line, in pieces
    return false;
  }
  if (received_.size() == 1 && received_.data()[0] == '\r') {
    need_more();
    return false;
  }
  std::size_t size = received_.size();
  const RequestParser::Step step = parser_.parse(received_.data(), size);
  received_.shrink_to(size);
  if (step == RequestParser::Step::malformed) refuse(parser_.malformed().status, parser_.malformed().why);
  if (step == RequestParser::Step::need_more) need_more();
  return step == RequestParser::Step::complete;
}

void Session::need_more() {
  if (!has_begun_) {
    has_begun_ = true;
    since_ = thread_.wheel().now();
  }
  if (has_head_ || !parser_.is_head_done()) return;
  has_head_ = true;
  since_ = thread_.wheel().now();
  head_done_ = std::chrono::steady_clock::now();
  if (parser_.awaits_continue()) thread_.output() += "HTTP/1.1 100 Continue\r\n\r\n";
}

void Session::serve() {
  phase_ = Phase::serving;
  thread_.came_to_use(place_);
  replies_ = 0;
  if (!has_head_) head_done_ = std::chrono::steady_clock::now();
  guarded([this] { core_.handler.handle(*this); });
  if (phase_ != Phase::serving || replies_ > 0) return;
  core_.telemetry.say(Level::error, "a handler returned without an answer");
  respond(malformed(500, "The request was not answered."));
}

template <class Work>
void Session::guarded(const Work& work) {
  std::string why;
  try {
    return work();
  } catch (const std::exception& error) {
    why = error.what();
  } catch (...) {
    why = "something that is no exception";
  }
  core_.telemetry.say(Level::error, "a handler threw: " + why);
  if (phase_ == Phase::serving) respond(malformed(500, "The request could not be served."));
  if (phase_ == Phase::streaming) close();
}

bool Session::answer_late(std::uint64_t request, const std::function<void(Exchange&)>& work) {
  if (request != request_ || phase_ != Phase::serving) return true;
  guarded([&] { work(*this); });
  const bool is_settled = phase_ != Phase::serving;
  if (!large_body_.empty()) flush();  // it goes out before the answer to what was sent behind this request
  if (is_settled) serve_what_is_here();
  end_turn();
  return is_settled;
}

void Session::forgotten(std::uint64_t request) {
  if (request != request_ || phase_ != Phase::serving || --replies_ > 0) return;
  core_.telemetry.say(Level::error, "a request was dropped without an answer");
  respond(malformed(500, "The request was not answered."));
  serve_what_is_here();
  end_turn();
}

void Session::receive() {
  if (is_receiving_ || is_serving_due_ || is_at_end_ || phase_ == Phase::closed) return;
  // While the peer takes no answers, not much more is taken from it.
  if (is_sending_ && received_.size() >= ReceiveBuffer::kSmallBytes) return;
  make_space();
  if (received_.free_bytes() == 0) return;
  is_receiving_ = true;
  const std::size_t room = received_.free_bytes();
  socket_.receive(received_.begin_receive(), room);
}

void Session::make_space() {
  switch (phase_) {
    case Phase::serving:
      return;  // the handler looks at it
    case Phase::reading: {
      const char* before = received_.data();
      const std::size_t wanted = std::max({ReceiveBuffer::kSmallBytes, parser_.bytes_expected(), received_.size() * 2});
      received_.reserve(std::min(wanted, message_bytes_max(core_.limits)));
      if (received_.data() != before) parser_.moved(before, received_.data());
      return;
    }
    default:
      received_.shrink_to(0);
      received_.reserve(kDiscardBytes);
  }
}

void Session::set_deadline() {
  TimerWheel& wheel = thread_.wheel();
  if (is_sending_) return;  // send_rest() did
  switch (phase_) {
    case Phase::reading:
      if (is_serving_due_) return wheel.clear(*this);
      if (is_opening_) return wheel.set(*this, since_ + ticks_of(core_.options.header_timeout));
      if (has_begun_) return wheel.set(*this, since_ + ticks_of(has_head_ ? core_.options.body_timeout : core_.options.header_timeout));
      return wheel.set(*this, wheel.now() + (thread_.is_draining() ? 1 : ticks_of(core_.options.idle_timeout)));
    case Phase::streaming:
      return wheel.set(*this, since_ + ticks_of(kStreamSilence));
    case Phase::serving:
      return wheel.clear(*this);
    case Phase::finishing:
    case Phase::lingering:
    case Phase::closed:
      return;
  }
}

void Session::on_due() {
  if (holds_answer()) return;  // send_held() sets another deadline
  if (is_sending_ && takes_something()) {
    thread_.wheel().set(*this, thread_.wheel().now() + ticks_of(core_.options.send_timeout));
  } else if (is_sending_) {
    core_.telemetry.add(Counter::connections_timed_out);
    close();
  } else if (phase_ == Phase::reading && has_begun_) {
    core_.telemetry.add(Counter::connections_timed_out);
    refuse(408, has_head_ ? "The body took too long to arrive." : "The head of the request took too long to arrive.");
  } else if (phase_ == Phase::streaming) {
    keep_stream_alive();
  } else {
    if (is_opening_) core_.telemetry.add(Counter::connections_timed_out);
    close();
  }
  end_turn();
}

void Session::end_turn() {
  if (holds_answer()) return;  // send_held() ends it
  if (phase_ == Phase::streaming && is_pull_due_ && !is_sending_) pull();
  const bool is_answer = phase_ == Phase::reading && !is_sending_ && !is_scheduled_ && large_body_.empty() && !thread_.output().empty();
  if (is_answer) return hold();
  flush();
  if (phase_ == Phase::streaming && is_pull_due_ && !is_sending_) wake();
  if (phase_ == Phase::finishing && !is_sending_) linger();
  if (phase_ == Phase::reading && is_at_end_ && !is_sending_ && !is_serving_due_) close();
  receive();
  set_deadline();
  IoThread& thread = thread_;
  if (phase_ == Phase::closed && !is_receiving_ && !is_sending_ && !is_scheduled_ && !is_held_) thread.forget(place_);
  // Last: it may end this session, too, which is held for as long as is_held_ says, whatever has been sent of it since.
  thread.send_held_when_due();
}

}  // namespace dialin::http
