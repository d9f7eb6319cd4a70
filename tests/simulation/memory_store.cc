#include "simulation/memory_store.h"

#include <functional>
#include <utility>

namespace dialin::simulation {
namespace {

std::uint64_t mixed(std::uint64_t hash) {
  hash = (hash ^ (hash >> 31)) * 0x9E3779B97F4A7C15ULL;
  return hash ^ (hash >> 29);
}

std::uint64_t digest_of(Family family, std::string_view key, std::string_view value) {
  const std::hash<std::string_view> hash;
  return mixed(mixed(hash(key) + static_cast<std::uint64_t>(family)) + hash(value));
}

}  // namespace

class MemoryStore::Batch : public ViewBatch {
 public:
  void put(Family family, std::string_view key, std::string_view value) override {
    changes.push_back({family, std::string(key), std::string(value)});
  }
  void remove(Family family, std::string_view key) override { changes.push_back({family, std::string(key), std::nullopt}); }
  std::vector<Undo> changes;
};

class MemoryStore::Cursor : public ViewCursor {
 public:
  Cursor(const Rows& rows, std::string_view prefix) : rows_(rows), prefix_(prefix), at_(rows.end()) {}
  void seek(std::string_view key) override { at_ = rows_.lower_bound(std::max<std::string_view>(key, prefix_)); }
  void seek_before(std::string_view key) override {
    at_ = rows_.upper_bound(key);
    previous();
  }
  bool valid() const override { return at_ != rows_.end() && at_->first.starts_with(prefix_); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  void next() override { ++at_; }
  void previous() override { at_ = at_ == rows_.begin() ? rows_.end() : std::prev(at_); }

 private:
  const Rows& rows_;
  const std::string prefix_;
  Rows::const_iterator at_;
};

bool MemoryStore::get(Family family, std::string_view key, std::string& value) const {
  const Rows& rows = rows_[static_cast<std::size_t>(family)];
  const auto found = rows.find(key);
  if (found == rows.end()) return false;
  value = found->second;
  return true;
}

std::unique_ptr<ViewCursor> MemoryStore::cursor(Family family, std::string_view prefix) const {
  return std::make_unique<Cursor>(rows_[static_cast<std::size_t>(family)], prefix);
}

std::unique_ptr<ViewReader> MemoryStore::snapshot() const {
  return std::make_unique<MemoryStore>(*this);
}

std::unique_ptr<ViewBatch> MemoryStore::batch() {
  return std::make_unique<Batch>();
}

Result<void, StoreError> MemoryStore::apply(ViewBatch& batch) {
  const auto changes = std::exchange(static_cast<Batch&>(batch).changes, {});
  if (is_full) return StoreError::no_space;
  boundaries_.push_back(undo_.size());
  for (const Undo& change : changes) {
    std::string before;
    const bool was_there = get(change.family, change.key, before);
    undo_.push_back({change.family, change.key, was_there ? std::optional(std::move(before)) : std::nullopt});
    set(change.family, change.key, change.value);
  }
  return {};
}

Result<void, StoreError> MemoryStore::flush() {
  if (is_full) return StoreError::no_space;
  undo_.clear();
  boundaries_.clear();
  return {};
}

void MemoryStore::lose(std::size_t batches) {
  for (; batches > 0; --batches) {
    for (; undo_.size() > boundaries_.back(); undo_.pop_back()) set(undo_.back().family, undo_.back().key, undo_.back().value);
    boundaries_.pop_back();
  }
}

void MemoryStore::set(Family family, const std::string& key, const std::optional<std::string>& value) {
  Rows& rows = rows_[static_cast<std::size_t>(family)];
  if (const auto found = rows.find(key); found != rows.end()) {
    digest_ -= digest_of(family, key, found->second);
    rows.erase(found);
  }
  if (!value) return;
  digest_ += digest_of(family, key, *value);
  rows.emplace(key, *value);
}

}  // namespace dialin::simulation
