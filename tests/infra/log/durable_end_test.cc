#include "infra/log/durable_end.h"

#include <gtest/gtest.h>

#include "support.h"

namespace dialin::log {
namespace {

/// Counts what is synced through it.
class CountingFiles : public PosixFiles {
 public:
  Result<std::unique_ptr<File>, Errno> open(const std::string& path, Mode mode) override {
    auto opened = PosixFiles::open(path, mode);
    if (!opened) return opened.error();
    return std::unique_ptr<File>(std::make_unique<Counted>(std::move(*opened), syncs_));
  }
  int syncs() const { return syncs_; }

 private:
  struct Counted : File {
    Counted(std::unique_ptr<File> counted, int& total) : file(std::move(counted)), syncs(total) {}
    Result<std::size_t, Errno> read(char* out, std::size_t size, std::uint64_t offset) const override {
      return file->read(out, size, offset);
    }
    Result<std::uint64_t, Errno> size() const override { return file->size(); }
    Errno write(std::string_view bytes, std::uint64_t offset) override { return file->write(bytes, offset); }
    Errno sync() override {
      ++syncs;
      return file->sync();
    }
    Errno reserve(std::uint64_t size) override { return file->reserve(size); }
    std::unique_ptr<File> file;
    int& syncs;
  };
  int syncs_ = 0;
};

class DurableEndTest : public testing::Test {
 protected:
  DurableEndTest() : dir_(temporary_.path("log")), around_(files_) {}
  std::unique_ptr<EmbeddedLog> open(std::chrono::milliseconds idle = kNeverIdle) {
    auto options = small_segments(dir_);
    options.idle = idle;
    auto opened = around_.open(options);
    if (!opened) throw std::runtime_error(opened.error().text);
    return std::move(*opened);
  }
  DurableEnd end() {
    auto end = durable_end(looked_at_by_, dir_);
    if (!end) throw std::runtime_error(end.error().text);
    return *end;
  }

  TemporaryDir temporary_;
  const std::string dir_;
  PosixFiles files_;
  CountingFiles looked_at_by_;
  Surroundings around_;
};

TEST_F(DurableEndTest, of_a_stopped_log_is_its_last_record) {
  auto log = open();
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(append(*log, {500, 5}));
  const Tail last = log->tail();
  const LogId id = log->id();
  log.reset();
  EXPECT_EQ(end().tail, last);
  EXPECT_EQ(end().log, id);
  EXPECT_EQ(looked_at_by_.syncs(), 0) << "a mark says so";
}

TEST_F(DurableEndTest, of_a_running_log_is_its_last_record_once_that_is_marked) {
  const auto log = open(std::chrono::milliseconds(50));
  ASSERT_TRUE(append(*log, {500, 5}));
  EXPECT_EQ(end().tail, log->tail());
  EXPECT_EQ(looked_at_by_.syncs(), 0);
}

TEST_F(DurableEndTest, is_made_durable_where_nobody_marks_it) {
  const auto log = open();
  ASSERT_TRUE(append(*log, {500, 5}));
  const std::string killed = temporary_.path("killed");
  copy_dir(dir_, killed);
  const auto found = durable_end(looked_at_by_, killed);
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_EQ(found->tail, log->tail());
  EXPECT_EQ(looked_at_by_.syncs(), 1);
}

TEST_F(DurableEndTest, passes_over_a_torn_tail) {
  auto log = open();
  ASSERT_TRUE(append(*log, {500, 5}));
  const Tail last = log->tail();
  const std::string killed = temporary_.path("killed");
  copy_dir(dir_, killed);
  const std::string name = killed + "/00000000000000000001.segment";
  std::string bytes = file_content(name);
  bytes[bytes.find_last_not_of('\0') + 40] = 'x';
  write_file(name, bytes);
  EXPECT_EQ(durable_end(files_, killed)->tail, last);
}

TEST_F(DurableEndTest, is_not_told_of_a_damaged_log_or_of_none) {
  EXPECT_EQ(durable_end(files_, dir_).error().code, OpenError::failed);
  auto log = open();
  ASSERT_TRUE(append(*log, {500, 5}));
  log.reset();
  const std::string name = dir_ + "/00000000000000000001.segment";
  std::string bytes = file_content(name);
  bytes[300] = static_cast<char>(bytes[300] ^ 1);
  write_file(name, bytes);
  EXPECT_EQ(durable_end(files_, dir_).error().code, OpenError::poison);
}

}  // namespace
}  // namespace dialin::log
