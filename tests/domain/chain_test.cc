#include "domain/chain.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "domain/sha256.h"

namespace dialin {
namespace {

std::string hex(const Bytes32& digest) {
  return to_hex(digest.data(), digest.size());
}

// FIPS 180-4's own examples.
TEST(Sha256, gives_the_standards_examples) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, pieces_add_up) {
  Sha256 hash;
  hash.add("a").add("").add("bc");
  const Bytes32 digest = hash.digest();
  EXPECT_EQ(digest, sha256("abc"));
}

TEST(Sha256DeathTest, two_at_a_time_never_mix) {
  Sha256 hash;
  sha256("another");
  EXPECT_DEATH(hash.add("a"), "one SHA-256 at a time in a thread");
  EXPECT_DEATH(hash.digest(), "one SHA-256 at a time in a thread");
}

TEST(Sha256, one_that_was_left_half_done_does_no_harm) {
  Sha256().add("half");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, half_is_its_beginning) {
  const Bytes16 half = sha256_half("abc");
  EXPECT_EQ(to_hex(half.data(), half.size()), "ba7816bf8f01cfea414140de5dae2223");
}

TEST(Sha256, every_thread_has_its_own) {
  const Bytes32 wanted = sha256("abc");
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 2000; ++round) wrong += Sha256().add("a").add("bc").digest() == wanted ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

Record example() {
  Record record;
  for (std::size_t i = 0; i < 32; ++i) record.previous.bytes[i] = static_cast<std::uint8_t>(i);
  record.sequence = {7};
  record.type = "dialin.config.updated.v1";
  record.tenant.emplace().bytes.fill(0x11);
  record.config.emplace().bytes.fill(0x22);
  record.time = {1'777'899'900'000'001};
  record.value = R"({"name":"ConfigUpdated"})";
  return record;
}

// Worked out with another implementation of SHA-256 from the fields' definition: it must never change.
TEST(Chain, id_is_the_hash_of_the_fields) {
  EXPECT_EQ(chain_id(example()).hex(), "678b1e271319ec6fccf502eef82c228e32f1f2ef84f05f9e48b6a8db2109cab4");
  Record first;
  first.sequence = {1};
  first.type = kLogCreated;
  first.time = {1'777'899'900'000'000};
  first.value = "{}";
  EXPECT_EQ(chain_id(first).hex(), "6f776a75f661c45a0ed7594fa4938f9201869b285b2ac7b54b1b46f3631f9c31");
}

TEST(Chain, id_depends_on_every_field_but_itself) {
  const std::function<void(Record&)> changes[] = {
      [](Record& r) { r.previous.bytes[31] ^= 1; },
      [](Record& r) { r.sequence.value ^= 1ULL << 63; },
      [](Record& r) { r.type += "x"; },
      [](Record& r) { r.tenant->bytes[0] ^= 1; },
      [](Record& r) { r.tenant.reset(); },
      [](Record& r) { r.config->bytes[15] ^= 1; },
      [](Record& r) { r.config.reset(); },
      [](Record& r) { r.time.us += 1; },
      [](Record& r) { r.value[0] = '['; },
      [](Record& r) { r.value += ' '; },
      [](Record& r) { r.value.clear(); },
      [](Record& r) { std::swap(r.tenant->bytes, r.config->bytes); },
      [](Record& r) { r.type.pop_back(), r.value.insert(0, "1"); },  // bytes must not wander from field to field
  };
  const RecordId id = chain_id(example());
  for (const auto& change : changes) {
    Record record = example();
    change(record);
    EXPECT_NE(chain_id(record), id);
  }
  Record renamed = example();
  renamed.id.bytes[0] = 1;
  EXPECT_EQ(chain_id(renamed), id);
}

class Links : public testing::Test {
 protected:
  Links() {
    first_ = example();
    chain_after(Tail{}, first_);
    second_ = example();
    second_.time.us = first_.time.us + 1;
    chain_after(tail_of(first_), second_);
  }
  static Link link(const Tail& tail, const Record& record) { return check_link(tail, record).link; }
  std::string_view fault_after(std::function<void(Record&)> change, bool with_fitting_hash) {
    Record record = second_;
    change(record);
    if (with_fitting_hash) record.id = chain_id(record);
    const LinkCheck check = check_link(tail_of(first_), record);
    EXPECT_EQ(check.link, Link::poison);
    return check.fault;
  }
  Record first_, second_;
};

TEST_F(Links, first_follows_the_empty_chain) {
  EXPECT_EQ(first_.sequence, Sequence{1});
  EXPECT_EQ(first_.previous, RecordId{});
  EXPECT_EQ(link(Tail{}, first_), Link::next);
}

TEST_F(Links, successor_is_next) {
  EXPECT_EQ(second_.sequence, Sequence{2});
  EXPECT_EQ(second_.previous, first_.id);
  EXPECT_EQ(link(tail_of(first_), second_), Link::next);
  EXPECT_EQ(check_link(tail_of(first_), second_).fault, "");
}

TEST_F(Links, whatever_has_another_previous_is_stray) {
  EXPECT_EQ(link(Tail{}, second_), Link::stray);
  EXPECT_EQ(link(tail_of(second_), second_), Link::stray);
  EXPECT_EQ(link(tail_of(first_), first_), Link::stray);
  Record foreign = second_;
  foreign.previous.bytes[0] ^= 1;
  EXPECT_EQ(link(tail_of(first_), foreign), Link::stray);
  EXPECT_EQ(check_link(tail_of(first_), foreign).fault, "");
}

TEST_F(Links, changed_content_is_poison) {
  EXPECT_EQ(fault_after([](Record& r) { r.value += " "; }, false), "the hash does not match the content");
  EXPECT_EQ(fault_after([](Record& r) { r.id.bytes[5] ^= 1; }, false), "the hash does not match the content");
  EXPECT_EQ(fault_after([](Record& r) { r.sequence.value = 3; }, false), "the hash does not match the content");
}

TEST_F(Links, wrong_place_under_a_fitting_hash_is_poison) {
  EXPECT_EQ(fault_after([](Record& r) { r.sequence.value = 3; }, true), "the sequence does not follow");
  EXPECT_EQ(fault_after([](Record& r) { r.sequence.value = 1; }, true), "the sequence does not follow");
  EXPECT_EQ(fault_after([](Record& r) { r.time.us -= 1; }, true), "the time does not increase");
}

using ChainDeathTest = Links;
TEST_F(ChainDeathTest, time_that_stands_still_is_never_chained) {
  Record late = second_;
  late.time = first_.time;
  EXPECT_DEATH(chain_after(tail_of(first_), late), "times increase along the chain");
}

}  // namespace
}  // namespace dialin
