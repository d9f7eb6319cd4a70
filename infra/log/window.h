#pragma once
// A window on a file: yields spans of it, reading in blocks that grow while one reads on in order, so that a long walk runs at disk
// speed and a short look stays cheap. One thread at a time.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "infra/log/file_layer.h"

namespace dialin::log {

class Window {
 public:
  static constexpr std::size_t kBlockBytesMin = 16 * 1024;
  static constexpr std::size_t kBlockBytesMax = 512 * 1024;

  explicit Window(std::shared_ptr<const File> file) : file_(std::move(file)) {}

  /// `size` bytes from `offset` on; fewer only where the file ends. Valid until the next call.
  Result<std::string_view, Errno> bytes(std::uint64_t offset, std::size_t size);
  /// What was read may have been overwritten since: read it again when asked for.
  void forget() { filled_ = 0; }
  /// forget(), and gives the memory back.
  void release();

 private:
  std::shared_ptr<const File> file_;
  std::vector<char> block_;
  std::uint64_t begin_ = 0;  ///< where in the file block_ begins
  std::size_t filled_ = 0;   ///< of block_
  std::size_t next_size_ = kBlockBytesMin;
};

}  // namespace dialin::log
