#pragma once
// Asks where the partition ends: by its offsets, which costs little, or, when told to be firm, by a record of its own that all in-sync
// brokers must take. Kafka does not check an offset with the other brokers, so one that was cut off and does not know it may tell an old
// one. Owns a thread.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "domain/ids.h"
#include "domain/secrets.h"
#include "infra/log/kafka/offset.h"
#include "infra/log/kafka/producer.h"
#include "infra/log/kafka/reader.h"

namespace dialin::log::kafka {

class EndAsker {
 public:
  struct Options {
    Connection connection;
    LogId log;
    bool appends = false;  ///< when it is to be firm
  };
  /// Called once for each ask(), on the asker's thread: everything that stood on the partition when it was asked stands below. Nothing: it
  /// cannot be learnt now.
  using Answered = std::function<void(std::optional<Offset>)>;

  /// All that is given must outlive it. `reader` reads nothing meanwhile: it would answer late.
  EndAsker(Reader& reader, const Options& options, const Random& random, Telemetry& telemetry, Answered answered);
  ~EndAsker();

  /// Any thread; does not block. One question at a time.
  void ask(bool firmly);
  /// Answers nothing any more, and asks nothing.
  void stop();

 private:
  void run();
  void tell_of_silence(bool is_answered);
  std::optional<Offset> ask_by_append();
  void take(std::span<const Delivered> delivered);

  Reader& reader_;
  const Options options_;
  const Random& random_;
  Telemetry& telemetry_;
  const Answered answered_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<bool> asked_;  ///< firmly?
  /// The last record that was appended to learn where it lands.
  struct Mark {
    Token token = 0;
    bool is_told = false;
    std::optional<Offset> landed;
  } mark_;
  bool stopping_ = false;
  std::optional<std::chrono::steady_clock::time_point> silent_since_;  ///< this and what follows: the asker's thread only
  bool is_silence_told_ = false;
  std::unique_ptr<Producer> producer_;  ///< made for a firm question

  std::thread thread_;
};

}  // namespace dialin::log::kafka
