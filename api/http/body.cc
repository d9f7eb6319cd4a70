#include "api/http/body.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <limits>
#include <optional>
#include <vector>

#include "api/http/shown_name.h"
#include "domain/validate.h"

namespace dialin::http {
namespace {

namespace json = boost::json;

/// What the incremental parser calls. Fills the draft; remembers in `fault` why it stopped the parser.
class Reader {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  Body body;
  std::string fault;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }

  bool on_object_begin(json::error_code&) {
    open_.push_back({});
    return true;
  }
  bool on_object_end(std::size_t members, json::error_code& error) {
    open_.pop_back();
    // Only what has no leaf of its own stands for itself: an empty object, and one deeper than the draft goes.
    if (open_.empty() || in_array_ > 0 || open_.size() > 2) return true;
    return members > 0 && open_.size() < 2 ? true : add(DraftKind::object, error);
  }
  bool on_array_begin(json::error_code& error) {
    if (open_.empty()) return stop("must be a JSON object, not an array", error);
    ++in_array_;
    return true;
  }
  bool on_array_end(std::size_t, json::error_code& error) {
    --in_array_;
    return add(DraftKind::array, error);
  }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& error) {
    text_.append(part.data(), part.size());
    Open& object = open_.back();
    object.names.push_back(std::move(text_));
    text_.clear();
    const std::string& name = object.names.back();
    if (object.names.size() > kBodyFieldsMax) return stop("must not have more than 64 properties", error);
    const bool is_duplicate = std::find(object.names.begin(), object.names.end() - 1, name) != object.names.end() - 1;
    return is_duplicate ? stop("names \"" + shown_name(name) + "\" twice", error) : true;
  }

  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code& error) {
    text_.append(part.data(), part.size());
    const bool goes_on = add(DraftKind::text, error, 0);
    text_.clear();
    return goes_on;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code& error) { return add(DraftKind::integer, error, number); }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code& error) { return add(DraftKind::number, error); }
  bool on_double(double, json::string_view, json::error_code& error) { return add(DraftKind::number, error); }
  bool on_bool(bool, json::error_code& error) { return add(DraftKind::boolean, error); }
  bool on_null(json::error_code& error) { return add(DraftKind::null, error); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  struct Open {
    std::vector<std::string> names;  // the last is the one whose value is being read
  };

  bool stop(std::string why, json::error_code& error) {
    fault = std::move(why);
    error = json::error::exception;  // any will do: `fault` says it
    return false;
  }

  /// A leaf at the place where the parser is.
  bool add(DraftKind kind, json::error_code& error, std::int64_t integer = 0) {
    if (open_.empty()) return stop("must be a JSON object, not " + std::string(name_of(kind)), error);
    if (in_array_ > 0 || open_.size() > 2) return true;
    if (body.draft.size() >= kBodyFieldsMax) return stop("must not have more than 64 properties", error);
    DraftField field;
    for (const Open& object : open_) {
      const std::string& name = object.names.back();
      if (name.find('.') != std::string::npos) return note_dotted(name);
      if (&object != &open_.front()) field.name += '.';
      field.name += name;
    }
    field.kind = kind;
    field.integer = integer;
    if (kind == DraftKind::text) field.text = text_;
    body.draft.push_back(std::move(field));
    return true;
  }

  /// In a draft a dot means nesting, so a name with one in it must not get there.
  bool note_dotted(const std::string& name) {
    const std::string shown = shown_name(name);
    const bool is_noted =
        std::any_of(body.violations.begin(), body.violations.end(), [&](const Violation& each) { return each.property == shown; });
    if (!is_noted) body.violations.push_back({shown, "is not a property; what a dot stands for is an object in the object"});
    return true;
  }

  std::vector<Open> open_;
  std::size_t in_array_ = 0;
  std::string text_;
};

std::string at_byte(std::size_t place) {
  return ", at byte " + std::to_string(place);
}

/// The parser calls it a syntax error when no escape at all follows a leading surrogate; the caller is told what it is.
bool is_behind_leading_surrogate(std::string_view text, std::size_t place) {
  for (const std::size_t back : {std::size_t{6}, std::size_t{7}}) {
    if (place < back || place > text.size()) continue;
    const std::string_view escape = text.substr(place - back, 6);
    const bool is_high = std::string_view("89abAB").find(escape[3]) != std::string_view::npos;
    if (escape.starts_with("\\u") && (escape[2] == 'd' || escape[2] == 'D') && is_high) return true;
  }
  return false;
}

std::string said(const json::error_code& error, std::string_view text, std::size_t place) {
  if (!is_utf8(text)) return "is not UTF-8";
  if (error == json::error::too_deep) return "must not be nested deeper than 8" + at_byte(place);
  if (error == json::error::incomplete) return "is not JSON: it ends too early" + at_byte(place);
  if (error == json::error::illegal_leading_surrogate || error == json::error::illegal_trailing_surrogate ||
      is_behind_leading_surrogate(text, place))
    return "has a lone surrogate" + at_byte(place);
  if (error == json::error::exponent_overflow) return "has a number that is too large" + at_byte(place);
  return "is not JSON: " + error.message() + at_byte(place);
}

}  // namespace

Result<Body, NotJson> parse_body(std::string_view text) {
  if (text.empty()) return NotJson{"is empty; a JSON object is wanted"};
  if (text.starts_with("\xEF\xBB\xBF")) return NotJson{"begins with a byte order mark"};
  json::parse_options options;
  options.max_depth = kBodyDepthMax;
  json::basic_parser<Reader> parser(options);
  json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!parser.handler().fault.empty()) return NotJson{parser.handler().fault + at_byte(read)};
  if (error) return NotJson{said(error, text, read)};
  if (read < text.size()) return NotJson{"has something behind the JSON object" + at_byte(read)};
  return std::move(parser.handler().body);
}

}  // namespace dialin::http
