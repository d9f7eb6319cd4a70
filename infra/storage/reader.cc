#include "infra/storage/reader.h"

#include <rocksdb/db.h>

#include <optional>

#include "infra/storage/status.h"

namespace dialin::storage {
namespace {

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
std::string_view view(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

/// The first key behind all that begin with `prefix`; nothing when there is none.
std::optional<std::string> end_of(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xFF') end.pop_back();
  if (end.empty()) return std::nullopt;
  end.back() = static_cast<char>(end.back() + 1);
  return end;
}

class RocksCursor : public ViewCursor {
 public:
  RocksCursor(const Database& database, const rocksdb::Snapshot* at, Family family, std::string_view prefix)
      : begin_(prefix), end_(end_of(prefix)), begin_slice_(begin_) {
    rocksdb::ReadOptions options;
    options.snapshot = at;
    options.iterate_lower_bound = &begin_slice_;
    if (end_) {
      end_slice_ = *end_;
      options.iterate_upper_bound = &end_slice_;
    }
    iterator_.reset(database.db().NewIterator(options, database.family(family)));
  }

  void seek(std::string_view key) override { iterator_->Seek(slice(key)); }
  void seek_before(std::string_view key) override { iterator_->SeekForPrev(slice(key)); }
  bool valid() const override {
    if (iterator_->Valid()) return true;
    require_ok(iterator_->status(), "walking the views");
    return false;
  }
  std::string_view key() const override { return view(iterator_->key()); }
  std::string_view value() const override { return view(iterator_->value()); }
  void next() override { iterator_->Next(); }
  void previous() override { iterator_->Prev(); }

 private:
  std::string begin_;  // the iterator only borrows its bounds
  std::optional<std::string> end_;
  rocksdb::Slice begin_slice_;
  rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

/// Of a family that the database does not have.
class NoCursor : public ViewCursor {
 public:
  void seek(std::string_view) override {}
  void seek_before(std::string_view) override {}
  bool valid() const override { return false; }
  std::string_view key() const override { return {}; }
  std::string_view value() const override { return {}; }
  void next() override {}
  void previous() override {}
};

class SnapshotReader : public ViewReader {
 public:
  explicit SnapshotReader(const Database& database) : database_(database), snapshot_(database.db().GetSnapshot()) {}
  ~SnapshotReader() override { database_.db().ReleaseSnapshot(snapshot_); }
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  bool get(Family family, std::string_view key, std::string& value) const override {
    return storage::get(database_, snapshot_, family, key, value);
  }
  std::unique_ptr<ViewCursor> cursor(Family family, std::string_view prefix) const override {
    return storage::cursor(database_, snapshot_, family, prefix);
  }

 private:
  const Database& database_;
  const rocksdb::Snapshot* snapshot_;
};

}  // namespace

bool get(const Database& database, const rocksdb::Snapshot* at, Family family, std::string_view key, std::string& value) {
  rocksdb::ColumnFamilyHandle* const handle = database.family(family);
  if (handle == nullptr) return false;
  rocksdb::ReadOptions options;
  options.snapshot = at;
  const rocksdb::Status status = database.db().Get(options, handle, slice(key), &value);
  if (status.IsNotFound()) return false;
  require_ok(status, "reading the views");
  return true;
}

std::unique_ptr<ViewCursor> cursor(const Database& database, const rocksdb::Snapshot* at, Family family, std::string_view prefix) {
  if (database.family(family) == nullptr) return std::make_unique<NoCursor>();
  return std::make_unique<RocksCursor>(database, at, family, prefix);
}

std::unique_ptr<ViewReader> snapshot_reader(const Database& database) {
  return std::make_unique<SnapshotReader>(database);
}

}  // namespace dialin::storage
