// The parts that connections are made of, alone: the parser, the wheel, the head of an answer.

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "api/http/answer_head.h"
#include "api/http/receive_buffer.h"
#include "api/http/request_parser.h"
#include "api/http/timer_wheel.h"

namespace dialin::http {

namespace {

constexpr ParserLimits kLimits{256, 1024, 4096};

std::string summary(const RequestParser& parser, RequestParser::Step step) {
  if (step == RequestParser::Step::malformed) return "malformed " + std::to_string(parser.malformed().status);
  if (step == RequestParser::Step::need_more) return "more";
  const Request& request = parser.request();
  std::string text = std::string(request.method_text) + "|" + std::string(request.path) + "|" + std::string(request.query);
  for (const auto& field : request.fields) text += "|" + std::string(field.value_or("-"));
  return text + "|" + std::string(request.body) + "|" + (parser.keep_alive() ? "keep" : "close");
}

/// Feeds `bytes` in pieces that end at `cuts`, each time at another place in memory.
std::string parsed_in_pieces(const std::string& bytes, const std::vector<std::size_t>& cuts) {
  RequestParser parser(kLimits);
  std::unique_ptr<char[]> memory;
  std::size_t held = 0;
  std::size_t fed = 0;
  auto step = RequestParser::Step::need_more;
  for (std::size_t i = 0; i <= cuts.size() && step == RequestParser::Step::need_more; ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : bytes.size();
    auto next = std::make_unique<char[]>(held + end - fed + 1);
    if (held > 0) std::memcpy(next.get(), memory.get(), held);
    std::memcpy(next.get() + held, bytes.data() + fed, end - fed);
    if (memory) parser.moved(memory.get(), next.get());
    memory = std::move(next);
    held += end - fed;
    fed = end;
    step = parser.parse(memory.get(), held);
  }
  return summary(parser, step);
}

const std::vector<std::string>& samples() {
  static const std::vector<std::string> all = {
      "GET /v1/a?q HTTP/1.1\r\nHost: h\r\nAccept: x\r\n\r\n",
      "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nConnection: close\r\n\r\nhello, world",
      "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nIf-Match: \"1\"\r\n\r\n5;a=\"b\"\r\nhello\r\n7\r\n, world\r\n0\r\nT: "
      "t\r\n\r\n",
      "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET http://h/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  };
  return all;
}

struct Alarm : Timed {
  explicit Alarm(TimerWheel& on) : wheel(on) {}
  ~Alarm() { wheel.remove(*this); }
  void on_due() override {
    fired_at.push_back(wheel.now());
    if (then) then();
  }
  TimerWheel& wheel;
  std::vector<Tick> fired_at;
  std::function<void()> then;
};

void advance(TimerWheel& wheel, Tick ticks) {
  for (Tick i = 0; i < ticks; ++i) wheel.advance();
}

}  // namespace

TEST(RequestParserTest, finds_the_same_wherever_the_bytes_are_cut) {
  for (const std::string& sample : samples()) {
    const std::string whole = parsed_in_pieces(sample, {});
    EXPECT_EQ(whole.find("malformed"), std::string::npos) << sample;
    EXPECT_NE(whole, "more") << sample;
    std::vector<std::size_t> every;
    for (std::size_t first = 1; first < sample.size(); ++first) {
      every.push_back(first);
      EXPECT_EQ(parsed_in_pieces(sample, {first}), whole) << first << ": " << sample;
      for (std::size_t second = first + 1; second < sample.size(); second += 3) {
        ASSERT_EQ(parsed_in_pieces(sample, {first, second}), whole) << first << ", " << second << ": " << sample;
      }
    }
    EXPECT_EQ(parsed_in_pieces(sample, every), whole) << sample;
  }
}

TEST(RequestParserTest, survives_any_damage) {
  std::mt19937 random(20240607);
  const auto below = [&random](std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random); };
  constexpr std::string_view alphabet = "\r\n :;,/?#0159aFxZ\"\t\0\x7f\xff";
  std::size_t refused = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string bytes = samples()[below(samples().size())];
    for (std::size_t damage = below(4) + 1; damage > 0; --damage) {
      const std::size_t place = below(bytes.size());
      switch (below(3)) {
        case 0:
          bytes[place] = alphabet[below(alphabet.size())];
          break;
        case 1:
          bytes.insert(place, 1, alphabet[below(alphabet.size())]);
          break;
        default:
          bytes.erase(place, 1);
      }
    }
    std::vector<std::size_t> cuts;
    for (std::size_t at = below(40) + 1; at < bytes.size(); at += below(40) + 1) cuts.push_back(at);
    refused += parsed_in_pieces(bytes, cuts).starts_with("malformed") ? 1 : 0;
  }
  EXPECT_GT(refused, 10'000U);
  EXPECT_LT(refused, 50'000U);
}

TEST(RequestParserTest, takes_no_more_than_one_request) {
  const std::string two = samples()[1] + samples()[0];
  std::string memory = two;
  std::size_t size = memory.size();
  RequestParser parser(kLimits);
  ASSERT_EQ(parser.parse(memory.data(), size), RequestParser::Step::complete);
  EXPECT_EQ(parser.bytes(), samples()[1].size());
  parser.reset();
  std::size_t rest = memory.size() - samples()[1].size();
  ASSERT_EQ(parser.parse(memory.data() + samples()[1].size(), rest), RequestParser::Step::complete);
  EXPECT_EQ(parser.request().path, "/a");
  EXPECT_EQ(parser.request().body, "");
}

TEST(TimerWheelTest, fires_once_and_never_early) {
  TimerWheel wheel;
  for (const Tick wait : {1U, 2U, 60U, 511U, 512U, 513U, 1300U}) {
    Alarm alarm(wheel);
    const Tick due = wheel.now() + wait;
    wheel.set(alarm, due);
    advance(wheel, wait - 1);
    EXPECT_TRUE(alarm.fired_at.empty()) << wait;
    advance(wheel, 2000);
    EXPECT_EQ(alarm.fired_at, std::vector<Tick>{due}) << wait;
  }
}

TEST(TimerWheelTest, moves_deadlines_both_ways) {
  TimerWheel wheel;
  Alarm alarm(wheel);
  wheel.set(alarm, 10);
  wheel.set(alarm, 20);
  wheel.set(alarm, 5);
  advance(wheel, 8);
  EXPECT_EQ(alarm.fired_at, std::vector<Tick>{5});
  wheel.set(alarm, 12);
  wheel.set(alarm, 30);
  advance(wheel, 12);
  wheel.clear(alarm);
  advance(wheel, 2000);
  EXPECT_EQ(alarm.fired_at, std::vector<Tick>{5});
  wheel.set(alarm, 3);  // in the past
  wheel.advance();
  EXPECT_EQ(alarm.fired_at.size(), 2U);
}

TEST(TimerWheelTest, lets_an_alarm_take_others_away) {
  TimerWheel wheel;
  auto first = std::make_unique<Alarm>(wheel);
  auto second = std::make_unique<Alarm>(wheel);
  std::size_t fired = 0;
  first->then = [&] {
    ++fired;
    second.reset();
  };
  second->then = [&] {
    ++fired;
    first.reset();
  };
  wheel.set(*first, 4);
  wheel.set(*second, 4);
  advance(wheel, 10);
  EXPECT_EQ(fired, 1U);
}

TEST(TimerWheelTest, gives_at_least_the_time_asked_for) {
  EXPECT_EQ(ticks_of(std::chrono::milliseconds(0)), 1U);
  EXPECT_EQ(ticks_of(std::chrono::milliseconds(1)), 2U);
  EXPECT_EQ(ticks_of(std::chrono::milliseconds(250)), 2U);
  EXPECT_EQ(ticks_of(std::chrono::milliseconds(251)), 3U);
}

TEST(ReceiveBufferTest, keeps_what_it_holds_and_gives_memory_back) {
  ReceiveBuffer buffer;
  buffer.reserve(8);
  std::memcpy(buffer.begin_receive(), "01234567", 8);
  buffer.received(8);
  buffer.consume(5);
  buffer.reserve(8);
  EXPECT_EQ(std::string_view(buffer.data(), buffer.size()), "567");
  EXPECT_EQ(buffer.free_bytes(), 5U);
  buffer.reserve(1000);
  EXPECT_EQ(std::string_view(buffer.data(), buffer.size()), "567");
  EXPECT_EQ(buffer.free_bytes(), 997U);
  buffer.reserve(8);
  EXPECT_EQ(buffer.free_bytes(), 997U);
  buffer.consume(3);
  buffer.reserve(8);
  EXPECT_EQ(buffer.free_bytes(), 8U);
}

TEST(ReceiveBufferTest, takes_over_what_came_while_bytes_before_it_were_dropped) {
  ReceiveBuffer buffer;
  buffer.reserve(16);
  std::memcpy(buffer.begin_receive(), "headdrop", 8);
  buffer.received(8);
  std::memcpy(buffer.begin_receive(), "tail", 4);
  buffer.shrink_to(4);
  buffer.received(4);
  EXPECT_EQ(std::string_view(buffer.data(), buffer.size()), "headtail");
}

TEST(AnswerHeadTest, writes_dates_as_http_has_them) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(1709164800), "Thu, 29 Feb 2024 00:00:00 GMT");
}

}  // namespace dialin::http
