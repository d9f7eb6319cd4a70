#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <thread>

#include "api/cli/command.h"
#include "api/cli/serve/dev_setup.h"
#include "api/cli/serve/node.h"
#include "api/cli/terminal/output.h"
#include "infra/sandbox/sandbox.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::cli {
namespace {

/// RocksDB makes its files as the umask says; the views hold what the log holds.
constexpr mode_t kOthersNothing = 027;

/// Taken by sigwait() on the main thread alone; every other thread inherits the mask.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

/// What is followed as files is seen within a second anyway. A SIGHUP makes it sooner, and tells whoever has just changed something.
void wait_for_stop(const sigset_t& signals, Node& node) {
  constexpr timespec kLook{0, 50'000'000};  // until the manager of services knows that the node is ready
  for (;;) {
    const int signal = sigtimedwait(&signals, nullptr, node.announce() ? nullptr : &kLook);
    if (signal == SIGHUP) node.look_again();
    if (signal == SIGTERM || signal == SIGINT) return;
  }
}

/// While the store is being opened, which may take minutes, there is nothing to bring to rest: the log and the views stand a kill at any
/// instruction. So a wish to stop is granted at once.
class StopWhileOpening {
 public:
  explicit StopWhileOpening(const sigset_t& signals) : thread_([signals](const std::stop_token& done) { watch(signals, done); }) {}

 private:
  static void watch(const sigset_t& signals, const std::stop_token& done) {
    constexpr timespec kLook{0, 50'000'000};
    while (!done.stop_requested()) {
      const int signal = sigtimedwait(&signals, nullptr, &kLook);
      if (signal != SIGTERM && signal != SIGINT) continue;
      std::cerr << "dialin serve: stopped while the store was being opened\n";
      std::_Exit(kDone);
    }
  }
  std::jthread thread_;
};

int cannot_serve(std::string_view why) {
  std::cerr << "dialin serve: " << why << '\n';
  return kCouldNotRun;
}

std::string first_steps(const std::string& url, const std::string& key) {
  return "key of the tenant 'dev': " + key + "\ntry:\n  curl -s -H 'Authorization: Bearer " + key + "' " + url +
         "/v1/domain-dialin-config -H 'Content-Type: application/json' \\\n"
         "    -d '{\"type\": \"pinless_dialin\", \"phone_number\": \"+12555599999\", \"name_prefix\": \"Front desk\"}'\n";
}

/// A full disk behind its stdout keeps no node from serving.
void tell(std::string text) {
  print("dialin serve", std::move(text));
}

}  // namespace

int run_serve(const std::vector<std::string>& arguments) {
  const auto parsed = read_serve_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<ServeOptions>(parsed);
  ::umask(kOthersNothing);
  if (!options.guard.core_dumps) sandbox::keep_memory_private();
  const sigset_t signals = block_signals();

  std::string dev_key;
  if (options.dev) {
    auto key = set_up_dev(options, telemetry::SystemClock{}.now());
    if (!key) return cannot_serve(key.error().text);
    dev_key = std::move(*key);
  }
  auto node = [&] {
    const StopWhileOpening stop(signals);
    return Node::open(options);
  }();
  if (!node) return cannot_serve(node.error().text);
  if (const auto started = (*node)->start(); !started) return cannot_serve(started.error().text);
  tell((options.dev ? first_steps((*node)->url(), dev_key) : "") + "listening on " + (*node)->url() + "\n");
  wait_for_stop(signals, **node);
  (*node)->stop();
  return kDone;
}

}  // namespace dialin::cli
