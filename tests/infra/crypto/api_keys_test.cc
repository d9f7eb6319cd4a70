#include "infra/crypto/api_keys.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "domain/sha256.h"
#include "infra/crypto/file_follower.h"
#include "infra/crypto/scratch.h"

namespace dialin::crypto {
namespace {

constexpr Instant kNow{1'777'900'000'000'000};
constexpr std::uint8_t kReadOnly = static_cast<std::uint8_t>(Scope::read);

struct WithKeys : testing::Test {
  const Scratch scratch;
  const std::string file = scratch.path("keys.json");
  Said said;
  const NewApiKey acme = *add_api_key(file, "acme", kAllScopes, kNow);
  const NewApiKey reader = *add_api_key(file, "acme", kReadOnly, kNow);

  std::unique_ptr<ApiKeys> open() { return std::move(*ApiKeys::open(file, said)); }
};
using ApiKeysTest = WithKeys;

TEST_F(ApiKeysTest, tells_whose_a_key_is_and_what_it_may) {
  const auto keys = open();
  const auto caller = keys->caller(acme.text);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->tenant, tenant_id_of("acme"));
  EXPECT_EQ(caller->tenant_name, "acme");
  EXPECT_EQ(caller->key_id, acme.id);
  EXPECT_TRUE(caller->may(Scope::read) && caller->may(Scope::write) && caller->may(Scope::audit));
  const auto second = keys->caller(reader.text);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->may(Scope::read));
  EXPECT_FALSE(second->may(Scope::write) || second->may(Scope::audit));
}

TEST_F(ApiKeysTest, an_unknown_key_is_nobodys) {
  const auto keys = open();
  std::string close = acme.text;
  close.back() = close.back() == 'A' ? 'E' : 'A';
  for (const std::string& text :
       {std::string(), std::string("dk_"), close, acme.text + " ", acme.text.substr(3), acme.id, std::string(100'000, 'x')}) {
    EXPECT_EQ(keys->caller(text), nullptr) << text.substr(0, 60);
  }
}

TEST_F(ApiKeysTest, keys_have_the_documented_form_and_only_hashes_rest) {
  EXPECT_EQ(acme.text.size(), 3U + 43U);
  EXPECT_TRUE(acme.text.starts_with("dk_"));
  EXPECT_EQ(acme.text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), std::string::npos);
  EXPECT_EQ(acme.id.size(), 4U + 16U);
  EXPECT_TRUE(acme.id.starts_with("key_"));
  EXPECT_NE(acme.text, reader.text);
  const std::string stored = text_of(file);
  EXPECT_EQ(stored.find(acme.text), std::string::npos);
  EXPECT_EQ(stored.find(acme.text.substr(3)), std::string::npos);
  const auto list = list_api_keys(file);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->keys.size(), 2U);
  EXPECT_EQ(list->keys[0].sha256, sha256(acme.text));
  EXPECT_EQ(list->keys[0].created_at, kNow);
  EXPECT_EQ(list->keys[1].id, reader.id);
  EXPECT_EQ(list->keys[1].scopes, kReadOnly);
  EXPECT_EQ(list->keys[1].revoked_at, std::nullopt);
}

TEST_F(ApiKeysTest, a_key_added_counts_and_a_revoked_one_stops_while_serving) {
  const auto keys = open();
  ASSERT_TRUE(keys->caller(reader.text));
  const auto added = add_api_key(file, "globex", kReadOnly, kNow);
  ASSERT_TRUE(added);
  EXPECT_TRUE(soon([&] { return keys->caller(added->text) != nullptr; }));
  ASSERT_TRUE(revoke_api_key(file, reader.id, kNow));
  const auto revoked = std::chrono::steady_clock::now();
  EXPECT_TRUE(soon([&] { return keys->caller(reader.text) == nullptr; }));
  EXPECT_LT(std::chrono::steady_clock::now() - revoked, std::chrono::seconds(2));
  EXPECT_TRUE(keys->caller(acme.text));
  EXPECT_EQ(said.errors(), std::vector<std::string>());
}

TEST_F(ApiKeysTest, a_broken_or_missing_file_leaves_the_table_and_is_said_once) {
  const auto keys = open();
  const std::string good = text_of(file);
  scratch.write("keys.json", good.substr(0, good.size() / 2));
  ASSERT_TRUE(soon([&] { return said.errors().size() == 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(3 * FileFollower::kPoll_ms));
  ASSERT_EQ(said.errors().size(), 1U);
  EXPECT_NE(said.errors().front().find(file + " is no file of API keys: it is not JSON"), std::string::npos) << said.errors().front();
  EXPECT_TRUE(keys->caller(acme.text));

  scratch.write("keys.json", good);
  const auto added = add_api_key(file, "globex", kReadOnly, kNow);
  EXPECT_TRUE(soon([&] { return keys->caller(added->text) != nullptr; }));

  std::filesystem::remove(file);
  ASSERT_TRUE(soon([&] { return said.errors().size() == 2; }));
  EXPECT_NE(said.errors().back().find(file + " is missing"), std::string::npos) << said.errors().back();
  EXPECT_TRUE(keys->caller(acme.text));
}

TEST_F(ApiKeysTest, many_threads_ask_while_the_table_changes) {
  const auto keys = open();
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        const auto caller = keys->caller(acme.text);
        ASSERT_TRUE(caller);
        ASSERT_EQ(caller->key_id, acme.id);
      }
    });
  }
  const auto added = add_api_key(file, "globex", kReadOnly, kNow);
  EXPECT_TRUE(soon([&] { return keys->caller(added->text) != nullptr; }));
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ApiKeysTest, two_processes_that_add_at_once_lose_nothing) {
  constexpr int kProcesses = 4;
  constexpr int kEach = 10;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      bool all = true;
      for (int j = 0; j < kEach; ++j) all = add_api_key(file, "tenant " + std::to_string(i), kAllScopes, kNow).has_value() && all;
      ::_exit(all ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const auto list = list_api_keys(file);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->keys.size(), 2U + kProcesses * kEach);
  EXPECT_EQ(scratch.files(), (std::vector<std::string>{"keys.json", "keys.json.lock"}));
}

TEST_F(ApiKeysTest, revoking_is_once_and_for_known_keys_only) {
  ASSERT_TRUE(revoke_api_key(file, acme.id, kNow));
  ASSERT_TRUE(revoke_api_key(file, acme.id, Instant{kNow.us + 1}));
  EXPECT_EQ(list_api_keys(file)->keys[0].revoked_at, kNow);
  EXPECT_EQ(open()->caller(acme.text), nullptr);
  const auto unknown = revoke_api_key(file, "key_0000000000000000", kNow);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, FaultCode::no_such_key);
  EXPECT_EQ(unknown.error().text, file + " has no key key_0000000000000000: `dialin keys list --file " + file + "` shows those it has");
}

TEST_F(ApiKeysTest, a_missing_file_says_how_to_make_one) {
  const std::string missing = scratch.path("none");
  const auto keys = ApiKeys::open(missing, said);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, FaultCode::missing);
  EXPECT_EQ(keys.error().text, missing + " is missing: make one with `dialin keys add --file " + missing + " --tenant NAME`");
  EXPECT_FALSE(revoke_api_key(missing, acme.id, kNow));
}

TEST_F(ApiKeysTest, a_file_that_others_may_change_is_refused) {
  std::filesystem::permissions(file, std::filesystem::perms::others_write, std::filesystem::perm_options::add);
  const auto keys = ApiKeys::open(file, said);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, FaultCode::not_private);
  EXPECT_FALSE(add_api_key(file, "acme", kReadOnly, kNow));
}

TEST_F(ApiKeysTest, damage_is_refused_and_never_written_over) {
  const std::string good = R"({"keys": [{"id":"key_1","tenant":"t","scopes":["read"],"sha256":")" + std::string(64, 'a') +
                           R"(","created_at":"2026-05-04T13:05:00Z","revoked_at":null}]})";
  ASSERT_TRUE(ApiKeys::open(scratch.write("good", good), said));
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  const std::string second = good.substr(good.find('{', 1), good.size() - 2 - good.find('{', 1));
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), good.substr(0, 40), replaced("\"read\"", "\"admin\""),
        replaced("\"read\"", "7"), replaced("[\"read\"]", "\"read\""), replaced("aaaa", "aaa"), replaced("aaaa", "aaag"),
        replaced("2026", "26"), replaced("null", "\"soon\""), replaced("null", "true"), replaced("\"t\"", "\"\""), replaced("key_1", ""),
        replaced("]}", "," + second + "]}"), replaced("[{", "[1,{")}) {
    const std::string bad = scratch.write("bad", text);
    const auto keys = ApiKeys::open(bad, said);
    ASSERT_FALSE(keys) << text;
    EXPECT_EQ(keys.error().code, FaultCode::damaged) << keys.error().text;
    EXPECT_FALSE(add_api_key(bad, "acme", kReadOnly, kNow));
    EXPECT_EQ(text_of(bad), text);
  }
}

TEST_F(ApiKeysTest, a_key_needs_a_tenant_and_a_scope) {
  for (const std::string& tenant : {std::string(), std::string(129, 'x'), std::string("a\0b", 3), std::string("\xff"), std::string("a\nb"),
                                    std::string("\x1b[2J"), std::string("a\x7f"), std::string("\u0085")}) {
    const auto key = add_api_key(file, tenant, kReadOnly, kNow);
    ASSERT_FALSE(key) << tenant;
    EXPECT_EQ(key.error().code, FaultCode::invalid);
    EXPECT_TRUE(key.error().text.starts_with("the tenant's name must ")) << key.error().text;
  }
  for (const std::uint8_t scopes : std::initializer_list<std::uint8_t>{0, 8, 255}) EXPECT_FALSE(add_api_key(file, "acme", scopes, kNow));
  EXPECT_TRUE(add_api_key(file, "Ä \"quoted\" name \\", kReadOnly, kNow));
  EXPECT_EQ(list_api_keys(file)->keys.back().tenant, "Ä \"quoted\" name \\");
  EXPECT_TRUE(add_api_key(file, "a\u00A0b", kReadOnly, kNow)) << "the first behind the control characters";
}

TEST(Scopes, are_named_in_a_comma_list) {
  EXPECT_EQ(scopes_named("read"), 1);
  EXPECT_EQ(scopes_named("audit,write,read"), 7);
  EXPECT_EQ(scopes_named("read,read"), 1);
  for (const char* list : {"", ",", "read,", ",read", "Read", "read write", "admin", "read, write"})
    EXPECT_EQ(scopes_named(list), std::nullopt) << list;
  EXPECT_EQ(names_of_scopes(7), "read,write,audit");
  EXPECT_EQ(names_of_scopes(6), "write,audit");
  EXPECT_EQ(names_of_scopes(0), "");
}

}  // namespace
}  // namespace dialin::crypto
