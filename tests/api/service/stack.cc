#include "api/service/stack.h"

#include <unistd.h>

namespace dialin::test {

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "dialin-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  dir_ = name;
}
TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

bool FailingStore::get(Family family, std::string_view key, std::string& value) const {
  if (unreadable) throw StoreFailure("the test says so");
  return store_->get(family, key, value);
}
/// Emptied by failures, as the port wants it.
struct FailingStore::Batch : ViewBatch {
  explicit Batch(std::unique_ptr<ViewBatch> empty) : inside(std::move(empty)) {}
  void put(Family family, std::string_view key, std::string_view value) override { inside->put(family, key, value); }
  void remove(Family family, std::string_view key) override { inside->remove(family, key); }
  std::unique_ptr<ViewBatch> inside;
};
std::unique_ptr<ViewBatch> FailingStore::batch() {
  return std::make_unique<Batch>(store_->batch());
}
Result<void, StoreError> FailingStore::apply(ViewBatch& batch) {
  auto& inside = static_cast<Batch&>(batch).inside;
  if (!full) return store_->apply(*inside);
  inside = store_->batch();
  return StoreError::no_space;
}
Result<void, StoreError> FailingStore::flush() {
  ++flushes;
  if (full) return StoreError::no_space;
  return store_->flush();
}

}  // namespace dialin::test
