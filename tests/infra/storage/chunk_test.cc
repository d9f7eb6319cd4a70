#include "infra/storage/chunk.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <optional>

namespace dialin::storage {
namespace {

/// Removed: no value.
using Expected = std::map<std::string, std::optional<std::string>>;

Expected walked(const Chunk& chunk, Family family) {
  Expected result;
  std::string last;
  for (const Change* change : chunk.sorted(family)) {
    RC_ASSERT(result.empty() || last < change->key());
    last = change->key();
    result[last] = change->removed ? std::nullopt : std::optional(std::string(change->value()));
  }
  return result;
}

/// Short and long ones, many that differ only far behind or only in length.
rc::Gen<std::string> any_key() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 40), rc::gen::container<std::string>(rc::gen::element('\0', 'p', '\xFF'))),
                      [](const std::tuple<int, std::string>& parts) {
                        return std::string(static_cast<std::size_t>(std::get<0>(parts)), 'p') + std::get<1>(parts);
                      });
}

RC_GTEST_PROP(Chunk, is_walked_in_the_order_of_keys_with_the_last_change_of_each, ()) {
  using Step = std::tuple<std::string, bool, std::string>;
  const auto batches = *rc::gen::container<std::vector<std::vector<Step>>>(
      rc::gen::container<std::vector<Step>>(rc::gen::tuple(any_key(), rc::gen::arbitrary<bool>(), rc::gen::string<std::string>())));
  Chunk chunk;
  Expected expected;
  for (const auto& batch : batches) {
    auto changes = std::make_unique<Changes>();
    for (const auto& [key, removed, value] : batch) {
      changes->add(Family::numbers, key, removed ? "" : value, removed);
      expected[key] = removed ? std::nullopt : std::optional(value);
    }
    chunk.add(std::move(changes));
  }
  RC_ASSERT(walked(chunk, Family::numbers) == expected);
  RC_ASSERT(walked(chunk, Family::configs).empty());
}

}  // namespace
}  // namespace dialin::storage
