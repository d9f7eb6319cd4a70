#include "api/http/server_fixture.h"

#include <stdexcept>
#include <thread>

namespace dialin::http::server_tests {

namespace {

class TapSource : public StreamSource {
 public:
  explicit TapSource(std::shared_ptr<Tap> tap) : tap_(std::move(tap)) {}
  ~TapSource() override {
    tap_->wake = nullptr;
    tap_->is_destroyed = true;
  }
  Pull pull(std::string& out) override {
    ++tap_->pulls;
    if (tap_->throws) throw std::runtime_error("the tap broke");
    const std::size_t before = out.size();
    out += tap_->waiting;
    tap_->waiting.clear();
    const std::size_t endless = std::min(tap_->endless_bytes, kStreamChunkBytes);
    out.append(endless, 'e');
    tap_->endless_bytes -= endless;
    if (out.size() - before > tap_->largest_chunk) tap_->largest_chunk = out.size() - before;
    if (tap_->endless_bytes > 0) return Pull::more;
    return tap_->is_ended ? Pull::end : Pull::wait;
  }
  void on_start(std::function<void()> wake) override { tap_->wake = std::move(wake); }

 private:
  std::shared_ptr<Tap> tap_;
};

std::string echo(const Request& request) {
  std::string text = std::string(request.method_text) + " " + std::string(request.path) + " ?" + std::string(request.query) + "\n";
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    if (!request.field(field)) continue;
    text += std::string(name_of(field)) + (request.is_repeated(field) ? "*" : "") + "=" + std::string(*request.field(field)) + "\n";
  }
  return text + "body=" + std::string(request.body);
}

}  // namespace

void CountingTelemetry::say(Level, std::string_view line) {
  const std::lock_guard lock(mutex_);
  said_.append(line).append("\n");
}

void CountingTelemetry::answered(const AnsweredRequest& request) {
  using Part = AnsweredRequest::Part;
  if (request.part != Part::stream_ended) ++by_class_.at(request.status / 100);
  std::string text = request.part == Part::whole ? "" : request.part == Part::stream_begun ? "begun " : "ended ";
  text.append(request.method).append(" ").append(request.path).append(" ").append(std::to_string(request.status));
  text.append(" row ").append(std::to_string(request.row)).append(" bytes ").append(std::to_string(request.bytes));
  if (request.seconds < 0 || request.seconds > 60) text += " out of time";
  if (!request.tenant.empty()) text.append(" tenant ").append(request.tenant).append(" ").append(request.key_id.substr(0, 4));
  if (!request.request_id.empty()) text.append(" id ").append(request.request_id);
  if (!request.trace_id.empty()) text.append(" trace ").append(request.trace_id);
  if (!request.forwarded_to.empty()) text.append(" forwarded to ").append(request.forwarded_to);
  const std::lock_guard lock(mutex_);
  if (answered_.size() < kAnsweredKept) answered_.push_back(std::move(text));
}

std::vector<std::string> CountingTelemetry::answered() const {
  const std::lock_guard lock(mutex_);
  return answered_;
}

std::string CountingTelemetry::said() const {
  const std::lock_guard lock(mutex_);
  return said_;
}

void TestHandler::handle(Exchange& exchange) {
  ++handled_;
  const std::string path(exchange.request().path);
  Response response;
  response.content_type = "text/plain";
  const auto number = [&path] { return std::stoul(path.substr(path.rfind('/') + 1)); };
  if (path.starts_with("/bytes/")) {
    response.body.assign(number(), 'b');
  } else if (path.starts_with("/status/")) {
    response.status = static_cast<unsigned>(number());
    response.body = "body";
  } else if (path.starts_with("/busy/")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(number()));
  } else if (path == "/headers") {
    response.headers = "ETag: \"1\"\r\nX-Two: 2\r\n";
  } else if (path == "/peer") {
    response.body = exchange.peer().text() + (exchange.peer().is_node ? ", a node" : "");
  } else if (path == "/throw") {
    throw std::runtime_error("thrown by the test");
  } else if (path == "/silent") {
    return;
  } else if (path == "/drop") {
    const Reply dropped = exchange.later();
    return;
  } else if (path == "/later") {
    const Reply reply = exchange.later();
    const std::lock_guard lock(mutex_);
    replies_.push_back(reply);
    came_.notify_all();
    return;
  } else if (path == "/stream") {
    auto tap = std::make_shared<Tap>();
    tap->thread = exchange.thread();
    exchange.stream(std::move(response), std::make_unique<TapSource>(tap));
    const std::lock_guard lock(mutex_);
    taps_.push_back(tap);
    came_.notify_all();
    return;
  } else {
    response.body = echo(exchange.request());
  }
  exchange.respond(std::move(response));
}

Response TestHandler::malformed(unsigned status, std::string_view why, const Request&, Account&) {
  Response response;
  response.status = status;
  response.content_type = "text/plain";
  response.body = "malformed: " + std::string(why);
  return response;
}

Reply TestHandler::next_reply() {
  std::unique_lock lock(mutex_);
  if (!came_.wait_for(lock, std::chrono::seconds(10), [this] { return !replies_.empty(); })) throw std::runtime_error("no request came");
  Reply reply = replies_.front();
  replies_.erase(replies_.begin());
  return reply;
}

std::shared_ptr<Tap> TestHandler::next_tap() {
  std::unique_lock lock(mutex_);
  if (!came_.wait_for(lock, std::chrono::seconds(10), [this] { return !taps_.empty(); })) throw std::runtime_error("no stream came");
  auto tap = taps_.front();
  taps_.erase(taps_.begin());
  return tap;
}

ServerOptions ServerTest::small_options() {
  ServerOptions options;
  options.port = 0;
  options.target_bytes_max = 256;
  options.header_bytes_max = 1024;
  options.body_bytes_max = 4096;
  options.header_timeout = options.body_timeout = options.idle_timeout = options.send_timeout = std::chrono::seconds(1);
  options.drain_timeout = std::chrono::seconds(3);
  return options;
}

void ServerTest::start(ServerOptions options) {
  server = std::make_unique<Server>(std::move(options), handler, telemetry);
  server->start();
}

void ServerTest::pour(const std::shared_ptr<Tap>& tap, const std::function<void(Tap&)>& change) {
  server->post(tap->thread, [tap, change] {
    change(*tap);
    if (tap->wake) tap->wake();
  });
}

bool ServerTest::eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 500; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return holds();
}

}  // namespace dialin::http::server_tests
