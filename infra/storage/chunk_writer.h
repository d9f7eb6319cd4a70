#pragma once
// Turns chunks into sorted table files and hands them to the database, on a thread of its own, in order. One chunk waits at most: who
// brings the next one waits then, too, which bounds memory.

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "infra/storage/chunk.h"
#include "infra/storage/database.h"

namespace dialin::storage {

class ChunkWriter {
 public:
  /// Table files stand in `dir` until the database has taken them over.
  ChunkWriter(Database& database, std::string dir);
  ~ChunkWriter();  ///< waits for what is being written

  /// Takes `chunk`; waits while another one waits. The error is that of an earlier chunk, and stays.
  Result<void, StoreError> write(Chunk chunk);
  /// Until all that was taken is in the database.
  Result<void, StoreError> finish();

 private:
  void run();
  Result<void, StoreError> ingest(const Chunk& chunk);

  Database& database_;
  std::string dir_;
  std::uint64_t files_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Chunk> waiting_;
  bool writing_ = false;
  bool stopping_ = false;
  std::optional<StoreError> error_;
  std::thread thread_;
};

}  // namespace dialin::storage
