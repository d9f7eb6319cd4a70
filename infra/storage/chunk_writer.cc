#include "infra/storage/chunk_writer.h"

#include <rocksdb/db.h>
#include <rocksdb/sst_file_writer.h>

#include "infra/storage/status.h"

namespace dialin::storage {
namespace {

/// The disk begins to write while a table is still growing, so that syncing it at the end is not a long wait.
constexpr std::uint64_t kBytesPerSync = 1u << 20;

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

/// Changes in the order of keys lie all over the chunk: asked for some steps ahead, they are there when they are needed.
void fetch_ahead(const std::vector<const Change*>& changes, std::size_t i) {
  constexpr std::size_t kChangesAhead = 24;
  constexpr std::size_t kBytesAhead = 8;
  constexpr std::size_t kCacheLineBytes = 64;
  if (i + kChangesAhead < changes.size()) __builtin_prefetch(changes[i + kChangesAhead]);
  if (i + kBytesAhead >= changes.size()) return;
  const Change& next = *changes[i + kBytesAhead];
  for (std::size_t offset = 0; offset < next.key_bytes + next.value_bytes; offset += kCacheLineBytes)
    __builtin_prefetch(next.bytes + offset);
}

rocksdb::Status write_table(const std::string& path, const Database& database, Family family, const std::vector<const Change*>& changes) {
  rocksdb::Options options(rocksdb::DBOptions(), database.options_of(family, Database::Use::load));
  options.compression_per_level.clear();
  options.compression = rocksdb::kNoCompression;  // it will be merged, and compressed then
  options.bytes_per_sync = kBytesPerSync;
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(options), options, database.family(family), /*invalidate_page_cache=*/false);
  rocksdb::Status status = file.Open(path);
  for (std::size_t i = 0; i < changes.size() && status.ok(); ++i) {
    fetch_ahead(changes, i);
    const Change& change = *changes[i];
    status = change.removed ? file.Delete(slice(change.key())) : file.Put(slice(change.key()), slice(change.value()));
  }
  return status.ok() ? file.Finish() : status;
}

}  // namespace

ChunkWriter::ChunkWriter(Database& database, std::string dir)
    : database_(database), dir_(std::move(dir)), thread_(&ChunkWriter::run, this) {}

ChunkWriter::~ChunkWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<void, StoreError> ChunkWriter::write(Chunk chunk) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !waiting_ || error_; });
  if (error_) return *error_;
  waiting_ = std::move(chunk);
  changed_.notify_all();
  return {};
}

Result<void, StoreError> ChunkWriter::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return (!waiting_ && !writing_) || error_; });
  if (error_) return *error_;
  return {};
}

void ChunkWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return waiting_ || stopping_; });
    if (!waiting_ || error_) return;
    const Chunk chunk = std::move(*waiting_);
    waiting_.reset();
    writing_ = true;
    changed_.notify_all();

    lock.unlock();
    const Result<void, StoreError> result = ingest(chunk);
    lock.lock();

    writing_ = false;
    if (!result) error_ = result.error();
    changed_.notify_all();
  }
}

Result<void, StoreError> ChunkWriter::ingest(const Chunk& chunk) {
  std::vector<rocksdb::IngestExternalFileArg> tables;
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    const std::vector<const Change*> changes = chunk.sorted(family);
    if (changes.empty()) continue;

    const std::string path = dir_ + "/" + std::to_string(++files_) + ".load";
    const rocksdb::Status status = write_table(path, database_, family, changes);
    if (!status.ok()) return store_error(status);

    rocksdb::IngestExternalFileArg& table = tables.emplace_back();
    table.column_family = database_.family(family);
    table.external_files = {path};
    table.options.move_files = true;
    table.options.write_global_seqno = false;  // the table stays as it was written; its place among others is in the manifest
    table.options.snapshot_consistency = false;
  }
  if (tables.empty()) return {};
  const rocksdb::Status status = database_.db().IngestExternalFiles(tables);
  if (!status.ok()) return store_error(status);
  return {};
}

}  // namespace dialin::storage
