// What a limit of file descriptors leaves for connections.

#include "api/cli/serve/descriptor_share.h"

#include <gtest/gtest.h>

#include <limits>

#include "infra/storage/rocks_store.h"

namespace dialin::test {
namespace {

struct DescriptorShares : testing::Test {
  DescriptorShares() { options.threads = 2; }
  cli::DescriptorShare share(std::size_t descriptors) const { return cli::share_of_connections(descriptors, options); }
  cli::ServeOptions options;
};

struct DescriptorSharesOnEachLog : DescriptorShares, testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(on, DescriptorSharesOnEachLog, testing::Bool(), [](const auto& log) { return log.param ? "kafka" : "embedded"; });

TEST_F(DescriptorShares, leave_what_was_asked_for_where_there_is_enough) {
  for (const std::size_t descriptors : {std::size_t{65'536}, std::size_t{1} << 30, std::numeric_limits<std::size_t>::max()}) {
    EXPECT_EQ(share(descriptors).connections, 20'000U);
    EXPECT_EQ(share(descriptors).refused, 256U);
    EXPECT_EQ(cli::too_few_descriptors(descriptors, options), "");
    EXPECT_EQ(cli::fewer_connections(descriptors, options), "");
  }
}

TEST_F(DescriptorShares, are_hundreds_of_a_limit_of_1024) {
  EXPECT_EQ(share(1024).connections, 374U);
  EXPECT_EQ(share(1024).refused, 256U);
  EXPECT_EQ(share(1024).forwarded, 0U);
  options.kafka.emplace();
  EXPECT_EQ(share(1024).connections, 126U);
  EXPECT_EQ(share(1024).forwarded, 251U);
  options.hold_music.is_checked = true;
  EXPECT_EQ(share(1024).connections, 78U);
}

TEST_P(DescriptorSharesOnEachLog, never_add_up_to_more_than_the_limit) {
  options.connections_max = 1'000'000;
  if (GetParam()) options.kafka.emplace();
  std::size_t before = 0;
  for (std::size_t descriptors = 0; descriptors < 30'000; ++descriptors) {
    const auto [connections, refused, forwarded] = share(descriptors);
    ASSERT_GE(connections, before) << descriptors;
    before = connections;
    if (connections == 0) continue;
    ASSERT_LE(connections + refused + forwarded + storage::open_files_max(descriptors, 2) + 128, descriptors);
  }
}

TEST_F(DescriptorShares, are_refused_below_the_least_and_told_which_that_is) {
  const std::size_t least = cli::descriptors_for(cli::kConnectionsLeast, options);
  EXPECT_GT(least, 128U);
  EXPECT_LT(least, 256U);
  EXPECT_EQ(cli::too_few_descriptors(least, options), "");
  const std::string why = cli::too_few_descriptors(least - 1, options);
  EXPECT_NE(why.find("limit of " + std::to_string(least - 1) + " file"), std::string::npos) << why;
  EXPECT_NE(why.find("must be " + std::to_string(least)), std::string::npos) << why;
  EXPECT_NE(cli::too_few_descriptors(0, options), "");
  options.connections_max = 4;
  EXPECT_EQ(cli::too_few_descriptors(least - 1, options), "") << "no more were asked for";
}

TEST_F(DescriptorShares, say_both_numbers_and_what_to_raise_the_limit_to) {
  const std::string said = cli::fewer_connections(400, options);
  EXPECT_NE(said.find("no more than " + std::to_string(share(400).connections) + " connections"), std::string::npos) << said;
  EXPECT_NE(said.find("--connections-max 20000"), std::string::npos) << said;
  const std::size_t enough = cli::descriptors_for(20'000, options);
  EXPECT_NE(said.find("to " + std::to_string(enough) + ","), std::string::npos) << said;
  EXPECT_EQ(cli::fewer_connections(enough, options), "");
  EXPECT_NE(cli::fewer_connections(enough - 1, options), "");
}

}  // namespace
}  // namespace dialin::test
