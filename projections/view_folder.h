#pragma once
// The folder of the views on disk: `current`, and beside it `rebuilding`, which becomes the current one in a single rename. Throws
// std::system_error when the file system refuses.

#include <filesystem>
#include <string>

namespace dialin::projections {

class ViewFolder {
 public:
  static constexpr const char* kCurrent = "current";

  /// Makes `dir` when missing and removes what a rebuild that was cut short left in it.
  explicit ViewFolder(const std::string& dir);

  const std::string& dir() const { return dir_; }
  std::string current() const { return dir_ + "/" + kCurrent; }
  std::string rebuilding() const { return dir_ + "/rebuilding"; }
  bool has_current() const { return std::filesystem::exists(current()); }
  /// Makes what was rebuilt the current one, durably; nobody may have either open.
  void swap_in() const;

 private:
  std::string dir_;
};

}  // namespace dialin::projections
