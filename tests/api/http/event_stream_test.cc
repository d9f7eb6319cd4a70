// The change stream: every event once, in order, whatever meets what.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "api/http/event_desk.h"
#include "api/http/live_api.h"

namespace dialin::http {
namespace {

constexpr const char* kConfigs = "/domain-dialin-config";

/// Reads the sequences of `count` events off a stream.
std::vector<std::uint64_t> take(Client& stream, std::size_t count) {
  std::vector<std::uint64_t> sequences;
  while (sequences.size() < count) {
    const std::string before = stream.read_until("id: ");
    if (!before.ends_with("id: ")) break;
    sequences.push_back(std::stoull(stream.read_until("\n")));
  }
  return sequences;
}

TEST(FrameRing, holds_the_last_frames_and_says_from_where) {
  FrameRing ring({10});
  for (std::uint64_t i = 11; i < 11 + FrameRing::kFramesMax; ++i) ring.add({i}, std::to_string(i) + ' ');
  EXPECT_EQ(ring.covered_after(), Sequence{10});
  ring.add({5000}, "last");
  EXPECT_EQ(ring.covered_after(), Sequence{11});
  Sequence cursor{11 + FrameRing::kFramesMax - 2};
  std::string out = "before ";
  EXPECT_EQ(ring.take(cursor, out), 2U);
  EXPECT_EQ(out, "before " + std::to_string(10 + FrameRing::kFramesMax) + " last");
  EXPECT_EQ(cursor, Sequence{5000});
  EXPECT_FALSE(ring.has_above(cursor));
  EXPECT_EQ(ring.take(cursor, out), 0U);
}

TEST(FrameRing, is_bounded_in_bytes_and_gives_chunks) {
  FrameRing ring({0});
  for (std::uint64_t i = 1; i <= 20; ++i) ring.add({i}, std::string(50'000, 'x'));
  EXPECT_EQ(ring.covered_after(), Sequence{15}) << "five frames of 50,000 bytes are within the bound";
  EXPECT_EQ(ring.bytes(), 250'000U);
  Sequence cursor{15};
  std::string out;
  EXPECT_EQ(ring.take(cursor, out), 2U);
  EXPECT_TRUE(ring.has_above(cursor));
  EXPECT_EQ(cursor, Sequence{17});
  ring.forget_all();
  EXPECT_EQ(ring.covered_after(), Sequence{20});
  EXPECT_EQ(ring.bytes(), 0U);
  EXPECT_FALSE(ring.has_above(cursor));
}

TEST_F(LiveApi, a_frame_is_id_name_and_data) {
  auto stream = open_stream();
  const std::string id = make_pin();
  const std::string frame = stream->read_until("\n\n");
  EXPECT_NE(
      frame.find("id: " + std::to_string(applied()) + "\nevent: ConfigCreated\ndata: {\"sequence\":" + std::to_string(applied()) + ","),
      std::string::npos)
      << frame;
  EXPECT_NE(frame.find("\"config_id\":\"" + id + "\""), std::string::npos);
}

TEST_F(LiveApi, a_stream_begins_where_it_is_told) {
  make_pin();
  const std::uint64_t first = applied();
  make_pin();
  auto now = open_stream();
  auto all = open_stream("?after=0");
  auto resumed = open_stream("?after=" + std::to_string(first));
  auto by_header = open_stream("?after=0", "Last-Event-ID: " + std::to_string(first + 1) + "\r\n");
  make_pin();
  EXPECT_EQ(take(*now, 1), (std::vector{first + 2}));
  EXPECT_EQ(take(*all, 3), (std::vector{first, first + 1, first + 2}));
  EXPECT_EQ(take(*resumed, 2), (std::vector{first + 1, first + 2}));
  EXPECT_EQ(take(*by_header, 1), (std::vector{first + 2}));
}

TEST_F(LiveApi, a_stream_that_cannot_begin_is_refused) {
  const std::string beyond = std::to_string(applied() + 1);
  EXPECT_EQ(outcome(call("GET", "/events/stream?after=" + beyond)), "400 invalid-request-error");
  EXPECT_EQ(outcome(call("GET", "/events/stream?after=x")), "400 invalid-request-error");
  EXPECT_EQ(outcome(call("GET", "/events/stream?after=0", {}, "Last-Event-ID: " + beyond + "\r\n")), "400 invalid-request-error");
  EXPECT_EQ(outcome(call("GET", "/events/stream", {}, "Last-Event-ID:\r\n")), "400 invalid-request-error");
  EXPECT_EQ(outcome(call_as(reader_, "GET", "/events/stream")), "403 forbidden-error");
  EXPECT_EQ(call("HEAD", "/events/stream").status, 200U);
}

TEST_F(LiveApi, a_move_tells_both_events) {
  const std::string id = make_pin();
  auto stream = open_stream();
  EXPECT_EQ(outcome(call("POST", kConfigs + ("/" + id) + "/move", R"({"type":"pinless_dialin","phone_number":"+15550102"})")), "200");
  EXPECT_EQ(take(*stream, 2), (std::vector{applied() - 1, applied()}));
}

TEST_F(LiveApi, other_tenants_events_are_not_told) {
  auto stream = open_stream();
  EXPECT_EQ(outcome(call_as(stranger_, "POST", kConfigs, R"({"type":"pin_dialin"})")), "200");
  make_pin();
  EXPECT_EQ(take(*stream, 1), (std::vector{applied()}));
}

TEST_F(LiveApi, a_slow_reader_finds_what_the_ring_has_forgotten) {
  auto slow = open_stream();
  auto witness = open_stream();
  const std::uint64_t before = applied();
  constexpr std::size_t kEvents = FrameRing::kFramesMax + 300;
  Client writer(server_->port());
  const std::string path = kConfigs + ("/" + make_pin());
  for (std::size_t i = 1; i < kEvents; ++i) {
    // Long enough that the slow reader's socket is full while the ring goes on.
    const std::string body =
        R"({"name_prefix":")" + std::to_string(i) + R"(","timeout_config":{"message":")" + std::string(4000, 'x') + "\"}}";
    writer.send("PUT " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key_ +
                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    ASSERT_EQ(writer.read_answer().status, 200U);
  }
  std::vector<std::uint64_t> expected;
  for (std::size_t i = 1; i <= kEvents; ++i) expected.push_back(before + i);
  EXPECT_EQ(take(*witness, kEvents), expected);
  EXPECT_EQ(take(*slow, kEvents), expected);
}

TEST_F(LiveApi, readers_that_come_while_others_write_miss_nothing_and_get_nothing_twice) {
  std::atomic<bool> stop{false};
  const std::string path = kConfigs + ("/" + make_pin("0"));
  std::thread writer([&] {
    Client client(server_->port());
    for (int i = 1; !stop; ++i) {
      const std::string body = R"({"name_prefix":")" + std::to_string(i) + "\"}";
      client.send("PUT " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key_ +
                  "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
      if (client.read_answer().status != 200) return;
    }
  });
  // Only this tenant writes, so its events follow each other without a gap.
  for (int round = 0; round < 60; ++round) {
    const bool is_from_now = round % 2 == 0;
    const std::uint64_t from = applied();
    auto stream = open_stream(is_from_now ? "" : "?after=" + std::to_string(from));
    const std::vector<std::uint64_t> got = take(*stream, 12);
    ASSERT_EQ(got.size(), 12U);
    EXPECT_TRUE(is_from_now ? got.front() > from : got.front() == from + 1) << got.front() << " after " << from;
    for (std::size_t i = 1; i < got.size(); ++i) ASSERT_EQ(got[i], got[i - 1] + 1) << "round " << round;
  }
  stop = true;
  writer.join();
}

TEST_F(LiveApi, a_stream_ends_when_its_key_is_revoked) {
  auto stream = open_stream();
  make_pin();
  EXPECT_EQ(take(*stream, 1).size(), 1U);
  const auto listed = crypto::list_api_keys(dir_ / "keys.json");
  ASSERT_TRUE(listed.has_value());
  const std::string spare = crypto::add_api_key(dir_ / "keys.json", "one", crypto::kAllScopes, clock_.now())->text;
  ASSERT_TRUE(crypto::revoke_api_key(dir_ / "keys.json", listed->keys.front().id, clock_.now()).has_value());
  std::this_thread::sleep_for(std::chrono::milliseconds(2600));
  EXPECT_EQ(outcome(call_as(spare, "POST", kConfigs, R"({"type":"pin_dialin"})")), "200");
  EXPECT_EQ(stream->read_all().find("id: "), std::string::npos) << "the stream ended without telling it";
}

TEST_F(LiveApi, readers_that_go_leave_nothing_behind) {
  for (int round = 0; round < 20; ++round) {
    auto stream = open_stream();
    make_pin();
    if (round % 3 == 0) stream->reset();
  }
  for (int i = 0; i < 200 && telemetry_.gauge(Gauge::streams_open) > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(telemetry_.gauge(Gauge::streams_open), 0.0);
  auto stream = open_stream();
  make_pin();
  EXPECT_EQ(take(*stream, 1), (std::vector{applied()}));
}

}  // namespace
}  // namespace dialin::http
