#pragma once
// "Where does the log end now?", asked once for all who wait, never for who comes later: an answer counts only for who waited before its
// question was sent. Each is told once everything below that end has been looked at, or when it has waited too long. Not thread-safe.

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "infra/log/kafka/offset.h"

namespace dialin::log::kafka {

class EndQuestions {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Reached = std::function<void(bool)>;  ///< false: the log could not be asked, or not read up to its end, in time

  /// `firmly`: whoever is asked must be sure of it. `until`: how long to wait.
  void add(Reached reached, bool firmly, Time until) {
    next_.push_back({std::move(reached), until});
    next_firmly_ |= firmly;
  }
  struct Question {
    bool firmly = false;
  };
  /// A question when one is to be sent now: somebody waits and none is under way. It counts for all who wait at this moment.
  std::optional<Question> send();
  /// The answer to the question under way; nothing: it failed. Gives those who are to be told so.
  std::vector<Reached> answered(std::optional<Offset> end);
  /// Those who wait for no more than `examined`, oldest end first.
  std::vector<Reached> reached(Offset examined);
  /// Those who have waited long enough.
  std::vector<Reached> late(Time now);
  /// Everybody.
  std::vector<Reached> all() { return late(Time::max()); }

  /// send() would give one.
  bool waits_to_be_sent() const { return !under_way_ && !next_.empty(); }
  /// The furthest end that somebody waits for.
  std::optional<Offset> furthest() const;

 private:
  struct Waiting {
    Reached reached;
    Time until;
  };
  std::vector<Waiting> next_;  ///< for the next question
  bool next_firmly_ = false;
  std::vector<Waiting> asked_;  ///< for the one under way
  bool under_way_ = false;
  std::map<Offset, std::vector<Waiting>> waiting_;
};

}  // namespace dialin::log::kafka
