#pragma once
// What a list is asked for, and what it answers. Values only.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/config.h"
#include "projections/keys.h"

namespace dialin::projections {

constexpr std::uint64_t kListLimitMax = 100;

struct ListFilter {
  std::optional<PhoneNumber> phone_number;  ///< exact
  std::vector<std::string> phone_numbers;   ///< any of these is a substring of the number
  std::optional<std::string> sip_username;  ///< exact
  std::optional<std::string> name_prefix;   ///< the name begins with it
  std::optional<Category> type;
  bool empty() const { return !phone_number && phone_numbers.empty() && !sip_username && !name_prefix && !type; }

  /// As far as type and number (empty: none) tell.
  bool fits(Category category, std::string_view number) const;
  /// As far as the name (empty: none) tells.
  bool fits_name(std::string_view name) const { return !name_prefix || name.starts_with(*name_prefix); }
  /// In everything.
  bool fits(const Config& config) const;
};

/// The user name in the sip_uri.
std::optional<std::string> sip_username_of(const Config& config);

struct ListRequest {
  TenantId tenant;
  ListFilter filter;
  std::size_t limit = kListLimitMax;             ///< 1 to kListLimitMax
  std::optional<ConfigId> starting_after;        ///< the page behind it
  std::optional<ConfigId> ending_before;         ///< the page just before it, still newest first; not with starting_after
  std::optional<Sequence> as_of = std::nullopt;  ///< as Views::whole() gives it, at most the views' position; nothing: now
};

struct ListPage {
  std::uint64_t total_count = 0;  ///< of all that match
  std::vector<ConfigRow> rows;    ///< newest first
};

}  // namespace dialin::projections
