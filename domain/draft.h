#pragma once
// A request's body before any rule was asked: what the caller named, flat, free of JSON. The HTTP edge makes it, validate() reads it.

#include <cstdint>
#include <string>
#include <vector>

namespace dialin {

/// What stood at a name. Everything but text, null, integer and object is of no use to any property; its kind is kept to say so.
enum class DraftKind : std::uint8_t { text, null, integer, number, boolean, array, object };
std::string_view name_of(DraftKind kind);  ///< "a string", "null", "an integer" …

struct DraftField {
  std::string name;  ///< dotted: `phone_number`, `timeout_config.message`
  DraftKind kind = DraftKind::text;
  std::string text;          ///< of text: valid UTF-8, at most the body's bound
  std::int64_t integer = 0;  ///< of integer
};

/// In the order of the body. A nested object gives one field per leaf, and when it is empty one field of kind object; depth 2 at most,
/// what is deeper is one field of kind object. Names are unique, the JSON edge has refused duplicates.
using Draft = std::vector<DraftField>;

}  // namespace dialin
