// What RocksDB says that is worth a line.

#include "infra/storage/spoken_log.h"

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <string>
#include <vector>

namespace dialin::storage {
namespace {

using rocksdb::InfoLogLevel;

struct SpokenLogTest : testing::Test {
  std::vector<std::string> said;
  std::shared_ptr<rocksdb::Logger> logger = log_to([this](std::string_view line) { said.emplace_back(line); });
};

TEST_F(SpokenLogTest, warnings_and_errors_are_said_and_nothing_else) {
  rocksdb::Log(InfoLogLevel::INFO_LEVEL, logger, "a flush");
  rocksdb::Log(InfoLogLevel::HEADER_LEVEL, logger, "an option");
  rocksdb::Log(logger, "no level");
  rocksdb::Log(InfoLogLevel::WARN_LEVEL, logger, "a warning of %d", 1);
  rocksdb::Log(InfoLogLevel::ERROR_LEVEL, logger, "an error of %d", 2);
  EXPECT_EQ(said, (std::vector<std::string>{"a warning of 1", "an error of 2"}));
}

/// While the disk is full, some five a second.
TEST_F(SpokenLogTest, a_warning_that_comes_again_and_again_is_said_once_in_a_while) {
  for (int file = 1; file <= 3; ++file) {
    rocksdb::Log(InfoLogLevel::WARN_LEVEL, logger, "no room for %d", file);
    rocksdb::Log(InfoLogLevel::ERROR_LEVEL, logger, "damage in %d", file);
  }
  rocksdb::Log(InfoLogLevel::WARN_LEVEL, logger, "another one");
  EXPECT_EQ(said, (std::vector<std::string>{"no room for 1", "damage in 1", "damage in 2", "damage in 3", "another one"}));
}

}  // namespace
}  // namespace dialin::storage
