#include "infra/telemetry/looked_up.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "infra/telemetry/process_figures.h"
#include "infra/telemetry/prometheus_telemetry.h"

namespace dialin::telemetry {
namespace {

namespace fs = std::filesystem;

/// What a source tells now.
std::map<LookedFigure, std::optional<double>> told(const FigureSource& source) {
  std::map<LookedFigure, std::optional<double>> figures;
  source([&](LookedFigure figure, std::optional<double> value) { figures[figure] = value; });
  return figures;
}

TEST(LookedUpFigures, that_cannot_be_had_are_left_out_and_counted) {
  PrometheusTelemetry telemetry({.version = "1"});
  telemetry.look_at([](const TellFigure& tell) {
    tell(LookedFigure::log_bytes, 7);
    tell(LookedFigure::disk_free_bytes, std::nullopt);
    tell(LookedFigure::disk_total_bytes, std::nullopt);
  });
  telemetry.look_at([](const TellFigure& tell) { tell(LookedFigure::process_cpu_seconds, 0.5); });
  const std::string text = telemetry.expose();
  EXPECT_NE(text.find("# TYPE dialin_log_bytes gauge\ndialin_log_bytes 7\n"), std::string::npos) << text;
  EXPECT_NE(text.find("# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 0.5\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\ndialin_figures_failed_total 2\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("dialin_disk"), std::string::npos) << "neither a sample, nor words on one";
}

TEST(LookedUpFigures, are_looked_up_once_a_second_however_many_ask) {
  LookedUp looked_up([](std::uint64_t) {});
  int looks = 0;
  looked_up.add([&](const TellFigure& tell) { tell(LookedFigure::log_bytes, ++looks); });
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) looked_up.values();
  const auto most = 1 + (std::chrono::steady_clock::now() - begin) / LookedUp::kFresh;
  EXPECT_LE(looks, most);
  std::this_thread::sleep_for(LookedUp::kFresh);
  const int before = looks;
  EXPECT_EQ(looked_up.values()[static_cast<std::size_t>(LookedFigure::log_bytes)], before + 1);
}

TEST(LookedUpFigures, have_names_of_their_own) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kLookedCount; ++i) {
    const MetricName name = name_of(static_cast<LookedFigure>(i));
    EXPECT_TRUE(names.insert(name.name).second) << name.name;
    EXPECT_TRUE(name.help.ends_with(".")) << name.help;
  }
}

TEST(ProcessFigures, are_those_of_this_process) {
  const FigureSource source = process_figures();
  auto before = told(source);
  EXPECT_EQ(before.size(), 7U);
  for (const auto& [figure, value] : before) EXPECT_TRUE(value) << name_of(figure).name;
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(before[LookedFigure::process_descriptors_max], static_cast<double>(limit.rlim_cur));
  EXPECT_LT(*before[LookedFigure::process_start_seconds], static_cast<double>(::time(nullptr)) + 1);
  EXPECT_GT(*before[LookedFigure::process_start_seconds], static_cast<double>(::time(nullptr)) - 3600);

  std::vector<int> open;
  for (int i = 0; i < 10; ++i) open.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::vector<char> memory(64 << 20, 'x');
  volatile double work = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
  while (std::chrono::steady_clock::now() < end) work = work + 1;
  std::jthread other([](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
  });
  auto after = told(source);
  EXPECT_EQ(*after[LookedFigure::process_open_descriptors] - *before[LookedFigure::process_open_descriptors], 10);
  EXPECT_GE(*after[LookedFigure::process_resident_bytes] - *before[LookedFigure::process_resident_bytes], 60 << 20);
  EXPECT_GE(*after[LookedFigure::process_virtual_bytes], *after[LookedFigure::process_resident_bytes]);
  EXPECT_GE(*after[LookedFigure::process_cpu_seconds] - *before[LookedFigure::process_cpu_seconds], 0.01);
  EXPECT_EQ(*after[LookedFigure::process_threads] - *before[LookedFigure::process_threads], 1);
  EXPECT_EQ(after[LookedFigure::process_start_seconds], before[LookedFigure::process_start_seconds]);
  // As an older system has to count them; one is open for the counting.
  EXPECT_EQ(entries_in("/proc/self/fd"), *after[LookedFigure::process_open_descriptors] + 1);
  for (const int descriptor : open) ::close(descriptor);
  EXPECT_EQ(memory.back(), 'x');
}

TEST(ProcessFigures, are_read_whatever_the_program_is_called) {
  const std::string rest = " S 1 2 2 0 -1 4194304 10 0 0 0 11 12 0 0 20 0 9 0 777 123456 42 18446744073709551615 1 1\n";
  for (const std::string name : {"(dialin)", "(a) R 7 (b)", "()", "(x y)"}) {
    const auto stat = read_stat("2 " + name + rest);
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->threads, 9U);
    EXPECT_EQ(stat->start_ticks, 777U);
    EXPECT_EQ(stat->virtual_bytes, 123456U);
    EXPECT_EQ(stat->resident_pages, 42U);
  }
  for (const std::string line :
       {"", "2 dialin S 1", "2 (dialin)", "2 (dialin) S 1 2 2 0 -1 4194304 10 0 0 0 11 12 0 0 20 0 many 0 777 123456 42"})
    EXPECT_FALSE(read_stat(line)) << line;
}

TEST(DiskFigures, are_of_the_disk_and_of_the_log_on_it) {
  const fs::path data = fs::temp_directory_path() / ("dialin_disk_figures_" + std::to_string(::getpid()));
  fs::create_directories(data / "log");
  std::ofstream(data / "log" / "1.segment") << std::string(1 << 20, 'x');
  std::ofstream(data / "log" / "2.segment") << std::string(1 << 20, 'x');
  std::ofstream(data / "other") << std::string(1 << 20, 'x');
  auto figures = told(disk_figures(data.string()));
  EXPECT_GE(*figures[LookedFigure::log_bytes], 2 << 20);
  EXPECT_LT(*figures[LookedFigure::log_bytes], 3 << 20);
  EXPECT_GT(*figures[LookedFigure::disk_free_bytes], 0);
  EXPECT_GE(*figures[LookedFigure::disk_total_bytes], *figures[LookedFigure::disk_free_bytes]);
  fs::remove_all(data);
  const auto gone = told(disk_figures(data.string()));
  ASSERT_EQ(gone.size(), 3U);
  for (const auto& [figure, value] : gone) EXPECT_FALSE(value) << name_of(figure).name;
}

}  // namespace
}  // namespace dialin::telemetry
