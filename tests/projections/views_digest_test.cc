#include "projections/views_digest.h"

#include <gtest/gtest.h>

#include "infra/storage/bulk_store.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"
#include "projections/history_in_a_log.h"
#include "projections/open_views.h"

namespace dialin::projections {
namespace {

const ViewStores kStores{.open = [](const std::string& dir) { return storage::open_rocks_store(dir); },
                         .bulk = [](const std::string& dir) { return storage::make_bulk_store(dir); }};

class DigestOfViews : public testing::Test {
 protected:
  DigestOfViews() {
    history.happen(60);
    store = std::move(open_views(dir / "views", history.log(), history.codec(), kStores)->store);
  }
  ViewsDigest digest(const EventLog& log) {
    return digest_of_views(*store, log, history.codec(), [this](std::uint64_t count) { seen = count; });
  }
  void put_meta(std::string_view key, std::string_view value) {
    const auto batch = store->batch();
    batch->put(Family::meta, key, value);
    ASSERT_TRUE(store->apply(*batch));
  }

  storage::TemporaryDir dir;
  HistoryInALog history{dir / "log", 7};
  std::unique_ptr<ViewStore> store;
  std::uint64_t seen = 0;
};

TEST_F(DigestOfViews, counts_each_config_once) {
  const auto found = digest(history.log());
  EXPECT_EQ(found.fault, "");
  EXPECT_EQ(found.position, history.log().tail());
  EXPECT_EQ(seen, history.fold().configs().size());
  EXPECT_EQ(found.state.configs(), seen);
}

TEST_F(DigestOfViews, is_none_of_views_that_name_another_log) {
  put_meta(kMetaLog, LogId{{1, 2, 3}}.view());
  EXPECT_NE(digest(history.log()).fault.find("of another log"), std::string::npos);
}

TEST_F(DigestOfViews, is_none_of_views_that_stand_at_another_record_of_that_sequence) {
  Tail other = history.log().tail();
  other.id.bytes[0] ^= 1;
  put_meta(kMetaPosition, encode_position(other));
  EXPECT_NE(digest(history.log()).fault.find("is another one in the log"), std::string::npos);
}

}  // namespace
}  // namespace dialin::projections
