// Many readers of the event stream while events are written at a steady rate: how long after its answer does an event arrive?
//
//   sse_readers --port N --keys FILE --readers N --rate EVENTS_PER_S --seconds N [--streams-port N] [--answers FILE]
//
// --keys names a file of one API key a line, each of another tenant; readers are spread over them, and read from --streams-port when that
// is another node's. --answers is written: a line for each write, its sequence and when its answer was here, in ns of the steady clock.
//
// One thread reads and writes everything, so its own delay is part of what is measured. Prints JSON: the delays from answer to arrival, and
// whether every reader got every event once.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/bench/sse_parser.h"

namespace {

using namespace dialin::bench;
using Clock = std::chrono::steady_clock;

struct Wanted {
  std::uint16_t port = 8080, streams_port = 0;
  std::string keys, answers;
  std::size_t readers = 2000, rate = 1000, seconds = 10;
};

struct Arrival {
  std::uint64_t sequence;
  Clock::time_point time;
};

class Peer {
 public:
  explicit Peer(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket_ < 0 || connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect (enough file descriptors?)");
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  virtual ~Peer() { close(socket_); }

  void send(const std::string& text) const {
    if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("cannot send");
  }
  virtual void arrived(std::string_view bytes) = 0;
  int socket() const { return socket_; }

 private:
  int socket_;
};

class Reader : public Peer {
 public:
  Reader(std::uint16_t port, const std::string& key, std::uint64_t after, std::size_t reader_of, std::vector<Arrival>& arrivals)
      : Peer(port), tenant(reader_of), parser_([this, &arrivals](std::uint64_t sequence) {
          arrivals.push_back({sequence, Clock::now()});
          in_order = in_order && sequence > last;
          last = sequence;
          ++count;
        }) {
    send("GET /events/stream?after=" + std::to_string(after) + " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + key + "\r\n\r\n");
  }
  void arrived(std::string_view bytes) override { parser_.feed(bytes); }
  bool open() const { return parser_.open(); }

  const std::size_t tenant;
  std::size_t count = 0;
  std::uint64_t last = 0;
  bool in_order = true;

 private:
  StreamParser parser_;
};

/// Writes for one tenant, one request at a time.
class Caller : public Peer {
 public:
  Caller(std::uint16_t port, std::string key) : Peer(port), key_(std::move(key)) {}

  bool idle() const { return !waiting_; }
  void create() { request("POST", "/domain-dialin-config", R"({"type":"pin_dialin","name_prefix":"0"})"); }
  void rename(std::size_t number) {
    const std::string name = "Front desk, the name of which changes all the time: " + std::to_string(number);
    request("PUT", "/domain-dialin-config/" + id_, R"({"name_prefix":")" + name + "\"}");
  }
  void arrived(std::string_view bytes) override {
    held_.append(bytes);
    const auto end = held_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const Head head = parse_head(std::string_view(held_).substr(0, end + 4));
    if (held_.size() < end + 4 + head.length) return;
    if (head.status != 200) throw std::runtime_error("a write was refused: " + held_);
    answers.push_back({head.sequence, Clock::now()});
    if (id_.empty()) id_ = held_.substr(held_.find("\"id\":\"", end) + 6, 36);
    held_.clear();
    waiting_ = false;
  }

  std::vector<Arrival> answers;

 private:
  void request(const std::string& method, const std::string& path, const std::string& body) {
    waiting_ = true;
    send(method + " " + path + " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + key_ +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  std::string key_, id_, held_;
  bool waiting_ = false;
};

class Loop {
 public:
  Loop() : epoll_(epoll_create1(0)), buffer_(256 * 1024) {}
  ~Loop() { close(epoll_); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void add(Peer& peer) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &peer;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, peer.socket(), &event) != 0) throw std::runtime_error("cannot watch a connection");
  }
  void turn(int wait_ms) {
    epoll_event events[256];
    const int ready = epoll_wait(epoll_, events, 256, wait_ms);
    for (int i = 0; i < ready; ++i) {
      auto& peer = *static_cast<Peer*>(events[i].data.ptr);
      const auto got = recv(peer.socket(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (got <= 0) throw std::runtime_error("the server closed a connection");
      peer.arrived({buffer_.data(), static_cast<std::size_t>(got)});
    }
  }
  template <class Done>
  void until(Done done, std::chrono::seconds patience, const char* what) {
    const auto deadline = Clock::now() + patience;
    while (!done()) {
      turn(10);
      if (Clock::now() > deadline) throw std::runtime_error(std::string("gave up waiting for ") + what);
    }
  }

 private:
  int epoll_;
  std::vector<char> buffer_;
};

struct Stage {
  std::vector<std::unique_ptr<Caller>> callers;
  std::vector<std::unique_ptr<Reader>> readers;
  std::vector<Arrival> arrivals;
  std::size_t late = 0;  ///< writes that found no idle caller at their time
};

bool all_idle(const Stage& stage) {
  return std::all_of(stage.callers.begin(), stage.callers.end(), [](const auto& caller) { return caller->idle(); });
}

void set_up(Stage& stage, Loop& loop, const Wanted& wanted, const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    loop.add(*stage.callers.emplace_back(std::make_unique<Caller>(wanted.port, key)));
    stage.callers.back()->create();
  }
  loop.until([&] { return all_idle(stage); }, std::chrono::seconds(30), "the configs");
  std::uint64_t last = 0;
  for (auto& caller : stage.callers) {
    last = std::max(last, caller->answers.back().sequence);
    caller->answers.clear();
  }
  stage.arrivals.reserve(wanted.rate * wanted.seconds * (wanted.readers / keys.size() + 1));
  for (std::size_t n = 0; n < wanted.readers; ++n) {
    const std::size_t tenant = n % keys.size();
    auto& reader = stage.readers.emplace_back(std::make_unique<Reader>(wanted.streams_port, keys[tenant], last, tenant, stage.arrivals));
    loop.add(*reader);
    loop.until([&] { return reader->open(); }, std::chrono::seconds(10), "a stream to open");
  }
}

/// One write each 1/rate s, tenant after tenant; a caller that is still waiting is passed over for the next.
void write_steadily(Stage& stage, Loop& loop, const Wanted& wanted) {
  const auto begin = Clock::now();
  const auto step = std::chrono::nanoseconds(1'000'000'000 / wanted.rate);
  std::size_t next = 0;
  for (std::size_t n = 0; n < wanted.rate * wanted.seconds; ++n) {
    const auto due = begin + step * n;
    // Only the last moment is spun away: a node may want this core.
    for (auto now = Clock::now(); now < due; now = Clock::now()) loop.turn(due - now > std::chrono::milliseconds(2) ? 1 : 0);
    std::size_t tried = 0;
    while (!stage.callers[next % stage.callers.size()]->idle()) {
      ++next;
      if (++tried % stage.callers.size() == 0) loop.turn(1);
    }
    if (Clock::now() > due + std::chrono::milliseconds(50)) ++stage.late;
    stage.callers[next++ % stage.callers.size()]->rename(n);
    if (n % 16 == 0) loop.turn(0);
  }
  loop.until([&] { return all_idle(stage); }, std::chrono::seconds(30), "the last answers");
}

int report(const Stage& stage, const Wanted& wanted) {
  std::vector<std::pair<std::uint64_t, Clock::time_point>> answered;
  for (const auto& caller : stage.callers) {
    for (const auto& answer : caller->answers) answered.emplace_back(answer.sequence, answer.time);
  }
  std::sort(answered.begin(), answered.end());
  if (!wanted.answers.empty()) {
    std::ofstream file(wanted.answers);
    for (const auto& [sequence, time] : answered) {
      file << sequence << ' ' << std::chrono::nanoseconds(time.time_since_epoch()).count() << '\n';
    }
    if (!file.flush()) throw std::runtime_error("cannot write " + wanted.answers);
  }
  std::vector<double> delays_ms;
  for (const auto& arrival : stage.arrivals) {
    const auto found = std::lower_bound(answered.begin(), answered.end(), std::pair{arrival.sequence, Clock::time_point::min()});
    if (found == answered.end() || found->first != arrival.sequence) throw std::runtime_error("an event arrived that nobody wrote");
    const std::chrono::duration<double, std::milli> delay = arrival.time - found->second;
    delays_ms.push_back(std::max(0.0, delay.count()));
  }
  std::sort(delays_ms.begin(), delays_ms.end());
  std::size_t incomplete = 0;
  for (const auto& reader : stage.readers) {
    if (!reader->in_order || reader->count != stage.callers[reader->tenant]->answers.size()) ++incomplete;
  }
  const auto at = [&](std::size_t permille) { return delays_ms.at(std::min(delays_ms.size() - 1, delays_ms.size() * permille / 1000)); };
  std::printf(
      "{\"readers\": %zu, \"tenants\": %zu, \"events\": %zu, \"arrivals\": %zu, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f, "
      "\"late_writes\": %zu, \"incomplete_readers\": %zu}\n",
      wanted.readers, stage.callers.size(), answered.size(), stage.arrivals.size(), at(500), at(990), delays_ms.back(), stage.late,
      incomplete);
  return incomplete == 0 ? 0 : 1;
}

int run(const Wanted& wanted) {
  std::vector<std::string> keys;
  std::ifstream file(wanted.keys);
  for (std::string key; std::getline(file, key);) keys.push_back(key);
  if (keys.empty()) throw std::runtime_error("no keys in " + wanted.keys);
  const rlimit files{1 << 17, 1 << 17};
  rlimit now{};
  getrlimit(RLIMIT_NOFILE, &now);
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
    now.rlim_cur = now.rlim_max;
    setrlimit(RLIMIT_NOFILE, &now);
  }
  Stage stage;
  Loop loop;
  set_up(stage, loop, wanted, keys);
  write_steadily(stage, loop, wanted);
  const auto complete = [&] {
    return std::all_of(stage.readers.begin(), stage.readers.end(),
                       [&](const auto& reader) { return reader->count >= stage.callers[reader->tenant]->answers.size(); });
  };
  const auto deadline = Clock::now() + std::chrono::seconds(10);
  while (!complete() && Clock::now() < deadline) loop.turn(10);
  return report(stage, wanted);
}

}  // namespace

int main(int count, char** values) {
  Wanted wanted;
  CLI::App app("Measures the event stream.", "sse_readers");
  app.add_option("--port", wanted.port)->required();
  app.add_option("--streams-port", wanted.streams_port);
  app.add_option("--answers", wanted.answers);
  app.add_option("--keys", wanted.keys)->required();
  app.add_option("--readers", wanted.readers)->check(CLI::Range(1, 100'000));
  app.add_option("--rate", wanted.rate)->check(CLI::Range(1, 100'000));
  app.add_option("--seconds", wanted.seconds)->check(CLI::Range(1, 600));
  CLI11_PARSE(app, count, values);
  if (wanted.streams_port == 0) wanted.streams_port = wanted.port;
  try {
    return run(wanted);
  } catch (const std::exception& failure) {
    std::cerr << "sse_readers: " << failure.what() << '\n';
    return 3;
  }
}
