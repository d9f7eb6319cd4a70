#include <algorithm>
#include <exception>
#include <utility>

#include "api/http/session.h"
#include "domain/invariant.h"

namespace dialin::http {

namespace {

/// A body up to this is copied behind its head: cheaper than telling the kernel of two pieces.
constexpr std::size_t kCopiedBodyBytesMax = 16 * 1024;
/// How long a peer may take to see that we have ended.
constexpr std::chrono::milliseconds kLingerTime{2000};
constexpr std::chrono::milliseconds kDrainingLingerTime{500};

}  // namespace

Response Session::malformed(unsigned status, std::string_view why) {
  try {
    return core_.handler.malformed(status, why, parser_.request(), account_);
  } catch (const std::exception& error) {
    core_.telemetry.say(Level::error, std::string("the answer to a malformed request failed: ") + error.what());
    return Response{status, {}, {}, {}};
  }
}

void Session::refuse(unsigned status, std::string_view why) {
  if (!has_head_) head_done_ = std::chrono::steady_clock::now();  // the time to answer is none
  write(malformed(status, why), false);
  end_request(Phase::finishing);
}

void Session::respond(Response&& response) {
  if (phase_ != Phase::serving) return;
  const bool keep_alive = parser_.keep_alive() && !thread_.is_draining() && !response.is_last;
  write(std::move(response), keep_alive);
  end_request(keep_alive ? Phase::reading : Phase::finishing);
}

Reply Session::later() {
  invariant(phase_ == Phase::serving, "a request that is answered later was not answered before");
  if (!link_) link_ = std::make_shared<SessionLink>(SessionLink{this, thread_.mailbox()});
  ++replies_;
  return Reply(std::make_shared<Reply::Target>(link_, request_));
}

AnswerHead Session::head_of(const Response& response, bool keep_alive) const {
  AnswerHead head;
  head.status = response.status;
  head.date = thread_.date();
  head.headers = response.headers;
  if (has_body(response.status)) head.content_type = response.content_type;
  if (!keep_alive) {
    head.connection = AnswerHead::Connection::close;
  } else if (!parser_.is_http_1_1()) {
    head.connection = AnswerHead::Connection::keep_alive;
  }
  return head;
}

void Session::write(Response&& response, bool keep_alive) {
  std::string& out = thread_.output();
  AnswerHead head = head_of(response, keep_alive);
  if (has_body(response.status)) head.content_length = response.body.size();
  append(head, out);
  const bool head_only = parser_.request().method == Method::head || !has_body(response.status);
  report(AnsweredRequest::Part::whole, response.status, head_only ? 0 : response.body.size());
  if (head_only) return;
  // A large body that is still with the socket must stay where it is.
  if (response.body.size() <= kCopiedBodyBytesMax || is_sending_) {
    out += response.body;
  } else {
    invariant(large_body_.empty(), "a large body is sent before the next one");
    large_body_ = std::move(response.body);
  }
}

void Session::report(AnsweredRequest::Part part, unsigned status, std::uint64_t bytes) {
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - head_done_;
  const bool is_at_end = part == AnsweredRequest::Part::stream_ended;
  AnsweredRequest answered{.part = part, .row = account_.row, .status = status, .bytes = bytes, .seconds = time.count()};
  answered.method = is_at_end ? name_of(Method::get) : parser_.request().method_text;
  answered.path = is_at_end ? std::string_view(streamed_path_) : parser_.request().path;
  answered.request_id = account_.request_id;
  if (account_.caller) {
    answered.tenant = account_.caller->tenant_name;
    answered.key_id = account_.caller->key_id;
  }
  answered.peer = peer_text_;
  answered.trace_id = account_.trace_id;
  answered.forwarded_to = account_.forwarded_to;
  core_.telemetry.answered(answered);
}

void Session::end_request(Phase next) {
  if (next == Phase::reading) received_.consume(parser_.bytes());
  parser_.reset();
  if (next != Phase::streaming) account_.clear();
  ++request_;
  has_begun_ = false;
  has_head_ = false;
  phase_ = next;
}

void Session::flush() {
  std::string& built = thread_.output();
  if (built.empty()) return;
  if (phase_ != Phase::closed && is_sending_) {
    waiting_ += built;
  } else if (phase_ != Phase::closed) {
    std::size_t sent = 0;
    if (!socket_.send_now(built, large_body_, sent)) {
      close();
    } else if (sent < built.size() + large_body_.size()) {
      const std::size_t of_built = std::min(sent, built.size());
      unsent_.assign(built, of_built);
      sent_ = sent - of_built;
      send_rest();
    } else if (!large_body_.empty()) {
      std::string().swap(large_body_);
    }
  }
  built.clear();
}

/// What others on the thread have to say goes out with it: IoThread::hold().
void Session::hold() {
  unsent_.assign(thread_.output());
  thread_.output().clear();
  if (std::exchange(is_held_, true)) return;
  thread_.hold(*this);
}

bool Session::holds_answer() const {
  return is_held_ && !is_sending_ && !unsent_.empty();
}

void Session::send_held() {
  if (holds_answer()) send_unsent();
  is_held_ = false;
  end_turn();
}

void Session::send_unsent() {
  if (phase_ == Phase::closed) return;
  std::size_t sent = 0;
  if (!socket_.send_now(unsent_, {}, sent)) {
    close();
  } else if (sent < unsent_.size()) {
    sent_ = sent;
    send_rest();
  } else {
    std::string().swap(unsent_);
  }
}

void Session::send_rest() {
  is_sending_ = true;
  on_their_way_ = socket_.bytes_on_their_way();
  const std::string_view body(large_body_);
  if (sent_ < unsent_.size()) {
    socket_.send(std::string_view(unsent_).substr(sent_), body);
  } else {
    socket_.send(body.substr(sent_ - unsent_.size()), {});
  }
  thread_.wheel().set(*this, thread_.wheel().now() + ticks_of(core_.options.send_timeout));
}

void Session::on_sent(std::size_t bytes, Socket::Outcome outcome) {
  is_sending_ = false;
  if (outcome != Socket::Outcome::ok) close();
  if (phase_ == Phase::closed) return end_turn();
  sent_ += bytes;
  if (sent_ == unsent_.size() + large_body_.size()) {
    sent_ = 0;
    std::string().swap(large_body_);
    std::string().swap(unsent_);
    unsent_.swap(waiting_);
  }
  if (unsent_.empty() && large_body_.empty()) {
    serve_what_is_here();
  } else {
    send_rest();
  }
  end_turn();
}

bool Session::takes_something() {
  // The kernel asks for more only when a good part of its own buffer is free, which a slow peer may not reach in time.
  const std::optional<std::size_t> before = std::exchange(on_their_way_, socket_.bytes_on_their_way());
  if (before && on_their_way_) return *on_their_way_ < *before;
  core_.telemetry.say(Level::warning, "the kernel does not say what a slow reader has taken: this one is closed as if it were nothing");
  return false;
}

void Session::linger() {
  if (is_at_end_) return close();
  // Closing at once would make the kernel answer what the peer still sends with a reset, which throws away what it has not yet read.
  socket_.end_sending();
  phase_ = Phase::lingering;
  discarded_bytes_ = 0;
  thread_.wheel().set(*this, thread_.wheel().now() + ticks_of(thread_.is_draining() ? kDrainingLingerTime : kLingerTime));
}

void Session::close() {
  if (phase_ == Phase::closed) return;
  if (phase_ == Phase::serving) report(AnsweredRequest::Part::whole, 0, 0);
  drop_source();
  phase_ = Phase::closed;
  if (link_) link_->session = nullptr;
  thread_.wheel().remove(*this);
  socket_.close();
}

}  // namespace dialin::http
