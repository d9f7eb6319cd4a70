// What a start finds, whatever moment an earlier process ended at, and whichever program that was.

#include "projections/view_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "infra/storage/temporary_dir.h"

namespace dialin::projections {
namespace {

namespace fs = std::filesystem;

struct Row {
  const char* name;
  std::vector<const char*> found;  ///< directories, which then hold a file of their name; with `>`: links
  std::string current;             ///< name of the directory in use; empty: none
  std::string holds;               ///< the file in it
};
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

const Row kRows[] = {
    {"nothing", {}, "", ""},
    {"views of an older program", {"current"}, "schema-1", "current"},
    {"an older program's, rebuilt since by it", {"current", "schema-1"}, "schema-1", "current"},
    {"an older program's, the link was prepared", {"current", "next>schema-1"}, "schema-1", "current"},
    {"an older program's, renamed, no link yet", {"schema-1", "next>schema-1"}, "schema-1", "schema-1"},
    {"views in use", {"schema-2", "current>schema-2"}, "schema-2", "schema-2"},
    {"older ones in use, newer ones are there", {"schema-1", "schema-2", "current>schema-1"}, "schema-1", "schema-1"},
    {"older ones in use, an exchange was begun", {"schema-1", "schema-2", "current>schema-1", "next>schema-2"}, "schema-1", "schema-1"},
    {"first ones, an exchange was begun", {"schema-2", "next>schema-2"}, "schema-2", "schema-2"},
    {"a rebuild that was cut short", {"rebuilding"}, "", ""},
    {"a rebuild that was cut short beside views in use", {"schema-1", "current>schema-1", "rebuilding"}, "schema-1", "schema-1"},
    {"a link that leads nowhere", {"current>schema-2"}, "", ""},
    {"two links that lead nowhere", {"current>schema-2", "next>schema-3"}, "", ""},
};

class ViewFolderTest : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    for (const std::string found : GetParam().found) {
      const std::size_t arrow = found.find('>');
      if (arrow == std::string::npos) {
        fs::create_directories(path(found));
        std::ofstream(path(found) / found) << "-";
      } else {
        fs::create_directories(path(""));
        fs::create_symlink(found.substr(arrow + 1), path(found.substr(0, arrow)));
      }
    }
  }
  fs::path path(const std::string& name) const { return fs::path(dir_ / "views") / name; }
  void expect_in_use(const ViewFolder& folder) const {
    const Row& row = GetParam();
    EXPECT_EQ(folder.current(), row.current.empty() ? "" : path(row.current).string());
    if (!row.holds.empty()) {
      EXPECT_TRUE(fs::exists(path(row.current) / row.holds));
    }
  }

  storage::TemporaryDir dir_;
};

TEST_P(ViewFolderTest, is_put_in_order) {
  const ViewFolder folder(path("").parent_path().string());
  folder.put_in_order();
  expect_in_use(folder);
  EXPECT_FALSE(fs::exists(folder.rebuilding()));
  EXPECT_FALSE(fs::exists(fs::symlink_status(path("next"))));
  EXPECT_NE(fs::symlink_status(path("current")).type(), fs::file_type::directory);
  folder.put_in_order();
  expect_in_use(folder);
}

TEST_P(ViewFolderTest, takes_new_views_into_use_and_lets_go_of_all_others) {
  const ViewFolder folder(path("").parent_path().string());
  folder.put_in_order();
  fs::create_directories(folder.rebuilding());
  std::ofstream(fs::path(folder.rebuilding()) / "new") << "-";
  folder.keep_rebuilt(2);
  if (GetParam().current == "schema-1") expect_in_use(folder);
  folder.use(2);
  EXPECT_EQ(folder.current(), folder.of_schema(2));
  EXPECT_TRUE(fs::exists(path("schema-2") / "new"));
  folder.remove_others();
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(path(""))) left.push_back(entry.path().filename().string());
  std::sort(left.begin(), left.end());
  EXPECT_EQ(left, (std::vector<std::string>{"current", "schema-2"}));
}

TEST_P(ViewFolderTest, can_be_moved) {
  ViewFolder(path("").parent_path().string()).put_in_order();
  fs::rename(path("").parent_path(), dir_ / "elsewhere");
  const std::string& current = GetParam().current;
  EXPECT_EQ(ViewFolder(dir_ / "elsewhere").current(), current.empty() ? "" : dir_ / "elsewhere/" + current);
}

INSTANTIATE_TEST_SUITE_P(Rows, ViewFolderTest, testing::ValuesIn(kRows));

}  // namespace
}  // namespace dialin::projections
