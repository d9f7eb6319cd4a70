#pragma once
// A file of plain configs, one a line: JSON lines, each the body of a create as it is; or CSV, whose first line names the properties
// (`timeout_config.message` as one word), an empty cell being no property. One thread.

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>

#include "domain/result.h"

namespace dialin::cli {

/// One config that is to be created.
struct Wish {
  std::uint64_t line = 0;
  std::string body;   ///< of the request
  std::string wrong;  ///< why it cannot be one; empty: it can
};

struct NotAFile {
  std::string why;
};

class ConfigFile {
 public:
  enum class Format : std::uint8_t { json, csv };
  virtual ~ConfigFile() = default;
  /// Reads the head of a CSV: fails when it names what is no property, naming the nearest. `in` must outlive the file.
  static Result<std::unique_ptr<ConfigFile>, NotAFile> open(std::istream& in, Format format);
  /// Nothing: at the end, or before a place from which on the file cannot be read.
  virtual std::optional<Wish> next() = 0;
  /// After the last one: what is wrong there, `line 7: …`. Empty: it was the end.
  virtual const std::string& fault() const = 0;
};

}  // namespace dialin::cli
