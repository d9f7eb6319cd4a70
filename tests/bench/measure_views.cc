// What the views cost, without a server around them: rebuilding from the log, reading configs and lists, now and as of the past, applying
// updates in groups. On a log that make_log made; the views go to DIR/measured_views and are removed first. Prints a line a figure.
//
//   measure_views --data DIR [--reads N] [--updates N] [--group N]

#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <vector>

#include "domain/evolve.h"
#include "infra/codec/json_codec.h"
#include "infra/crypto/system_random.h"
#include "infra/log/embedded_log.h"
#include "infra/log/posix_files.h"
#include "infra/storage/bulk_store.h"
#include "infra/storage/rocks_store.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "infra/telemetry/system_clock.h"
#include "projections/open_views.h"
#include "projections/views.h"

namespace {

using namespace dialin;
using Watch = std::chrono::steady_clock;

struct Wanted {
  std::string data;
  std::size_t reads = 200'000, updates = 200'000, group = 64;
};

double seconds_since(Watch::time_point begin) {
  return std::chrono::duration<double>(Watch::now() - begin).count();
}

/// On a machine that others use, too, this tells more than the time that passed.
double cpu_seconds(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// `VmRSS` or `VmHWM`, in MB.
std::uint64_t memory_mb(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name)) return std::stoull(line.substr(line.find_first_of("0123456789"))) / 1024;
  return 0;
}

std::string views_dir(const Wanted& wanted) {
  return wanted.data + "/measured_views";
}

projections::ViewStores view_stores() {
  return {.open = [](const std::string& dir) { return storage::open_rocks_store(dir); },
          .bulk = [](const std::string& dir) { return storage::make_bulk_store(dir); }};
}

projections::OpenViews opened(const Wanted& wanted, const EventLog& log, const Codec& codec) {
  auto views = projections::open_views(views_dir(wanted), log, codec, view_stores());
  if (!views) throw std::runtime_error(views.error().text);
  return std::move(*views);
}

std::vector<Holder> live_configs(const ViewStore& store) {
  std::vector<Holder> configs;
  const auto cursor = store.cursor(Family::configs, "");
  for (cursor->seek(""); cursor->valid(); cursor->next()) configs.push_back(projections::decode_holder(cursor->key()));
  return configs;
}

void print_times(const std::string& what, std::vector<double> times_us) {
  std::sort(times_us.begin(), times_us.end());
  std::cout << what << ": p50 " << times_us[times_us.size() / 2] << " us, p99 " << times_us[times_us.size() * 99 / 100] << " us\n";
}

void measure_reads(const projections::Views& views, const std::vector<Holder>& configs, std::size_t reads) {
  std::mt19937_64 draw(2);
  std::vector<double> times_us;
  times_us.reserve(reads);
  for (std::size_t i = 0; i < reads; ++i) {
    const Holder& one = configs[draw() % configs.size()];
    const auto begin = Watch::now();
    if (!views.config(one.tenant, one.id)) throw std::runtime_error("a config is missing");
    times_us.push_back(seconds_since(begin) * 1e6);
  }
  print_times("read", std::move(times_us));
}

/// As of when everything had been created and as of random later sequences, each beside its like of today. CPU time.
void measure_past(const projections::Views& views, const std::vector<Holder>& configs, std::size_t reads) {
  std::mt19937_64 draw(4);
  Sequence begin;
  for (const Holder& one : configs) begin = std::max(begin, views.config(one.tenant, one.id)->created_sequence);
  const std::uint64_t later = views.position().sequence.value - begin.value + 1;
  const auto timed = [&](const std::string& what, std::size_t times, const auto& ask) {
    std::vector<double> times_us;
    for (std::size_t i = 0; i < times; ++i) {
      const Holder& one = configs[draw() % configs.size()];
      const Sequence as_of{begin.value + draw() % later};
      const double started_s = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
      if (!ask(one, as_of)) throw std::runtime_error("nothing was there");
      times_us.push_back((cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - started_s) * 1e6);
    }
    print_times(what, std::move(times_us));
  };
  timed("read", reads, [&](const Holder& one, Sequence) { return views.config(one.tenant, one.id).has_value(); });
  timed("read as of any sequence", reads,
        [&](const Holder& one, Sequence as_of) { return views.config_as_of(one.tenant, one.id, as_of).has_value(); });
  timed("read as of the beginning", reads,
        [&](const Holder& one, Sequence) { return views.config_as_of(one.tenant, one.id, begin).has_value(); });
  timed("whole", reads, [&](const Holder&, Sequence as_of) { return views.whole(as_of) == as_of; });
  timed("sequence at a time", reads,
        [&](const Holder&, Sequence as_of) { return views.sequence_at({static_cast<std::int64_t>(as_of.value)}).value == 0; });

  const auto list = [&](const Holder& one, std::optional<Sequence> as_of, std::optional<ConfigId> behind, projections::ListFilter filter) {
    projections::ListRequest request;
    request.tenant = one.tenant;
    request.filter = std::move(filter);
    request.starting_after = behind;
    request.as_of = as_of;
    return views.list(request).has_value();
  };
  const std::size_t lists = reads / 100;
  timed("list", lists, [&](const Holder& one, Sequence) { return list(one, {}, one.id, {}); });
  timed("list as of any sequence", lists, [&](const Holder& one, Sequence as_of) { return list(one, as_of, one.id, {}); });
  timed("list as of the beginning", lists, [&](const Holder& one, Sequence) { return list(one, begin, one.id, {}); });
  projections::ListFilter by_type;
  by_type.type = Category::pinless_dialin;
  projections::ListFilter by_number;
  by_number.phone_numbers = {"000123"};
  projections::ListFilter by_name;
  by_name.name_prefix = "Front desk 20000";
  for (const auto& [name, filter] : {std::pair("type", by_type), std::pair("part of the number", by_number), std::pair("name", by_name)}) {
    timed(std::string("list by ") + name, 5, [&](const Holder& one, Sequence) { return list(one, {}, {}, filter); });
    timed(std::string("list by ") + name + " as of any sequence", 5,
          [&](const Holder& one, Sequence as_of) { return list(one, as_of, {}, filter); });
    timed(std::string("list by ") + name + " as of the beginning", 5,
          [&](const Holder& one, Sequence) { return list(one, begin, {}, filter); });
  }
}

/// The next event of a config: another name, by what its last one says.
projections::Entry renaming(const projections::Shown& last, const Tail& tail, const Codec& codec) {
  Event event = last.event;
  event.before = only(event.config, {});
  event.before.name_prefix = event.config.name_prefix;
  event.config.name_prefix = "Back desk " + std::to_string(tail.sequence.value);
  event.name = EventName::updated;
  event.version = event.version.next();
  event.changed = {};
  event.changed.add(Property::name_prefix);
  if (!event.created_at) event.created_at = last.record.time;
  if (!event.created_sequence) event.created_sequence = last.record.sequence;
  Record record;
  record.type = record_type_of(event.name);
  record.tenant = event.tenant;
  record.config = event.config_id;
  record.time = {tail.time.us + 1};
  codec.encode(event, record.value);
  chain_after(tail, record);
  return {std::move(record), std::move(event)};
}

void measure_updates(const Wanted& wanted, projections::OpenViews& open, const projections::Views& views, const Codec& codec,
                     const std::vector<Holder>& configs) {
  constexpr std::size_t kHot = 10'000;
  std::vector<projections::Shown> last;
  for (std::size_t i = 0; i < std::min(kHot, configs.size()); ++i)
    last.push_back(views.event_at(views.config(configs[i].tenant, configs[i].id)->sequence));
  std::mt19937_64 draw(3);
  projections::Projector projector(*open.store, codec, open.position);
  double applying_s = 0;
  double applying_cpu_s = 0;
  double slowest_s = 0;
  for (std::size_t done = 0; done < wanted.updates; done += wanted.group) {
    std::vector<projections::Entry> group;
    Tail tail = projector.position();
    for (std::size_t i = 0; i < wanted.group; ++i) {
      projections::Shown& shown = last[draw() % last.size()];
      const projections::Entry& entry = group.emplace_back(renaming(shown, tail, codec));
      tail = tail_of(entry.record);
      shown = {entry.record, *entry.event};
    }
    const auto begin = Watch::now();
    const double cpu_before_s = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    if (!projector.apply(group)) throw std::runtime_error("an update was not applied");
    const double took_s = seconds_since(begin);
    applying_s += took_s;
    applying_cpu_s += cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - cpu_before_s;
    slowest_s = std::max(slowest_s, took_s);
  }
  std::cout << "apply: " << applying_s / static_cast<double>(wanted.updates) * 1e6 << " us an event ("
            << applying_cpu_s / static_cast<double>(wanted.updates) * 1e6 << " us of CPU) in groups of " << wanted.group
            << ", slowest group " << slowest_s * 1e3 << " ms\n";
}

void measure(const Wanted& wanted) {
  log::PosixFiles files;
  const telemetry::SystemClock clock;
  const crypto::SystemRandom random;
  const codec::JsonCodec codec;
  telemetry::PrometheusTelemetry telemetry({.version = "bench", .level = Level::warning});
  log::EmbeddedOptions options;
  options.dir = wanted.data + "/log";
  const auto log = log::EmbeddedLog::open(options, {files, clock, random, codec, telemetry});
  if (!log) throw std::runtime_error(log.error().text);

  std::filesystem::remove_all(views_dir(wanted));
  auto begin = Watch::now();
  const double cpu_before_s = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  auto open = opened(wanted, **log, codec);
  const double rebuilding_s = seconds_since(begin);
  std::cout << "rebuild: " << static_cast<double>(open.replayed) / rebuilding_s << " events/s, " << open.replayed << " in " << rebuilding_s
            << " s (" << cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_before_s << " s of CPU), peak " << memory_mb("VmHWM") << " MB\n";
  open.store.reset();
  begin = Watch::now();
  open = opened(wanted, **log, codec);
  std::cout << "open: " << seconds_since(begin) * 1e3 << " ms\n";

  const projections::Views views(*open.store, **log, codec);
  const auto configs = live_configs(*open.store);
  measure_reads(views, configs, wanted.reads);
  measure_past(views, configs, wanted.reads);
  std::cout << "resident: " << memory_mb("VmRSS") << " MB with " << configs.size() << " configs\n";
  measure_updates(wanted, open, views, codec, configs);
  measure_reads(views, configs, wanted.reads);
  std::cout << "resident: " << memory_mb("VmRSS") << " MB, peak " << memory_mb("VmHWM") << " MB\n";
  open.store.reset();
  std::filesystem::remove_all(views_dir(wanted));  // they are ahead of the log now
}

}  // namespace

int main(int count, char** values) {
  Wanted wanted;
  CLI::App app("Measures the views.", "measure_views");
  app.add_option("--data", wanted.data)->required();
  app.add_option("--reads", wanted.reads);
  app.add_option("--updates", wanted.updates);
  app.add_option("--group", wanted.group);
  CLI11_PARSE(app, count, values);
  try {
    measure(wanted);
  } catch (const std::exception& failure) {
    std::cerr << "measure_views: " << failure.what() << '\n';
    return 3;
  }
  return 0;
}
