#include "api/cli/load/load.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/cli/load/http_client.h"
#include "domain/phone_number.h"
#include "domain/sha256.h"

namespace dialin::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// For one line, answers that put it off and connections that fail included: longer than it takes until another node leads.
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kTryAgain{250};
constexpr std::chrono::seconds kWaitMost{30};
/// Lines whose outcome waits for that of one before.
constexpr std::size_t kOutcomesMost = 4096;

std::string key_of(const Wish& wish) {
  const Bytes16 digest = sha256_half("line " + std::to_string(wish.line) + "\n" + wish.body);
  return "load-" + to_hex(digest.data(), digest.size());
}

boost::json::object object_in(const std::string& body) {
  boost::system::error_code error;
  const auto value = boost::json::parse(body, error);
  return !error && value.is_object() ? value.get_object() : boost::json::object();
}

std::string text_in(const boost::json::object& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
}

/// As the server will understand it. What it will refuse has none.
std::string number_in(const std::string& body) {
  const auto number = PhoneNumber::parse(text_in(object_in(body), "phone_number"));
  return number ? number->text() : std::string();
}

/// Whether another try may have another answer.
bool puts_off(const HttpAnswer& answer, std::string_view error) {
  return answer.status == 429 || answer.status == 503 || (answer.status == 409 && error == "idempotency-error");
}

std::chrono::milliseconds wait_of(const HttpAnswer& answer) {
  int seconds = 0;
  const std::string text = answer.retry_after.value_or("");
  if (std::from_chars(text.data(), text.data() + text.size(), seconds).ec != std::errc{}) return kTryAgain;
  return std::clamp<std::chrono::milliseconds>(std::chrono::seconds(seconds), kTryAgain, kWaitMost);
}

std::string cannot_reach(const NotAnswered& reason) {
  return "the server cannot be reached: " + reason.why;
}
std::string shut_out(const std::string& info) {
  return "the server does not take the key: " + info;
}

class Load {
 public:
  Load(const LoadOptions& options, ConfigFile& file, const std::function<void(const LoadOutcome&)>& report)
      : options_(options), file_(file), report_(report) {}

  Loaded run() {
    auto first = HttpClient::make(options_.server, options_.ca, options_.key);
    if (!first) return {0, 0, first.error().why, true};
    const auto greeted = (*first)->call("GET", "/", {}, {});
    if (!greeted) return {0, 0, cannot_reach(greeted.error()), true};
    if (greeted->status != 200) return {0, 0, shut_out(text_in(object_in(greeted->body), "info")), true};
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < options_.connections; ++i) {
      workers.emplace_back(
          [this, client = i == 0 ? std::move(*first) : std::move(*HttpClient::make(options_.server, options_.ca, options_.key))] {
            while (auto taken = take()) finish(*taken, create(*client, taken->wish));
          });
    }
    for (auto& worker : workers) worker.join();
    // Behind a line that was given up others may have been answered.
    for (auto& [number, outcome] : outcomes_) count(outcome);
    if (loaded_.given_up.empty()) loaded_.given_up = file_.fault();
    return loaded_;
  }

 private:
  struct Taken {
    std::uint64_t place = 0;  ///< in the file: 0, 1, 2 …
    Wish wish;
    std::string phone_number;  ///< that it asks for, normalised; empty: none
  };

  /// Of two lines with one number the earlier one gets it: the later one is held back until that one has its answer.
  std::optional<Taken> take() {
    std::unique_lock lock(mutex_);
    reported_more_.wait(lock, [this] { return is_given_up_ || taken_ - reported_ < kOutcomesMost; });
    if (is_given_up_) return std::nullopt;
    auto wish = file_.next();
    if (!wish) return std::nullopt;
    Taken taken{taken_++, std::move(*wish), {}};
    if (taken.wish.wrong.empty()) taken.phone_number = number_in(taken.wish.body);
    if (taken.phone_number.empty()) return taken;
    const auto [at, is_only] = asking_.try_emplace(taken.phone_number, taken.place);
    const auto before = std::exchange(at->second, taken.place);
    if (!is_only) reported_more_.wait(lock, [&] { return is_given_up_ || before < reported_ || outcomes_.contains(before); });
    return taken;
  }

  /// Nothing: given up.
  std::optional<LoadOutcome> create(HttpClient& client, const Wish& wish) {
    LoadOutcome outcome;
    outcome.line = wish.line;
    outcome.info = wish.wrong;
    if (outcome.is_refused()) return outcome;
    const std::string target = std::string("/v1/domain-dialin-config") + (options_.dry_run ? "?dry_run=true" : "");
    HttpClient::Headers headers;
    if (!options_.dry_run) headers.emplace_back("Idempotency-Key", key_of(wish));
    for (const auto deadline = SteadyClock::now() + kPatience;;) {
      const auto answer = client.call("POST", target, headers, wish.body);
      const bool is_late = SteadyClock::now() > deadline;
      if (!answer) {
        if (is_late) return give_up(cannot_reach(answer.error()));
        std::this_thread::sleep_for(kTryAgain);
      } else {
        read(*answer, outcome);
        if (!outcome.is_refused() || !puts_off(*answer, outcome.error)) return outcome;
        if (is_late) return give_up("line " + std::to_string(wish.line) + ": the server takes no writes: " + outcome.info);
        std::this_thread::sleep_for(wait_of(*answer));
      }
      if (is_given_up()) return std::nullopt;
    }
  }

  static void read(const HttpAnswer& answer, LoadOutcome& outcome) {
    const auto object = object_in(answer.body);
    outcome.status = answer.status;
    outcome.error = text_in(object, "error");
    outcome.info = text_in(object, "info");
    outcome.id = text_in(object, "id");
    if (outcome.info.empty() && (answer.status != 200 || outcome.id.empty())) outcome.info = "the answer is none of this API's";
    if (answer.status != 200) return;
    if (const auto* config = object.if_contains("config"); config != nullptr && config->is_object()) {
      outcome.phone_number = text_in(config->get_object(), "phone_number");
    }
  }

  std::optional<LoadOutcome> give_up(std::string why) {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(is_given_up_, true)) {
      loaded_.given_up = std::move(why);
      loaded_.could_not_run = true;
    }
    reported_more_.notify_all();
    return std::nullopt;
  }
  bool is_given_up() {
    const std::lock_guard lock(mutex_);
    return is_given_up_;
  }

  void finish(const Taken& taken, std::optional<LoadOutcome> outcome) {
    // Every other line would be answered the same.
    if (outcome && (outcome->status == 401 || outcome->status == 403)) outcome = give_up(shut_out(outcome->info));
    if (!outcome) return;
    const std::lock_guard lock(mutex_);
    outcomes_.emplace(taken.place, std::move(*outcome));
    if (const auto at = asking_.find(taken.phone_number); at != asking_.end() && at->second == taken.place) asking_.erase(at);
    for (auto at = outcomes_.begin(); at != outcomes_.end() && at->first == reported_; at = outcomes_.erase(at), ++reported_) {
      count(at->second);
    }
    reported_more_.notify_all();
  }

  void count(LoadOutcome& outcome) {
    if (options_.dry_run && !outcome.is_refused() && !outcome.phone_number.empty()) {
      // The server stores nothing that the next line could collide with.
      const auto [at, is_first] = numbers_.emplace(outcome.phone_number, outcome.line);
      if (!is_first) {
        outcome.status = 0;  // as told here, not by the server
        outcome.error = "conflict-error";
        outcome.info = "phone_number " + outcome.phone_number + " stands in line " + std::to_string(at->second) + " of this file, too";
      }
    }
    if (options_.dry_run) outcome.id.clear();
    ++(outcome.is_refused() ? loaded_.refused : loaded_.created);
    report_(outcome);
  }

  const LoadOptions& options_;
  ConfigFile& file_;
  const std::function<void(const LoadOutcome&)>& report_;
  std::mutex mutex_;
  std::condition_variable reported_more_;
  std::uint64_t taken_ = 0;
  std::uint64_t reported_ = 0;
  std::map<std::uint64_t, LoadOutcome> outcomes_;           ///< by place, as long as an earlier one has none
  std::unordered_map<std::string, std::uint64_t> asking_;   ///< number to the last line that asks for it and has no answer yet
  std::unordered_map<std::string, std::uint64_t> numbers_;  ///< in a dry run, by the line that gave it first
  bool is_given_up_ = false;
  Loaded loaded_;
};

}  // namespace

Loaded load_configs(const LoadOptions& options, ConfigFile& file, const std::function<void(const LoadOutcome&)>& report) {
  return Load(options, file, report).run();
}

}  // namespace dialin::cli
