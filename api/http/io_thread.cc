#include "api/http/io_thread.h"

#include <pthread.h>
#include <unistd.h>

// The thread sanitizer does not know Asio's fences; the loops here have one thread each and do not rest on them.
#pragma GCC diagnostic ignored "-Wtsan"
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <exception>
#include <iterator>
#include <system_error>
#include <thread>

#include "api/http/reply_target.h"
#include "api/http/session.h"
#include "api/http/short_turns.h"
#include "domain/invariant.h"

namespace dialin::http {

namespace asio = boost::asio;

namespace {

/// One thread runs the loop and touches its sockets, so that their operations need no locks; posting from elsewhere is locked still.
constexpr int kOneThread = BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO;
constexpr std::size_t kOutputBytes = 16 * 1024;
constexpr std::size_t kLookedAtMax = 64;
constexpr std::chrono::microseconds kTurnsMost{100};
constexpr std::size_t kHeldMax = 32;
constexpr std::chrono::microseconds kHeldTimeMax{250};  // a GET takes 10
constexpr std::string_view kTooMany = "This server has as many connections as it may have.";
constexpr std::string_view kTooManyOfAddress = "Your address has as many connections as it may have.";

template <class... Visitors>
struct Visit : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Visit(Visitors...) -> Visit<Visitors...>;

}  // namespace

struct IoThread::Loop {
  asio::io_context context{kOneThread};
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, asio::io_context::executor_type>
      timer{context};
  asio::posix::basic_stream_descriptor<asio::io_context::executor_type> bell{context};
  std::uint64_t rung = 0;  ///< what the bell's counter said, of no interest
  std::chrono::steady_clock::time_point start;
  std::thread thread;
};

IoThread::IoThread(std::size_t number, Core& core)
    : number_(number), core_(core), date_(http_date(std::time(nullptr))), loop_(std::make_unique<Loop>()) {
  output_.reserve(kOutputBytes);
  mailbox_ = std::make_shared<Mailbox>();
  const int bell = ::dup(mailbox_->bell());
  if (bell < 0) throw std::system_error(errno, std::generic_category(), "dup");
  loop_->bell.assign(bell);
  loop_->bell.non_blocking(true);
}

IoThread::~IoThread() {
  stop();
}

void IoThread::start() {
  loop_->start = std::chrono::steady_clock::now();
  loop_->timer.expires_at(loop_->start);
  wait_for_tick();
  wait_for_letters();
  loop_->thread = std::thread([this] { run(); });
}

void IoThread::run() {
  pthread_setname_np(pthread_self(), ("http-" + std::to_string(number_)).c_str());
  take_short_turns();
  loop_->context.run();  // the ticks keep it busy until stop()
}

void IoThread::stop() {
  if (loop_->thread.joinable()) {
    mailbox_->put(Work([this] { loop_->context.stop(); }));
    loop_->thread.join();
  }
  mailbox_->close();
}

void IoThread::wait_for_letters() {
  loop_->bell.async_read_some(asio::buffer(&loop_->rung, sizeof loop_->rung), [this](const boost::system::error_code& error, std::size_t) {
    if (error) return;
    open_letters();
    wait_for_letters();
  });
}

boost::asio::io_context& IoThread::loop() {
  return loop_->context;
}

void IoThread::wait_for_tick() {
  loop_->timer.expires_at(loop_->timer.expiry() + kTickLength);
  loop_->timer.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void IoThread::tick() {
  const auto passed = std::chrono::steady_clock::now() - loop_->start;
  const auto now = static_cast<Tick>(passed / kTickLength);
  while (wheel_.now() < now) wheel_.advance();  // several, when the thread was kept from running
  const std::time_t second = std::time(nullptr);
  if (second != date_second_) {
    date_second_ = second;
    date_ = http_date(second);
  }
  wait_for_tick();
}

void IoThread::open_letters() {
  std::vector<Letter> letters;
  letters.swap(letters_);  // its memory is used again
  mailbox_->take(letters);
  for (Letter& letter : letters) open(letter);
  letters.clear();
  letters_.swap(letters);
}

void IoThread::open(Letter& letter) {
  try {
    std::visit(Visit{
                   [this](NewConnection& connection) { open(std::move(connection)); },
                   [](Answer& answer) { answer.target->deliver(answer.work); },
                   [](Forgotten& forgotten) {
                     if (forgotten.link->session != nullptr) forgotten.link->session->forgotten(forgotten.request);
                   },
                   [](Work& work) { work(); },
               },
               letter);
  } catch (const std::exception& error) {
    core_.telemetry.say(Level::error, std::string("work on an io thread failed: ") + error.what());
  }
}

/// Who came where all are busy may find room at another thread: each is asked once.
bool IoThread::passes_on(NewConnection& connection) {
  if (is_draining_ || ++connection.asked >= core_.options.threads) return false;
  next_->put(std::move(connection));
  return true;
}

void IoThread::open(NewConnection connection) {
  const bool is_refused = connection.is_one_too_many_of_its || (connection.is_one_too_many && !make_room());
  if (is_refused && !connection.is_one_too_many_of_its && passes_on(connection)) return;
  std::unique_ptr<Session> session;
  try {
    session = std::make_unique<Session>(*this, std::move(connection.socket), connection.peer);
  } catch (...) {
    core_.connection_closed(connection.peer);
    throw;
  }
  sessions_.push_front(std::move(session));
  const auto place = sessions_.begin();
  if (is_refused) {
    core_.telemetry.add(connection.is_one_too_many_of_its ? Counter::connections_refused_address : Counter::connections_refused);
    (*place)->start_refused(place, connection.is_one_too_many_of_its ? kTooManyOfAddress : kTooMany);
  } else {
    (*place)->start(place);
  }
}

/// Of the connections that have been of no use for the longest time one that is not being answered ends. Only so many are looked at: when
/// all of these are streams or slow readers of answers, there is no room. They are of use, so the next look begins behind them.
bool IoThread::make_room() {
  for (std::size_t left = std::min(kLookedAtMax, sessions_.size()); left > 0; --left) {
    const auto last = std::prev(sessions_.end());
    if ((*last)->make_room()) return true;
    came_to_use(last);
  }
  return false;
}

void IoThread::forget(std::list<std::unique_ptr<Session>>::iterator session) {
  sessions_.erase(session);
}

void IoThread::begin_drain() {
  is_draining_ = true;
  // Twice around the loop first: what the kernel has already received becomes requests, which are answered and not cut off.
  asio::post(loop_->context, [this] {
    asio::post(loop_->context, [this] {
      send_held();  // may end any session, also the next one of the walk
      for (auto next = sessions_.begin(); next != sessions_.end();) (*next++)->begin_drain();
    });
  });
}

void IoThread::close_all() {
  send_held();  // as above
  for (auto next = sessions_.begin(); next != sessions_.end();) (*next++)->force_close();
}

void IoThread::schedule(Session& session) {
  scheduled_.push_back(&session);
  if (!are_turns_due_) give_turns_later();
}

void IoThread::give_turns_later() {
  are_turns_due_ = true;
  asio::post(loop_->context, [this] { give_turns(); });
}

/// Not to all at once: what came meanwhile is short, as a rule, and its caller has waited for nothing else.
void IoThread::give_turns() {
  const auto began = std::chrono::steady_clock::now();
  send_held();  // what is done does not wait for long work
  do {
    Session* const session = scheduled_.front();
    scheduled_.pop_front();
    session->on_turn();
  } while (!scheduled_.empty() && std::chrono::steady_clock::now() - began < kTurnsMost);
  are_turns_due_ = false;
  if (scheduled_.empty()) return;
  give_turns_later();
  // This thread makes no pause by itself, and who wakes meanwhile, the writer above all, would get its processor with the kernel's next
  // tick only.
  std::this_thread::yield();
}

void IoThread::hold(Session& session) {
  if (held_.empty()) {
    held_since_ = std::chrono::steady_clock::now();
    asio::post(loop_->context, [this] { send_held(); });
  }
  held_.push_back(&session);
  send_held_when_due();
}

void IoThread::send_held_when_due() {
  if (held_.empty()) return;
  if (held_.size() >= kHeldMax || std::chrono::steady_clock::now() - held_since_ >= kHeldTimeMax) send_held();
}

/// What it throws ends the process, also where a letter is opened: answers that nothing sends any more would be worse.
void IoThread::send_held() noexcept {
  invariant(output_.empty(), "what one session has built is not sent by another");
  sending_.swap(held_);
  for (Session* session : sending_) session->send_held();
  sending_.clear();
}

}  // namespace dialin::http
