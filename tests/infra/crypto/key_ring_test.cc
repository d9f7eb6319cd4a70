#include "infra/crypto/key_ring.h"

#include <gtest/gtest.h>

#include "infra/crypto/scratch.h"

namespace dialin::crypto {
namespace {

constexpr Instant kNow{1'777'900'000'000'000};

TenantId tenant(std::uint8_t fill) {
  TenantId id;
  id.bytes.fill(fill);
  return id;
}
ConfigId config(std::uint8_t fill) {
  ConfigId id;
  id.bytes.fill(fill);
  return id;
}

struct WithRing : testing::Test {
  const Scratch scratch;
  const std::string file = scratch.path("ring.json");
  const std::string first_id = *init_key_ring(file, kNow);

  std::unique_ptr<KeyRing> load() { return std::move(*KeyRing::load(file)); }
};
using KeyRingTest = WithRing;

TEST_F(KeyRingTest, opens_what_it_sealed_for_the_same_config_of_the_same_tenant_only) {
  const auto ring = load();
  const Sealed sealed = ring->seal("c2VjcmV0", tenant(1), config(2));
  EXPECT_EQ(sealed.key_id, first_id);
  EXPECT_EQ(sealed.box.size(), 12U + 8U + 16U);
  EXPECT_EQ(sealed.fingerprint.size(), 16U);
  EXPECT_EQ(ring->open(sealed, tenant(1), config(2)), "c2VjcmV0");
  EXPECT_EQ(ring->open(sealed, tenant(3), config(2)), std::nullopt);
  EXPECT_EQ(ring->open(sealed, tenant(1), config(3)), std::nullopt);
  EXPECT_EQ(ring->open(sealed, tenant(2), config(1)), std::nullopt);
}

TEST_F(KeyRingTest, opens_no_box_that_was_tampered_with) {
  const auto ring = load();
  Sealed sealed = ring->seal("c2VjcmV0", tenant(1), config(2));
  for (const std::size_t place : {std::size_t{0}, std::size_t{12}, sealed.box.size() - 1}) {
    Sealed tampered = sealed;
    tampered.box[place] = static_cast<char>(tampered.box[place] ^ 1);
    EXPECT_EQ(ring->open(tampered, tenant(1), config(2)), std::nullopt) << place;
  }
  sealed.box.clear();
  EXPECT_EQ(ring->open(sealed, tenant(1), config(2)), std::nullopt);
}

TEST_F(KeyRingTest, two_seals_of_one_secret_differ_but_for_the_fingerprint) {
  const auto ring = load();
  const Sealed a = ring->seal("c2VjcmV0", tenant(1), config(2));
  const Sealed b = ring->seal("c2VjcmV0", tenant(1), config(2));
  EXPECT_NE(a.box.substr(0, 12), b.box.substr(0, 12));
  EXPECT_NE(a.box, b.box);
  EXPECT_EQ(a.fingerprint, b.fingerprint);
  EXPECT_NE(ring->seal("c2VjcmV1", tenant(1), config(2)).fingerprint, a.fingerprint);
}

TEST_F(KeyRingTest, knows_its_keys) {
  const auto ring = load();
  EXPECT_TRUE(ring->has_key(first_id));
  EXPECT_FALSE(ring->has_key("seal_0000000000000000"));
  EXPECT_FALSE(ring->has_key(""));
  Sealed sealed = ring->seal("c2VjcmV0", tenant(1), config(2));
  sealed.key_id = "seal_0000000000000000";
  EXPECT_EQ(ring->open(sealed, tenant(1), config(2)), std::nullopt);
}

TEST_F(KeyRingTest, rotation_seals_anew_and_opens_what_was_before) {
  const Sealed before = load()->seal("c2VjcmV0", tenant(1), config(2));
  const auto second_id = rotate_key_ring(file, Instant{kNow.us + 1});
  ASSERT_TRUE(second_id);
  EXPECT_NE(*second_id, first_id);
  const auto ring = load();
  const Sealed after = ring->seal("c2VjcmV0", tenant(1), config(2));
  EXPECT_EQ(after.key_id, *second_id);
  EXPECT_EQ(after.fingerprint, before.fingerprint);
  EXPECT_EQ(ring->open(before, tenant(1), config(2)), "c2VjcmV0");
  EXPECT_EQ(ring->open(after, tenant(1), config(2)), "c2VjcmV0");

  const auto content = read_key_ring(file);
  ASSERT_TRUE(content);
  ASSERT_EQ(content->sealing_keys.size(), 2U);
  EXPECT_EQ(content->sealing_keys[0].id, first_id);
  EXPECT_EQ(content->sealing_keys[0].created_at, kNow);
  EXPECT_EQ(content->sealing_keys[1].id, *second_id);
  EXPECT_NE(content->sealing_keys[0].key, content->sealing_keys[1].key);
}

TEST_F(KeyRingTest, rotations_at_once_lose_no_key) {
  constexpr int kThreads = 4;
  constexpr int kEach = 5;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) EXPECT_TRUE(rotate_key_ring(file, kNow));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(read_key_ring(file)->sealing_keys.size(), 1U + kThreads * kEach);
}

TEST_F(KeyRingTest, is_never_made_over_an_existing_one) {
  const std::string before = text_of(file);
  const auto again = init_key_ring(file, kNow);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, FaultCode::exists);
  EXPECT_EQ(text_of(file), before);
}

TEST_F(KeyRingTest, missing_says_how_to_make_one) {
  const std::string missing = scratch.path("none");
  const auto ring = KeyRing::load(missing);
  ASSERT_FALSE(ring);
  EXPECT_EQ(ring.error().code, FaultCode::missing);
  EXPECT_EQ(ring.error().text, missing + " is missing: make one with `dialin keyring init " + missing + "`");
  EXPECT_FALSE(rotate_key_ring(missing, kNow));
  EXPECT_EQ(scratch.files(), std::vector<std::string>{"ring.json"});
}

TEST_F(KeyRingTest, readable_by_others_is_refused) {
  std::filesystem::permissions(file, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  const auto ring = KeyRing::load(file);
  ASSERT_FALSE(ring);
  EXPECT_EQ(ring.error().code, FaultCode::not_private);
}

TEST_F(KeyRingTest, damage_is_said_with_what_and_where) {
  const std::string key = R"(, "created_at": "2026-05-04T13:05:00.000000Z", "key": "Bw8XHycvNz9HT1dfZ293f4ePl5+nr7e/x8/X3+fv9/8="})";
  const std::string good =
      R"({"fingerprint_key": "Bw8XHycvNz9HT1dfZ293f4ePl5+nr7e/x8/X3+fv9/8=", "sealing_keys": [{"id": "a")" + key + "]}";
  ASSERT_TRUE(KeyRing::load(scratch.write("good", good)));
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  const std::pair<std::string, std::string> cases[] = {
      {"", "it is not JSON"},
      {good.substr(0, good.size() - 1), "it is not JSON"},
      {good + "x", "it is not JSON"},
      {"[]", "it has no sealing_keys"},
      {R"({"sealing_keys": []})", "it has no sealing_keys"},
      {replaced("\"sealing_keys\"", "\"keys\""), "it has no sealing_keys"},
      {replaced("Bw8X", "Bw8"), "its fingerprint_key is not the base64 of 32 bytes"},
      {replaced("fingerprint_key", "fingerprint"), "its fingerprint_key is not the base64 of 32 bytes"},
      {replaced("\"id\": \"a\"", "\"id\": \"\""), "sealing key 1 lacks a good id, created_at or key"},
      {replaced("\"id\": \"a\"", "\"id\": 1"), "sealing key 1 lacks a good id, created_at or key"},
      {replaced("2026-", "26-"), "sealing key 1 lacks a good id, created_at or key"},
      {replaced("\"key\": \"Bw", "\"key\": \"B!"), "sealing key 1 lacks a good id, created_at or key"},
      {replaced("[{", "[7, {"), "sealing key 1 lacks a good id, created_at or key"},
      {replaced("]}", R"(, {"id": "a")" + key + "]}"), "sealing key 2 has the id of another"},
  };
  for (const auto& [text, what] : cases) {
    const auto ring = KeyRing::load(scratch.write("bad", text));
    ASSERT_FALSE(ring) << text;
    EXPECT_EQ(ring.error().code, FaultCode::damaged);
    EXPECT_TRUE(ring.error().text.starts_with(scratch.path("bad") + " is no key ring: " + what)) << ring.error().text;
    EXPECT_EQ(ring.error().text.find("Bw8X"), std::string::npos) << "a key in a message";
  }
}

TEST_F(KeyRingTest, takes_over_a_rotation_while_others_seal) {
  Said said;
  const auto ring = load();
  ring->follow(said);
  const Sealed before = ring->seal("c2VjcmV0", tenant(1), config(2));
  std::atomic<bool> stop{false};
  std::thread sealing([&] {
    while (!stop) EXPECT_EQ(ring->open(ring->seal("x", tenant(1), config(2)), tenant(1), config(2)), "x");
  });
  const auto second_id = rotate_key_ring(file, kNow);
  ASSERT_TRUE(second_id);
  EXPECT_TRUE(soon([&] { return ring->has_key(*second_id); }));
  stop = true;
  sealing.join();
  EXPECT_EQ(ring->seal("c2VjcmV0", tenant(1), config(2)).key_id, *second_id);
  EXPECT_EQ(ring->open(before, tenant(1), config(2)), "c2VjcmV0");
  EXPECT_EQ(said.errors(), std::vector<std::string>());
}

TEST_F(KeyRingTest, keeps_its_keys_when_the_file_becomes_another_ring) {
  Said said;
  const auto ring = load();
  ring->follow(said);
  const std::string other = scratch.path("other");
  const auto other_id = init_key_ring(other, kNow);
  ASSERT_TRUE(other_id);
  std::filesystem::rename(other, file);
  ASSERT_TRUE(soon([&] { return !said.errors().empty(); }));
  EXPECT_NE(said.errors().front().find("another fingerprint_key"), std::string::npos) << said.errors().front();
  EXPECT_TRUE(ring->has_key(first_id));
  EXPECT_FALSE(ring->has_key(*other_id));
}

TEST_F(KeyRingTest, loses_a_key_that_is_not_needed_and_no_other) {
  Said said;
  const auto ring = load();
  const auto second_id = rotate_key_ring(file, kNow);
  ASSERT_TRUE(second_id);
  ring->follow(said, [&](std::string_view id) { return id != first_id; });
  const Sealed before = ring->seal("c2VjcmV0", tenant(1), config(2));
  ASSERT_TRUE(soon([&] { return ring->has_key(*second_id); }));
  ASSERT_TRUE(remove_sealing_key(file, first_id));
  const auto third_id = rotate_key_ring(file, kNow);
  ASSERT_TRUE(third_id);
  ASSERT_TRUE(soon([&] { return ring->has_key(*third_id); })) << "it goes on following";
  EXPECT_EQ(ring->open(before, tenant(1), config(2)), "c2VjcmV0") << "what was sealed here and is on its way";
  EXPECT_FALSE(load()->has_key(first_id));
  EXPECT_EQ(said.errors(), std::vector<std::string>());

  ASSERT_TRUE(remove_sealing_key(file, *second_id));
  const auto fourth_id = rotate_key_ring(file, kNow);
  ASSERT_TRUE(soon([&] { return !said.errors().empty(); }));
  EXPECT_NE(said.errors().front().find("lost the sealing key " + *second_id + ", which is still needed"), std::string::npos);
  EXPECT_FALSE(ring->has_key(*fourth_id));
}

TEST_F(KeyRingTest, the_key_that_seals_is_not_removed) {
  EXPECT_EQ(remove_sealing_key(file, first_id).error().code, FaultCode::invalid);
  EXPECT_EQ(remove_sealing_key(file, "seal_0000000000000000").error().code, FaultCode::no_such_key);
  const auto second_id = rotate_key_ring(file, kNow);
  EXPECT_EQ(remove_sealing_key(file, *second_id).error().code, FaultCode::invalid);
  ASSERT_TRUE(remove_sealing_key(file, first_id));
  const auto content = read_key_ring(file);
  ASSERT_EQ(content->sealing_keys.size(), 1U);
  EXPECT_EQ(content->sealing_keys.front().id, *second_id);
  EXPECT_EQ(remove_sealing_key(file, first_id).error().code, FaultCode::no_such_key);
}

TEST(SnapshotOfRings, two_rings_in_one_thread_are_never_taken_for_each_other) {
  const Scratch scratch;
  ASSERT_TRUE(init_key_ring(scratch.path("a"), kNow));
  ASSERT_TRUE(init_key_ring(scratch.path("b"), kNow));
  const auto a = std::move(*KeyRing::load(scratch.path("a")));
  const auto b = std::move(*KeyRing::load(scratch.path("b")));
  const Sealed by_a = a->seal("x", tenant(1), config(2));
  const Sealed by_b = b->seal("x", tenant(1), config(2));
  EXPECT_NE(by_a.key_id, by_b.key_id);
  EXPECT_NE(by_a.fingerprint, by_b.fingerprint);
  EXPECT_EQ(a->open(by_a, tenant(1), config(2)), "x");
  EXPECT_EQ(a->open(by_b, tenant(1), config(2)), std::nullopt);
  EXPECT_EQ(b->open(by_b, tenant(1), config(2)), "x");
}

}  // namespace
}  // namespace dialin::crypto
