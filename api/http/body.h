#pragma once
// A request's body: JSON taken apart, refused when two readers could understand it differently. Pure; any thread.
//
// Boost.JSON's incremental parser is used, not a tree: the Draft is filled as the text is read, duplicates and depth are seen on the way,
// and the parser says at which byte it stopped, which is what the caller of a refused body needs.

#include <string>
#include <string_view>

#include "domain/draft.h"
#include "domain/result.h"
#include "domain/rule.h"

namespace dialin::http {

constexpr std::size_t kBodyDepthMax = 8;
constexpr std::size_t kBodyFieldsMax = 64;

/// Why a body is not acceptable JSON, with the place: "is not JSON: …, at byte 17".
struct NotJson {
  std::string why;
};

struct Body {
  Draft draft;
  Violations violations;  ///< names that look like nested ones: `"timeout_config.message"` as one name
};

/// One JSON object, UTF-8 without byte order mark, no name twice in an object, at most kBodyDepthMax deep and kBodyFieldsMax properties, no
/// lone surrogates, nothing behind it.
Result<Body, NotJson> parse_body(std::string_view text);

}  // namespace dialin::http
