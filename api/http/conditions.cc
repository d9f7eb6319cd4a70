#include "api/http/conditions.h"

#include "api/http/decimal.h"

namespace dialin::http {
namespace {

struct Tag {
  std::string_view text;  // between the quotes
  bool weak = false;
};

void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
}

/// Takes `W/"x"` or `"x"` off the front; nothing when there is none.
std::optional<Tag> take_tag(std::string_view& rest) {
  Tag tag;
  if (rest.starts_with("W/")) {
    tag.weak = true;
    rest.remove_prefix(2);
  }
  if (!rest.starts_with('"')) return std::nullopt;
  const std::size_t end = rest.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  tag.text = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return tag;
}

/// Calls `visit` for each tag of a list; false when it is none.
template <class Visit>
bool each_tag(std::string_view rest, Visit visit) {
  std::size_t count = 0;
  for (skip_blanks(rest); !rest.empty(); skip_blanks(rest)) {
    if (count > 0) {
      if (!rest.starts_with(',')) return false;
      rest.remove_prefix(1);
      skip_blanks(rest);
    }
    const std::optional<Tag> tag = take_tag(rest);
    if (!tag || ++count > kEntityTagsMax) return false;
    visit(*tag);
  }
  return count > 0;
}

BrokenRule no_list() {
  return {R"(must be * or a list of at most 16 entity tags such as "3")"};
}

}  // namespace

std::string etag_of(Version version) {
  return '"' + std::to_string(version.value) + '"';
}

Result<IfMatch, BrokenRule> parse_if_match(std::string_view field) {
  IfMatch condition;
  if (field == "*") {
    condition.any = true;
    return condition;
  }
  const bool is_list = each_tag(field, [&](const Tag& tag) {
    const std::optional<std::uint64_t> version = parse_decimal(tag.text);
    if (version && !tag.weak) condition.versions.push_back({*version});
  });
  if (!is_list) return no_list();
  return condition;
}

Result<bool, BrokenRule> none_match_names(std::string_view field, Version version) {
  if (field == "*") return true;
  bool named = false;
  const bool is_list = each_tag(field, [&](const Tag& tag) { named = named || parse_decimal(tag.text) == version.value; });
  if (!is_list) return no_list();
  return named;
}

}  // namespace dialin::http
