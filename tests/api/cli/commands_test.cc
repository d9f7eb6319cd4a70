// What the program's commands print, where, and the status they end with.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "api/cli/command.h"
#include "api/cli/serve/dev_setup.h"
#include "api/cli/temp_dir.h"

namespace dialin::test {
namespace {

struct Ended {
  int status;
  std::string out;
  std::string err;
};

Ended run(const std::vector<std::string>& arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int status = cli::run(arguments);
  std::string out = testing::internal::GetCapturedStdout();
  return {status, std::move(out), testing::internal::GetCapturedStderr()};
}

/// The nth tab-separated field of the first line.
std::string field(const std::string& text, std::size_t n) {
  std::size_t begin = 0;
  while (n-- > 0) begin = text.find('\t', begin) + 1;
  return text.substr(begin, text.find_first_of("\t\n", begin) - begin);
}

unsigned mode_of(const std::string& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
}

TEST(Commands, the_program_tells_what_it_can) {
  const Ended help = run({"--help"});
  EXPECT_EQ(help.status, cli::kDone);
  for (const auto& command : cli::commands()) EXPECT_NE(help.out.find(std::string(command.summary)), std::string::npos);
  EXPECT_EQ(run({"--version"}).out, "dialin " + std::string(cli::version()) + "\n");
  for (const std::vector<std::string>& words : {std::vector<std::string>{}, {"nonsense"}, {"--nonsense"}}) {
    const Ended wrong = run(words);
    EXPECT_EQ(wrong.status, cli::kWrongUse);
    EXPECT_EQ(wrong.out, "");
    EXPECT_NE(wrong.err, "");
  }
}

TEST(Commands, a_key_is_printed_alone_once_and_can_be_revoked) {
  const TempDir dir;
  const std::string file = dir.path("keys.json");
  const Ended added = run({"keys", "add", "--file", file, "--tenant", "acme", "--scopes", "read,audit"});
  ASSERT_EQ(added.status, cli::kDone) << added.err;
  EXPECT_EQ(added.out.find_first_of(" \t\n"), added.out.size() - 1) << "the key alone";
  EXPECT_EQ(added.err.find(added.out.substr(0, added.out.size() - 1)), std::string::npos) << "and nowhere else";
  EXPECT_EQ(mode_of(file), 0600U);
  const Ended listed = run({"keys", "list", "--file", file});
  EXPECT_EQ(field(listed.out, 1), "acme");
  EXPECT_EQ(field(listed.out, 2), "read,audit");
  EXPECT_EQ(field(listed.out, 4), "in force");
  EXPECT_EQ(run({"keys", "revoke", "--file", file, field(listed.out, 0)}).status, cli::kDone);
  EXPECT_EQ(field(run({"keys", "list", "--file", file}).out, 4).substr(0, 8), "revoked ");
}

TEST(Commands, keys_that_are_not_there_and_scopes_that_are_none) {
  const TempDir dir;
  const std::string file = dir.path("keys.json");
  EXPECT_EQ(run({"keys", "list", "--file", file}).status, cli::kCouldNotRun);
  EXPECT_EQ(run({"keys", "add", "--file", file, "--tenant", "acme", "--scopes", "read,fly"}).status, cli::kWrongUse);
  EXPECT_EQ(run({"keys", "add", "--file", file, "--tenant", ""}).status, cli::kWrongUse);
  EXPECT_EQ(run({"keys", "add", "--file", file, "--tenant", "a\nb"}).status, cli::kWrongUse);
  EXPECT_FALSE(std::filesystem::exists(file));
  ASSERT_EQ(run({"keys", "add", "--file", file, "--tenant", "acme"}).status, cli::kDone);
  EXPECT_EQ(run({"keys", "revoke", "--file", file, "key_none"}).status, cli::kNotSo);
}

TEST(Commands, a_key_ring_is_made_once_and_rotated) {
  const TempDir dir;
  const std::string file = dir.path("keyring.json");
  EXPECT_EQ(run({"keyring", "rotate", file}).status, cli::kCouldNotRun);
  ASSERT_EQ(run({"keyring", "init", file}).status, cli::kDone);
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_EQ(run({"keyring", "init", file}).status, cli::kCouldNotRun);
  const std::string first = field(run({"keyring", "list", file}).out, 0);
  ASSERT_EQ(run({"keyring", "rotate", file}).status, cli::kDone);
  const std::string listed = run({"keyring", "list", file}).out;
  EXPECT_EQ(field(listed, 0), first) << "what was sealed before can still be opened";
  EXPECT_EQ(std::count(listed.begin(), listed.end(), '\n'), 2);
}

TEST(Commands, dev_makes_what_is_missing_and_shows_the_same_key_again) {
  const TempDir dir;
  cli::ServeOptions options;
  options.data = dir.path("data");
  options.keys = dir.path("data/keys.json");
  options.keyring = dir.path("data/keyring.json");
  const Instant now{1'800'000'000'000'000};
  const auto first = cli::set_up_dev(options, now);
  ASSERT_TRUE(first);
  for (const auto& file : {options.keys, options.keyring, options.data + "/dev.key"}) EXPECT_EQ(mode_of(file), 0600U) << file;
  EXPECT_EQ(*cli::set_up_dev(options, now), *first);
  EXPECT_EQ(field(run({"keys", "list", "--file", options.keys}).out, 1), "dev");

  // A data directory whose key file was lost gets a key that works.
  std::filesystem::remove(options.keys);
  const auto anew = cli::set_up_dev(options, now);
  ASSERT_TRUE(anew);
  EXPECT_NE(*anew, *first);
}

}  // namespace
}  // namespace dialin::test
