#include <algorithm>
#include <chrono>
#include <deque>

#include "api/cli/audit/audited_log.h"
#include "api/cli/command.h"
#include "api/cli/options/reading_options.h"
#include "api/cli/terminal/event_text.h"
#include "api/cli/terminal/follow_stop.h"
#include "api/cli/terminal/output.h"

namespace dialin::cli {
namespace {

constexpr std::chrono::milliseconds kLookAgain{100};

/// The events of the log, to stdout.
class Printing {
 public:
  explicit Printing(const TailOptions& options) : options_(options) {}
  int run();

 private:
  using Step = log::LogWalk::Step;

  int print();
  bool is_wanted(const Record& record) const;
  /// False: it cannot be printed, and why was said, or nobody reads it.
  bool add(const Record& record, const Event* event);
  bool flush();
  int follow();

  const TailOptions& options_;
  AuditedLog log_{"tail"};
  Output output_;
  std::deque<std::string> held_;  ///< the last ones, as long as more may come before the log's end
};

int Printing::run() {
  if (const auto fault = log_.open(options_.log, options_.after, Until::written)) return log_.fails(*fault);
  if (options_.follow) FollowStop();
  const int end = print();
  log_.progress().clear();
  for (const std::string& text : held_) output_.text() += text;
  if (output_.flush() || output_.is_unread()) return end;
  return log_.fails({output_.fault(), true});
}

int Printing::print() {
  Record record;
  for (;;) {
    if (options_.follow && FollowStop::is_wanted()) return kDone;
    const Step step = log_.next(record);
    if (step == Step::fault) return log_.fails(log_.walk().fault());
    if (step == Step::end) {
      if (const auto last = log_.walk().tail().sequence; options_.after > last)
        return log_.fails({"the log ends at record " + std::to_string(last.value) + ", before --after", false});
      if (options_.follow) return follow();
      const auto loss = log_.walk().loss();
      return loss ? log_.fails({*loss, false}) : kDone;
    }
    if (!is_wanted(record)) continue;
    const auto event = log_.event(record);
    if (!event) return log_.fails(event.error());
    if (!add(record, *event ? &**event : nullptr)) return kDone;
  }
}

bool Printing::is_wanted(const Record& record) const {
  if (options_.tenant && record.tenant != options_.tenant) return false;
  return options_.types.empty() || std::find(options_.types.begin(), options_.types.end(), record.type) != options_.types.end();
}

bool Printing::add(const Record& record, const Event* event) {
  const auto append = options_.json ? append_event_json : append_event_text;
  if (!options_.last) {
    append(record, event, log_.codec(), output_.text());
    return !output_.is_full() || flush();
  }
  if (held_.size() == *options_.last) held_.pop_front();
  append(record, event, log_.codec(), held_.emplace_back());
  return true;
}

bool Printing::flush() {
  log_.progress().clear();
  return output_.flush();
}

int Printing::follow() {
  for (const std::string& text : held_) output_.text() += text;
  held_.clear();
  Record record;
  Step step = Step::end;
  while (!FollowStop::is_wanted()) {
    if (step == Step::end) {
      if (!flush()) return kDone;
      FollowStop::sleep(kLookAgain);
      if (!log_.walk().may_go_on()) continue;
    }
    step = log_.walk().next(record);
    if (step == Step::fault) return log_.fails(log_.walk().fault());
    if (step == Step::end || !is_wanted(record)) continue;
    const auto event = log_.event(record);
    if (!event) return log_.fails(event.error());
    (options_.json ? append_event_json : append_event_text)(record, *event ? &**event : nullptr, log_.codec(), output_.text());
    if (output_.is_full() && !flush()) return kDone;
  }
  return kDone;
}

}  // namespace

int run_tail(const std::vector<std::string>& arguments) {
  const auto parsed = read_tail_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  return Printing(std::get<TailOptions>(parsed)).run();
}

}  // namespace dialin::cli
