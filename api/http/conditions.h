#pragma once
// Entity tags and the conditions made of them (RFC 9110, sections 8.8.3 and 13.1). A config's tag is its version in quotes: `"3"`. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "domain/command.h"
#include "domain/result.h"
#include "domain/rule.h"

namespace dialin::http {

constexpr std::size_t kEntityTagsMax = 16;

/// `"3"`.
std::string etag_of(Version version);

/// The `If-Match` of a write. Tags that are weak, or no version, match nothing and are left out. More than kEntityTagsMax, or what is no
/// list of tags, is a broken rule.
Result<IfMatch, BrokenRule> parse_if_match(std::string_view field);

/// Whether `If-None-Match` names `version` (or is `*`), weakly compared: then a GET answers 304. What is no list of tags is a broken rule.
Result<bool, BrokenRule> none_match_names(std::string_view field, Version version);

}  // namespace dialin::http
