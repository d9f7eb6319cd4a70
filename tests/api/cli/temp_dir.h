#pragma once
// A directory that goes with the test.

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace dialin::test {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "dialin-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    dir_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string path(const std::string& below = "") const { return (dir_ / below).string(); }

 private:
  std::filesystem::path dir_;
};

}  // namespace dialin::test
