#include <array>
#include <charconv>
#include <exception>

#include "api/http/session.h"
#include "domain/invariant.h"

namespace dialin::http {

namespace {

/// A chunk's size line, of fixed width so that the chunk can be built in place behind it: RFC 9112, 7.1 allows leading zeros.
constexpr std::string_view kChunkLine = "00000000\r\n";
constexpr std::size_t kChunkDigits = 8;

}  // namespace

void Session::stream(Response&& response, std::unique_ptr<StreamSource> source) {
  if (phase_ != Phase::serving) return;
  const bool head_only = parser_.request().method == Method::head;
  is_chunked_ = parser_.is_http_1_1();
  AnswerHead head = head_of(response, false);
  head.chunked = is_chunked_;
  append(head, thread_.output());
  streamed_path_ = parser_.request().path;
  streamed_bytes_ = 0;
  report(head_only ? AnsweredRequest::Part::whole : AnsweredRequest::Part::stream_begun, response.status, 0);
  end_request(head_only ? Phase::finishing : Phase::streaming);
  if (head_only) return;
  source_ = std::move(source);
  core_.stream_opened();
  since_ = thread_.wheel().now();
  discarded_bytes_ = 0;
  if (thread_.is_draining()) return end_stream();
  is_pull_due_ = true;
  source_->on_start([this] { wake(); });
}

void Session::wake() {
  is_pull_due_ = true;
  // Not pulled from here: the caller may be walking over its sources, and a pull may end in the destruction of one.
  if (is_scheduled_ || is_sending_) return;
  is_scheduled_ = true;
  thread_.schedule(*this);
}

void Session::on_turn() {
  is_scheduled_ = false;
  if (is_serving_due_) {
    is_serving_due_ = false;
    serve_what_is_here();
  }
  end_turn();
}

void Session::pull() {
  is_pull_due_ = false;
  std::string& out = thread_.output();
  const std::size_t start = out.size();
  if (is_chunked_) out += kChunkLine;
  auto outcome = StreamSource::Pull::end;
  try {
    outcome = source_->pull(out);
  } catch (const std::exception& error) {
    core_.telemetry.say(Level::error, std::string("a stream ended early: ") + error.what());
    out.resize(start);
    return close();  // without the last chunk, so that the reader sees that something is missing
  }
  frame(start);
  if (outcome == StreamSource::Pull::more) is_pull_due_ = true;
  if (outcome == StreamSource::Pull::end) end_stream();
}

void Session::frame(std::size_t start) {
  std::string& out = thread_.output();
  const std::size_t bytes = out.size() - start - (is_chunked_ ? kChunkLine.size() : 0);
  if (bytes == 0) return out.resize(start);
  streamed_bytes_ += bytes;
  since_ = thread_.wheel().now();
  if (!is_chunked_) return;
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes, 16).ptr;
  const auto count = static_cast<std::size_t>(end - digits.data());
  invariant(count <= kChunkDigits, "a pull is bounded");
  out.replace(start + kChunkDigits - count, count, digits.data(), count);
  out += "\r\n";
}

void Session::keep_stream_alive() {
  std::string& out = thread_.output();
  const std::size_t start = out.size();
  if (is_chunked_) out += kChunkLine;
  out += ": keep-alive\n\n";
  frame(start);
}

void Session::end_stream() {
  drop_source();
  phase_ = Phase::finishing;
  if (is_chunked_) thread_.output() += "0\r\n\r\n";
}

void Session::drop_source() {
  if (!source_) return;
  source_.reset();
  is_pull_due_ = false;
  constexpr unsigned kBegun = 200;  // a stream is begun with no other status
  report(AnsweredRequest::Part::stream_ended, kBegun, streamed_bytes_);
  account_.clear();
  core_.stream_closed();
}

}  // namespace dialin::http
