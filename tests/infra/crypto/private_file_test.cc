#include "infra/crypto/private_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "infra/crypto/scratch.h"

namespace dialin::crypto {
namespace {

mode_t mode_of(const std::string& file) {
  struct stat status {};
  EXPECT_EQ(::stat(file.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST(PrivateFile, is_made_once_and_for_its_owner_alone) {
  const Scratch scratch;
  const std::string file = scratch.path("secret");
  const mode_t before = ::umask(0);
  EXPECT_TRUE(create_private(file, "one"));
  ::umask(before);
  EXPECT_EQ(mode_of(file), 0600U);
  const auto again = create_private(file, "two");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, FaultCode::exists);
  EXPECT_EQ(again.error().text, file + " exists already and is left as it is");
  EXPECT_EQ(text_of(file), "one");
  EXPECT_EQ(scratch.files(), std::vector<std::string>{"secret"});
}

TEST(PrivateFile, a_missing_directory_or_file_is_said) {
  const Scratch scratch;
  EXPECT_FALSE(create_private(scratch.path("nowhere/secret"), "one"));
  EXPECT_FALSE(replace_private(scratch.path("nothing"), "one"));
  EXPECT_FALSE(FileLock::take(scratch.path("nowhere/secret")));
  const auto read = read_private(scratch.path("nothing"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, FaultCode::missing);
  EXPECT_EQ(stamp_of(scratch.path("nothing")), std::nullopt);
  EXPECT_EQ(scratch.files(), std::vector<std::string>());
}

TEST(PrivateFile, is_refused_when_others_may_read_or_write_it) {
  const Scratch scratch;
  const std::string file = scratch.write("secret", "one");
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0601U, 0644U, 0666U}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    const auto read = read_private(file);
    ASSERT_FALSE(read) << std::oct << mode;
    EXPECT_EQ(read.error().code, FaultCode::not_private);
    EXPECT_EQ(read.error().text, file + " may be read or written by others than its owner: `chmod 600 " + file + "`");
  }
  for (const mode_t mode : {0600U, 0400U}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    EXPECT_TRUE(read_private(file));
  }
}

TEST(PrivateFile, is_replaced_as_a_whole) {
  const Scratch scratch;
  const std::string file = scratch.write("secret", "one");
  const auto before = read_private(file);
  ASSERT_TRUE(before);
  EXPECT_EQ(before->text.view(), "one");
  EXPECT_EQ(before->stamp, stamp_of(file));
  scratch.write("secret.new." + std::to_string(::getpid()), "left by one that was killed");
  EXPECT_TRUE(replace_private(file, "two"));
  const auto after = read_private(file);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->text.view(), "two");
  EXPECT_NE(after->stamp, before->stamp);
  EXPECT_EQ(scratch.files(), std::vector<std::string>{"secret"});
}

TEST(PrivateFile, is_replaced_and_what_a_killed_one_left_beside_it_goes) {
  const Scratch scratch;
  const std::string file = scratch.path("key");
  ASSERT_TRUE(create_private(file, "old"));
  scratch.write("key.new.1", "half");
  scratch.write("key.new.backup", "mine");
  scratch.write("key.newer", "mine");
  scratch.write("other.new.1", "another's");
  ASSERT_TRUE(replace_private(file, "new"));
  EXPECT_EQ(scratch.files(), (std::vector<std::string>{"key", "key.new.backup", "key.newer", "other.new.1"}));
  EXPECT_EQ(text_of(file), "new");
}

TEST(PrivateFile, behind_a_link_is_replaced_where_it_lies) {
  const Scratch scratch;
  scratch.write("secret", "one");
  std::filesystem::create_symlink("secret", scratch.path("link"));
  EXPECT_TRUE(replace_private(scratch.path("link"), "two"));
  EXPECT_TRUE(std::filesystem::is_symlink(scratch.path("link")));
  EXPECT_EQ(text_of(scratch.path("secret")), "two");
}

TEST(PrivateFile, too_large_is_neither_read_nor_written) {
  const Scratch scratch;
  const std::string large(kPrivateFileBytes_max + 1, 'x');
  const std::string file = scratch.write("secret", large);
  const auto read = read_private(file);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, FaultCode::damaged);
  const auto created = create_private(scratch.path("other"), large);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, FaultCode::invalid);
}

TEST(PrivateFile, a_directory_is_no_file) {
  const Scratch scratch;
  std::filesystem::create_directory(scratch.path("dir"));
  EXPECT_FALSE(read_private(scratch.path("dir")));
}

TEST(PrivateFile, a_fifo_is_refused_at_once) {
  const Scratch scratch;
  const std::string fifo = scratch.path("fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  ::alarm(10);  // an opening that waits for a writer would wait for ever
  const auto secret = read_private(fifo);
  const auto readable = read_readable(fifo, 100);
  ::alarm(0);
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().text, fifo + " is not a regular file");
  ASSERT_FALSE(readable);
  EXPECT_EQ(readable.error().text, fifo + " is not a regular file");
}

TEST(FileLockTest, keeps_a_second_one_waiting_until_it_is_let_go) {
  const Scratch scratch;
  const std::string file = scratch.write("secret", "");
  auto first = std::make_unique<Result<FileLock, FileFault>>(FileLock::take(file));
  ASSERT_TRUE(*first);
  std::atomic<bool> taken{false};
  std::thread second([&] { taken = FileLock::take(file).has_value(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_FALSE(taken);
  first.reset();
  second.join();
  EXPECT_TRUE(taken);
}

}  // namespace
}  // namespace dialin::crypto
