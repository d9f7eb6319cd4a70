// A directory is given its name when all of it is on the disk: what is told as done is not to be found damaged after a power cut.

#include "api/cli/copying/partial_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "api/cli/temp_dir.h"
#include "infra/log/kafka/copy.h"
#include "infra/log/posix_files.h"

namespace dialin::test {
namespace {

namespace fs = std::filesystem;

/// Remembers what was synced through it before the first directory was given another name.
class SyncsSeen : public log::PosixFiles {
 public:
  Result<std::unique_ptr<log::File>, log::Errno> open(const std::string& path, Mode mode) override {
    auto opened = PosixFiles::open(path, mode);
    if (!opened) return opened.error();
    return std::unique_ptr<log::File>(std::make_unique<Seen>(std::move(*opened), path, *this));
  }
  log::Errno sync_dir(const std::string& dir) override {
    see(dir);
    return PosixFiles::sync_dir(dir);
  }
  log::Errno rename(const std::string& from, const std::string& to) override {
    is_over_ = is_over_ || fs::is_directory(from);
    return PosixFiles::rename(from, to);
  }
  const std::set<std::string>& synced() const { return synced_; }

 private:
  struct Seen : log::File {
    Seen(std::unique_ptr<log::File> seen, std::string name, SyncsSeen& through)
        : file(std::move(seen)), path(std::move(name)), by(through) {}
    Result<std::size_t, log::Errno> read(char* out, std::size_t size, std::uint64_t offset) const override {
      return file->read(out, size, offset);
    }
    Result<std::uint64_t, log::Errno> size() const override { return file->size(); }
    log::Errno write(std::string_view bytes, std::uint64_t offset) override {
      by.synced_.erase(path);
      return file->write(bytes, offset);
    }
    log::Errno sync() override {
      by.see(path);
      return file->sync();
    }
    log::Errno reserve(std::uint64_t size) override { return file->reserve(size); }
    std::unique_ptr<log::File> file;
    std::string path;
    SyncsSeen& by;
  };
  void see(const std::string& path) {
    if (!is_over_) synced_.insert(path);
  }

  std::set<std::string> synced_;
  bool is_over_ = false;
};

TEST(PartialDirectory, is_on_the_disk_with_all_that_is_in_it_before_it_has_its_name) {
  const TempDir dir;
  const std::string path = dir.path("out.partial");
  SyncsSeen files;
  {
    auto partial = cli::PartialDirectory::begin(files, path);
    ASSERT_TRUE(partial) << partial.error().text;
    ASSERT_FALSE(log::kafka::write_place(files, path + "/log", {{7}, {}, 3, {1}}).failed());
    fs::create_directories(path + "/views/schema-2");
    std::ofstream(path + "/views/schema-2/table") << "rows";
    std::ofstream(path + "/log/00000000000000000001.index") << "offsets";
    fs::create_symlink("schema-2", path + "/views/current");
    ASSERT_TRUE(partial->become(dir.path("out")));
  }
  for (const char* name :
       {"", "/log", "/log/place", "/log/00000000000000000001.index", "/views", "/views/schema-2", "/views/schema-2/table"})
    EXPECT_TRUE(files.synced().contains(path + name)) << name;
  EXPECT_TRUE(log::kafka::read_place(files, dir.path("out/log")));
}

}  // namespace
}  // namespace dialin::test
