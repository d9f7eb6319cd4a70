#include "infra/storage/chunk_writer.h"

#include <rocksdb/db.h>
#include <rocksdb/sst_file_writer.h>

#include "infra/storage/status.h"

namespace dialin::storage {
namespace {

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

rocksdb::Status write_table(const std::string& path, const Database& database, Family family, const std::vector<const Change*>& changes) {
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(), database.db().GetOptions(database.family(family)), database.family(family),
                              /*invalidate_page_cache=*/false);
  rocksdb::Status status = file.Open(path);
  for (const Change* change : changes) {
    if (!status.ok()) return status;
    status = change->removed ? file.Delete(slice(change->key())) : file.Put(slice(change->key()), slice(change->value()));
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
