#pragma once
// Makes the next segment before it is needed: a file of zeros, really written, because syncing into blocks that hold data already costs a
// third less than into blocks that are only promised. A full disk shows here, while the segment in use still has room. Owns one thread.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "infra/log/file_layer.h"

namespace dialin::log {

class SegmentSupply {
 public:
  /// The file in the making or in stock; it has no segment's name until its head is written.
  static constexpr const char* kName = "next.zeros";

  struct Prepared {
    std::unique_ptr<File> file;
    std::uint64_t size = 0;
  };

  enum class Filling : std::uint8_t {
    zeros,
    room,  ///< only promised blocks: for one great load, which zeros would make write everything twice
  };

  SegmentSupply(FileLayer& files, std::string dir, Filling filling);
  ~SegmentSupply();  ///< the file in stock is removed

  /// Has a file of `size` made in the background. At most one is in stock. Returns at once.
  void prepare(std::uint64_t size);
  /// Hands out a file of at least `least` bytes, `size` if it can be had. Waits for one in the making, makes one when there is none. A
  /// failure leaves nothing behind; the next call tries again.
  Result<Prepared, Errno> take(std::uint64_t least, std::uint64_t size);

  std::string path() const;

 private:
  void run();
  Result<Prepared, Errno> make(std::uint64_t size);
  Errno fill(File& file, std::uint64_t size);

  FileLayer& files_;
  const std::string dir_;
  const Filling filling_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t wanted_ = 0;  ///< to be made in the background; 0: nothing
  std::optional<Prepared> stock_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace dialin::log
