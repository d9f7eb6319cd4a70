#include "infra/storage/background_errors.h"

#include <rocksdb/listener.h>
#include <rocksdb/status.h>

#include "infra/storage/status.h"

namespace dialin::storage {
namespace {

class Listener : public rocksdb::EventListener {
 public:
  explicit Listener(std::shared_ptr<BackgroundErrors> errors) : errors_(std::move(errors)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    const StoreError error = store_error(*status);
    errors_->remember(error);
    // It knows a full disk only, and would never come back from a used-up quota; what is set here is what it keeps.
    if (error == StoreError::no_space && !status->IsNoSpace()) {
      *status = rocksdb::Status(rocksdb::Status::NoSpace(status->ToString()), rocksdb::Status::Severity::kHardError);
    }
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* recover_by_itself) override {
    *recover_by_itself = false;
  }

 private:
  std::shared_ptr<BackgroundErrors> errors_;
};

}  // namespace

void BackgroundErrors::remember(StoreError error) {
  const std::lock_guard lock(mutex_);
  last_ = error;
}

void BackgroundErrors::forget() {
  const std::lock_guard lock(mutex_);
  last_.reset();
}

std::optional<StoreError> BackgroundErrors::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::shared_ptr<rocksdb::EventListener> listener_to(const std::shared_ptr<BackgroundErrors>& errors) {
  return std::make_shared<Listener>(errors);
}

}  // namespace dialin::storage
