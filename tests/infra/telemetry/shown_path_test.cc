#include "infra/telemetry/shown_path.h"

#include <gtest/gtest.h>

namespace dialin::telemetry {
namespace {

constexpr std::string_view kConfig = "/domain-dialin-config/{id}";
constexpr std::string_view kMove = "/domain-dialin-config/{id}/move";
constexpr std::string_view kNumber = "/numbers/{number}";
constexpr std::string_view kHistory = "/numbers/{number}/history";
constexpr const char* kId = "7058d4ad-c8bb-4408-83e1-8bcb5fd1ff89";

TEST(ShownPath, has_an_id_or_a_number_or_what_the_route_calls_it) {
  struct Row {
    std::string_view pattern;
    std::string path;
    std::string shown;
  };
  const std::string id(kId);
  const std::vector<Row> rows = {
      {"/events", "/events", "/events"},
      {"/", "", "/"},
      {kConfig, "/domain-dialin-config/" + id, "/domain-dialin-config/" + id},
      {kMove, "/domain-dialin-config/" + id + "/move", "/domain-dialin-config/" + id + "/move"},
      {kConfig, "/domain-dialin-config/7058D4AD-C8BB-4408-83E1-8BCB5FD1FF89", "/domain-dialin-config/7058D4AD-C8BB-4408-83E1-8BCB5FD1FF89"},
      {kConfig, "/domain-dialin-config/Zool2Dsbj%2F46ZUlz2PN0Cr5NR+j", "/domain-dialin-config/{id}"},
      {kConfig, "/domain-dialin-config/dk_secret", "/domain-dialin-config/{id}"},
      {kMove, "/domain-dialin-config/dk_secret/move", "/domain-dialin-config/{id}/move"},
      {kConfig, "/domain-dialin-config/" + id + "0", "/domain-dialin-config/{id}"},
      {kConfig, "/domain-dialin-config/+12555599999", "/domain-dialin-config/{id}"},
      {kConfig, "/domain-dialin-config/x", "/domain-dialin-config/{id}"},
      {kNumber, "/numbers/+12555599999", "/numbers/+12555599999"},
      {kNumber, "/numbers/%2B12555599999", "/numbers/%2B12555599999"},
      {kNumber, "/numbers/tel:%2b1%20(255)%20559-9999", "/numbers/tel:%2b1%20(255)%20559-9999"},
      {kHistory, "/numbers/+12555599999/history", "/numbers/+12555599999/history"},
      {kHistory, "/numbers/dk_secret/history", "/numbers/{number}/history"},
      {kNumber, "/numbers/12555599999", "/numbers/{number}"},
      {kNumber, "/numbers/%2B1255559999%", "/numbers/{number}"},
      {kNumber, "/numbers/%2B1255559999%3", "/numbers/{number}"},
      {kNumber, "/numbers/%zz12555599999", "/numbers/{number}"},
      {kNumber, "/numbers/" + id, "/numbers/{number}"},
      {kNumber, "/numbers/+1" + std::string(96, '-') + "2", "/numbers/{number}"},
      {kNumber, "/elsewhere", "/numbers/{number}"},
  };
  for (const Row& row : rows) {
    std::string shown = "path=";
    append_shown_path(row.path, row.pattern, shown);
    EXPECT_EQ(shown, "path=" + row.shown) << row.path;
  }
}

}  // namespace
}  // namespace dialin::telemetry
