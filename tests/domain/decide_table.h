#pragma once
// Runs one row of a given/when/then table.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domain/given.h"

namespace dialin::given {

struct Row {
  const char* rule;  ///< what the row shows; the test's name
  std::vector<Command> given;
  Command when;
  std::string then;  ///< as describe() says it
  bool allow_sip_only = false;
};

inline void PrintTo(const Row& row, std::ostream* out) {
  *out << row.rule;
}

/// Decides the row's command, and lets happen what was decided, so that the step is checked as well.
inline void run(const Row& row) {
  Rules rules;
  rules.allow_sip_only = row.allow_sip_only;
  Rules generous;
  generous.allow_sip_only = true;
  Story story(row.given, generous);
  const Decision decision = decide(row.when, story, rules);
  EXPECT_EQ(describe(decision), row.then);
  const auto* events = std::get_if<Decided>(&decision);
  if (events != nullptr) {
    EXPECT_NO_THROW(story.happen(*events));
  }
}

inline std::string name_of_row(const testing::TestParamInfo<Row>& info) {
  return info.param.rule;
}

}  // namespace dialin::given
