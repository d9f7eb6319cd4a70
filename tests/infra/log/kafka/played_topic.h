#pragma once
// The protocol with nothing behind it: what it asks for is written down, what happens is what the test says.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "infra/codec/json_codec.h"
#include "infra/crypto/system_random.h"
#include "infra/log/kafka/protocol.h"

namespace dialin::log::kafka {

class PlayedTopic : public Outside {
 public:
  bool produce(Token token, const Record& record) override {
    produced.emplace_back(token, record);
    return true;
  }
  void renew_producer() override { ++renewed; }
  void read_from(Offset from, Reading number) override {
    read_begins = from;
    reading = number;
  }
  void stop_reading() override { reading = 0; }
  void ask_end(bool) override { ++questions; }
  Kept keep(std::span<const Record> records, Offset) override {
    if (keeps == Kept::done) kept.insert(kept.end(), records.begin(), records.end());
    return keeps;
  }

  std::vector<std::pair<Token, Record>> produced;
  int renewed = 0;
  Offset read_begins = -1;
  Reading reading = 0;  ///< 0: none
  int questions = 0;
  std::vector<Record> kept;
  Kept keeps = Kept::done;
};

/// A node that has found a topic with one record, at offset 10, and reads on.
class ProtocolTest : public ::testing::Test {
 protected:
  ProtocolTest() {
    first.type = "first";
    first.time = {1};
    chain_after({}, first);
    begin_again();
    find(kFirstAt, first);
  }

  /// The protocol that starts with the first record in its copy.
  void begin_again() {
    topic = {};
    Protocol::Options options;
    options.node = "one";
    Protocol::Start start;
    start.tail = start.kept = tail_of(first);
    start.last = first;
    start.at = kFirstAt;
    protocol.emplace(Protocol::Ports{topic, clock, random, codec}, options, start);
    settle();
  }

  /// What joins the chain behind `tail`.
  static Record next(const Tail& tail, const std::string& type = "plain", const std::string& value = "{}") {
    Record record;
    record.type = type;
    record.time = {tail.time.us + 1};
    record.value = value;
    chain_after(tail, record);
    return record;
  }

  void find(Offset offset, const std::optional<Record>& record) {
    FoundRecord found;
    found.offset = offset;
    found.record = record;
    if (record) found.previous = record->previous;
    protocol->on_found(std::move(found), topic.reading, now);
    settle();
  }
  void end_is(std::optional<Offset> end) {
    protocol->on_end(end, now);
    settle();
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    protocol->on_time(now);
    settle();
  }
  void settle() { protocol->settle(now); }
  /// Elected, with nothing to catch up with, and opened: the `opened` record stands at kFirstAt + 1.
  void lead() {
    protocol->on_elected(true, now);
    pass(std::chrono::milliseconds(0));
    end_is(kFirstAt + 1);
    ASSERT_EQ(topic.produced.size(), 1U);
    find(kFirstAt + 1, topic.produced[0].second);
    protocol->on_delivered(topic.produced[0].first, kFirstAt + 1, now);
    settle();
    ASSERT_TRUE(protocol->leads());
  }
  bool is_halted_by(const std::string& what) const {
    return protocol->role() == Role::halted && protocol->why_halted().find(what) != std::string::npos;
  }

  static constexpr Offset kFirstAt = 10;

  class StandingClock : public Clock {
   public:
    Instant now() const override { return {1'700'000'000'000'000}; }
  } clock;
  crypto::SystemRandom random;
  codec::JsonCodec codec;
  PlayedTopic topic;
  Protocol::Time now{std::chrono::hours(1)};
  Record first;
  std::optional<Protocol> protocol;
};

}  // namespace dialin::log::kafka
