#include "infra/log/kafka/end_asker.h"

#include <chrono>
#include <utility>

namespace dialin::log::kafka {
namespace {

constexpr int kAsk_ms = 2000;
constexpr std::chrono::seconds kSilenceMost{2};

}  // namespace

EndAsker::EndAsker(Reader& reader, const Options& options, const Random& random, Telemetry& telemetry, Answered answered)
    : reader_(reader), options_(options), random_(random), telemetry_(telemetry), answered_(std::move(answered)), thread_([this] {
        run();
      }) {}

EndAsker::~EndAsker() {
  stop();
}

void EndAsker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void EndAsker::ask(bool firmly) {
  {
    const std::lock_guard lock(mutex_);
    asked_ = firmly;
  }
  changed_.notify_one();
}

void EndAsker::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || asked_; });
    if (stopping_) return;
    const bool firmly = *std::exchange(asked_, std::nullopt);
    lock.unlock();
    const auto end = firmly && options_.appends ? ask_by_append() : reader_.ask_end(kAsk_ms);
    tell_of_silence(end.has_value());
    answered_(end);
    lock.lock();
  }
}

/// When it begins to matter, and when it is over.
void EndAsker::tell_of_silence(bool is_answered) {
  const auto now = std::chrono::steady_clock::now();
  if (!is_answered) {
    if (!silent_since_) silent_since_ = now;
    if (is_silence_told_ || now - *silent_since_ < kSilenceMost) return;
    is_silence_told_ = true;
    return telemetry_.say(Level::warning, "Kafka does not tell the log's end: this node may be behind, and takes no writes");
  }
  silent_since_.reset();
  if (std::exchange(is_silence_told_, false)) telemetry_.say(Level::info, "Kafka tells the log's end again");
}

std::optional<Offset> EndAsker::ask_by_append() {
  if (!producer_) {
    auto made =
        Producer::make(options_.connection, options_.log, telemetry_, [this](std::span<const Delivered> delivered) { take(delivered); });
    if (!made) {
      telemetry_.say(Level::error, made.error().text);
      return std::nullopt;
    }
    producer_ = std::move(*made);
  }
  std::unique_lock lock(mutex_);
  const Token token = ++mark_.token;
  mark_.is_told = false;
  lock.unlock();
  const bool is_sent = producer_->mark(token, random_);
  lock.lock();
  if (is_sent) changed_.wait_for(lock, std::chrono::milliseconds(kAsk_ms), [this] { return stopping_ || mark_.is_told; });
  const std::optional<Offset> landed = mark_.is_told ? mark_.landed : std::nullopt;
  const bool has_failed = !is_sent || (mark_.is_told && !landed);
  lock.unlock();
  // A producer that failed once may fail for ever. Without the lock: its thread may be about to tell something.
  if (has_failed) producer_.reset();
  // One that is late is of no use to anybody: the next question needs a later one.
  return landed;
}

void EndAsker::take(std::span<const Delivered> delivered) {
  {
    const std::lock_guard lock(mutex_);
    for (const Delivered& one : delivered) {
      if (one.token != mark_.token) continue;
      mark_.is_told = true;
      mark_.landed = one.offset;
    }
  }
  changed_.notify_one();
}

}  // namespace dialin::log::kafka
