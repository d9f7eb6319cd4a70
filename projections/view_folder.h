#pragma once
// The folder of the views on disk. Throws std::system_error when the file system refuses.
//
//   schema-N     views of that schema, whole
//   current      a link to those in use
//   next         such a link in the making
//   rebuilding   views in the making: worthless until they are renamed
//
// A store that is open is never renamed, because RocksDB remembers its path; so which views are in use is said by a link, which can be
// replaced in a single rename beside readers of both.

#include <cstdint>
#include <filesystem>
#include <string>

namespace dialin::projections {

class ViewFolder {
 public:
  explicit ViewFolder(std::string dir) : dir_(std::move(dir)) {}

  /// Makes the folder when missing, ends a change that was cut short, and removes what a rebuild that was cut short left. Programs with
  /// schema 1 had a directory `current`: it becomes `schema-1`. For the start: nobody has anything open.
  void put_in_order() const;

  const std::string& dir() const { return dir_; }
  /// The directory of the views in use, the link followed; empty when there are none.
  std::string current() const;
  std::string rebuilding() const { return dir_ + "/rebuilding"; }
  std::string of_schema(std::uint64_t schema) const;

  /// What was rebuilt becomes the views of `schema`, durably; nobody may have either open. They are not in use yet.
  void keep_rebuilt(std::uint64_t schema) const;
  /// Durably.
  void use(std::uint64_t schema) const;
  /// Everything but the views in use.
  void remove_others() const;

 private:
  std::filesystem::path link() const { return dir_ + "/current"; }
  std::filesystem::path next_link() const { return dir_ + "/next"; }
  std::string dir_;
};

}  // namespace dialin::projections
