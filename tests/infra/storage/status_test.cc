// What RocksDB says of a disk without room.

#include "infra/storage/status.h"

#include <gtest/gtest.h>
#include <rocksdb/listener.h>
#include <rocksdb/status.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "domain/store_is_full.h"
#include "infra/storage/background_errors.h"

namespace dialin::test {
namespace {

using rocksdb::Status;

bool is_told_as_full(const Status& status) {
  try {
    storage::require_ok(status, "opening");
  } catch (const StoreIsFull&) {
    return true;
  } catch (const StoreFailure&) {
    return false;
  }
  ADD_FAILURE() << status.ToString() << " is told as nothing";
  return false;
}

TEST(StoreStatus, a_full_disk_and_a_used_quota_are_want_of_room_and_nothing_else_is) {
  const std::string quota = std::generic_category().message(EDQUOT);
  const Status full[] = {Status::NoSpace("MANIFEST"), Status::IOError("While appending to file: 000012.sst", quota)};
  for (const Status& status : full) {
    EXPECT_EQ(storage::store_error(status), StoreError::no_space) << status.ToString();
    EXPECT_TRUE(is_told_as_full(status)) << status.ToString();
  }
  const Status broken[] = {Status::IOError("While appending to file", "Input/output error"), Status::Corruption(quota), Status::Busy()};
  for (const Status& status : broken) {
    EXPECT_EQ(storage::store_error(status), StoreError::failed) << status.ToString();
    EXPECT_FALSE(is_told_as_full(status)) << status.ToString();
  }
  EXPECT_NO_THROW(storage::require_ok(Status::OK(), "opening"));
}

TEST(StoreStatus, a_used_quota_in_the_background_is_one_that_resume_comes_back_from) {
  const auto errors = std::make_shared<storage::BackgroundErrors>();
  const auto listener = storage::listener_to(errors);
  Status quota(Status::IOError("While appending to file: 000012.sst", std::generic_category().message(EDQUOT)),
               Status::Severity::kFatalError);
  listener->OnBackgroundError(rocksdb::BackgroundErrorReason::kFlush, &quota);
  EXPECT_EQ(errors->last(), StoreError::no_space);
  EXPECT_TRUE(quota.IsNoSpace());
  EXPECT_EQ(quota.severity(), Status::Severity::kHardError);
  Status broken(Status::IOError("While appending to file: 000012.sst", "Input/output error"), Status::Severity::kFatalError);
  listener->OnBackgroundError(rocksdb::BackgroundErrorReason::kFlush, &broken);
  EXPECT_EQ(errors->last(), StoreError::failed);
  EXPECT_EQ(broken.severity(), Status::Severity::kFatalError);
}

}  // namespace
}  // namespace dialin::test
