#include "infra/telemetry/prometheus_telemetry.h"

#include <gtest/gtest.h>
#include <regex.h>

#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "infra/telemetry/metric_names.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::telemetry {
namespace {

/// The value of the sample with this name and these labels; -1 when there is none.
double sample(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
  }
  return -1;
}

/// The whole text, against an extended regular expression (POSIX; the standard library's draws a false warning under sanitizers).
bool matches(const std::string& text, const std::string& pattern) {
  regex_t compiled;
  EXPECT_EQ(::regcomp(&compiled, ("^(" + pattern + ")$").c_str(), REG_EXTENDED | REG_NOSUB), 0);
  const bool found = ::regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&compiled);
  return found;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Metrics, show_what_was_counted) {
  PrometheusTelemetry telemetry({.version = "1.2.3"});
  telemetry.add(Counter::events_appended);
  telemetry.add(Counter::events_appended, 4);
  telemetry.add(Counter::log_strays, 7);
  telemetry.set(Gauge::applied, 12);
  telemetry.set(Gauge::applied, 11);
  telemetry.set(Gauge::chain_ahead_of_clock_seconds, -0.5);
  const std::string text = telemetry.expose();
  EXPECT_EQ(sample(text, "dialin_events_appended_total"), 5);
  EXPECT_EQ(sample(text, "dialin_groups_appended_total"), 0);
  EXPECT_EQ(sample(text, "dialin_log_strays_total"), 7);
  EXPECT_EQ(sample(text, "dialin_applied_sequence"), 11);
  EXPECT_EQ(sample(text, "dialin_chain_ahead_of_clock_seconds"), -0.5);
  EXPECT_EQ(sample(text, R"(dialin_build_info{version="1.2.3"})"), 1);
}

const std::vector<RouteName> kRoutes = {{"other", "malformed"}, {"other", "unknown"}, {"GET", "/a/{id}"}, {"GET", "/healthz", true}};

AnsweredRequest answered(std::size_t row, unsigned status, double seconds = 0.002) {
  return {.row = row, .status = status, .seconds = seconds, .method = "GET", .path = "/a/7"};
}

TEST(Metrics, tell_requests_apart_by_route_and_class_of_status) {
  PrometheusTelemetry telemetry({.version = "1", .routes = kRoutes, .level = Level::error});
  for (const unsigned status : {200U, 204U, 304U, 404U, 429U, 503U, 0U}) telemetry.answered(answered(2, status));
  telemetry.answered(answered(kMalformedRow, 400, 0));
  AnsweredRequest stream = answered(2, 200, 700);
  stream.part = AnsweredRequest::Part::stream_ended;
  telemetry.answered(stream);
  const std::string text = telemetry.expose();
  const auto count = [&](const std::string& route, const std::string& status) {
    return sample(text, "dialin_http_requests_total{method=\"" + std::string(route[0] == '/' ? "GET" : "other") + "\",route=\"" + route +
                            "\",status=\"" + status + "\"}");
  };
  EXPECT_EQ(count("/a/{id}", "2xx"), 2) << "a stream was counted when it began";
  EXPECT_EQ(count("/a/{id}", "3xx"), 1);
  EXPECT_EQ(count("/a/{id}", "4xx"), 2);
  EXPECT_EQ(count("/a/{id}", "5xx"), 1);
  EXPECT_EQ(count("/a/{id}", "gone"), 1);
  EXPECT_EQ(count("malformed", "4xx"), 1);
  EXPECT_EQ(count("unknown", "4xx"), 0);
  EXPECT_EQ(sample(text, R"(dialin_http_request_seconds_count{method="GET",route="/a/{id}"})"), 7);
  EXPECT_EQ(sample(text, R"(dialin_http_request_seconds_bucket{method="GET",route="/a/{id}",le="0.001"})"), 0);
  EXPECT_EQ(sample(text, R"(dialin_http_request_seconds_bucket{method="GET",route="/a/{id}",le="0.0025"})"), 7);
}

TEST(Metrics, put_each_observation_into_its_bucket_and_all_above) {
  PrometheusTelemetry telemetry({.version = "1"});
  for (const double records : {1.0, 2.0, 3.0, 1024.0, 5000.0}) telemetry.observe(Histogram::group_records, records);
  const std::string text = telemetry.expose();
  EXPECT_EQ(sample(text, R"(dialin_group_records_bucket{le="1"})"), 1);
  EXPECT_EQ(sample(text, R"(dialin_group_records_bucket{le="2"})"), 2);
  EXPECT_EQ(sample(text, R"(dialin_group_records_bucket{le="4"})"), 3);
  EXPECT_EQ(sample(text, R"(dialin_group_records_bucket{le="512"})"), 3);
  EXPECT_EQ(sample(text, R"(dialin_group_records_bucket{le="1024"})"), 4);
  EXPECT_EQ(sample(text, R"(dialin_group_records_bucket{le="+Inf"})"), 5);
  EXPECT_EQ(sample(text, "dialin_group_records_count"), 5);
  EXPECT_EQ(sample(text, "dialin_group_records_sum"), 6030);
}

TEST(Metrics, lose_no_count_of_many_threads) {
  PrometheusTelemetry telemetry({.version = "1"});
  constexpr int kThreads = 12;
  constexpr int kEach = 20'000;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) {
        telemetry.add(Counter::events_appended);
        telemetry.observe(Histogram::append_seconds, 0.25);
      }
    });
  }
  telemetry.expose();
  for (std::thread& thread : threads) thread.join();
  const std::string text = telemetry.expose();
  EXPECT_EQ(sample(text, "dialin_events_appended_total"), kThreads * kEach);
  EXPECT_EQ(sample(text, "dialin_append_seconds_count"), kThreads * kEach);
  EXPECT_EQ(sample(text, "dialin_append_seconds_sum"), kThreads * kEach * 0.25);
}

TEST(Metrics, are_well_formed) {
  const std::string text = PrometheusTelemetry({.version = "1", .routes = kRoutes}).expose();
  const std::string sample_line = R"re([a-z_]+(\{[a-z]+="[^"]+"(,[a-z]+="[^"]+")*\})? -?[0-9.e+-]+)re";
  std::set<std::string> families;
  std::string family;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(families.insert(family).second) << family << " stands in two places";
      EXPECT_TRUE(family.starts_with("dialin_")) << line;
      EXPECT_TRUE(line.ends_with(".")) << line;
    } else if (line.starts_with("# TYPE ")) {
      EXPECT_EQ(line.ends_with(" counter"), family.ends_with("_total")) << line;
    } else {
      EXPECT_TRUE(matches(line, sample_line)) << line;
      EXPECT_TRUE(line.starts_with(family)) << line;
    }
  }
  constexpr std::size_t kSharedNames = 3 + 2;  // four counters of handshakes are one family, three of hold music another
  EXPECT_EQ(families.size(), kCounterCount + kGaugeCount + kHistogramCount + 3 - kSharedNames);
}

TEST(Metrics, bounds_grow) {
  for (const Histogram histogram :
       {Histogram::append_seconds, Histogram::apply_seconds, Histogram::music_seconds, Histogram::group_records}) {
    const auto bounds = bounds_of(histogram);
    for (std::size_t i = 1; i < bounds.size(); ++i) EXPECT_LT(bounds[i - 1], bounds[i]);
  }
}

/// What is written to stderr meanwhile.
template <class Talk>
std::vector<std::string> said(const TelemetryOptions& options, const Talk& talk) {
  testing::internal::CaptureStderr();
  {
    PrometheusTelemetry telemetry(options);
    talk(telemetry);
  }
  return lines_of(testing::internal::GetCapturedStderr());
}

TEST(Lines, have_time_level_and_text_from_the_level_on) {
  const auto talk = [](Telemetry& telemetry) {
    telemetry.say(Level::debug, "one");
    telemetry.say(Level::info, "two {} %v");
    telemetry.say(Level::warning, "three");
    telemetry.say(Level::error, "four");
  };
  const auto all = said({.version = "1", .level = Level::debug}, talk);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_TRUE(matches(all[1], R"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z info two \{\} %v)")) << all[1];
  EXPECT_TRUE(all[0].ends_with("Z debug one") && all[2].ends_with("Z warning three") && all[3].ends_with("Z error four"));
  EXPECT_EQ(said({.version = "1"}, talk).size(), 3U);
  EXPECT_EQ(said({.version = "1", .level = Level::warning}, talk).size(), 2U);
  EXPECT_EQ(said({.version = "1", .level = Level::error}, talk).size(), 1U);
}

TEST(Lines, stay_one_line_whatever_is_in_them) {
  const auto talk = [](Telemetry& telemetry) { telemetry.say(Level::info, "a\nb\r\x1b[31m \"ü\""); };
  const auto text = said({.version = "1"}, talk);
  ASSERT_EQ(text.size(), 1U);
  EXPECT_TRUE(text[0].ends_with("info a b  [31m \"ü\"")) << text[0];
  const auto json = said({.version = "1", .json_lines = true}, talk);
  ASSERT_EQ(json.size(), 1U);
  EXPECT_TRUE(matches(json[0], R"(\{"time":"[0-9T:.-]{26}Z",.*)")) << json[0];
  EXPECT_TRUE(json[0].ends_with(R"(,"level":"info","line":"a\nb\r\u001b[31m \"ü\""})")) << json[0];
}

TEST(Lines, of_many_threads_do_not_mix) {
  const auto lines = said({.version = "1"}, [](Telemetry& telemetry) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 200; ++j) telemetry.say(Level::info, std::string(300, 'x'));
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  EXPECT_EQ(lines.size(), 800U);
  for (const std::string& line : lines) EXPECT_TRUE(line.ends_with(" info " + std::string(300, 'x'))) << line;
}

TEST(Levels, have_names) {
  for (const Level level : {Level::debug, Level::info, Level::warning, Level::error}) EXPECT_EQ(level_named(name_of(level)), level);
  EXPECT_EQ(level_named("warn"), std::nullopt);
  EXPECT_EQ(level_named(""), std::nullopt);
}

TEST(SystemClockTest, tells_the_time_of_this_machine) {
  const Instant before = SystemClock().now();
  EXPECT_GT(before, *Instant::parse("2024-01-01T00:00:00Z"));
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_GE(SystemClock().now().us - before.us, 2000);
}

}  // namespace
}  // namespace dialin::telemetry
