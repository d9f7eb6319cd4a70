#include "api/cli/load/config_file.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "api/cli/load/csv.h"
#include "domain/nearest_name.h"

namespace dialin::cli {
namespace {

/// Of a create (contract.md, "The config object"); `sip_uri` is made by the server.
constexpr std::array<std::string_view, 8> kColumns = {
    "type", "phone_number", "name_prefix", "hmac", "room_creation_api", "hold_music_url", "timeout_config.message", "ivr_greeting.message"};

std::string at_line(std::uint64_t line, std::string_view what) {
  return "line " + std::to_string(line) + ": " + std::string(what);
}

class JsonLines : public ConfigFile {
 public:
  explicit JsonLines(std::istream& in) : in_(in) {}

  std::optional<Wish> next() override {
    for (std::string line; std::getline(in_, line);) {
      ++line_;
      if (line.ends_with('\r')) line.pop_back();
      if (line.empty()) continue;
      if (line.size() > CsvReader::kRowBytesMax) return Wish{line_, {}, "it is longer than any config"};
      return Wish{line_, std::move(line), {}};
    }
    if (in_.bad()) fault_ = at_line(line_ + 1, "it cannot be read");
    return std::nullopt;
  }
  const std::string& fault() const override { return fault_; }

 private:
  std::istream& in_;
  std::uint64_t line_ = 0;
  std::string fault_;
};

class CsvLines : public ConfigFile {
 public:
  explicit CsvLines(std::istream& in) : rows_(in) {}

  /// Empty, or what is wrong with it.
  std::string read_head() {
    if (const auto found = rows_.next(); found != CsvReader::Next::row) {
      return at_line(rows_.line(), found == CsvReader::Next::end ? "the line that names the properties is missing" : rows_.wrong());
    }
    for (const std::string& name : rows_.cells()) {
      const auto* known = std::find(kColumns.begin(), kColumns.end(), name);
      if (known == kColumns.end()) {
        return at_line(rows_.line(),
                       "there is no property '" + name + "'; the nearest one is " + std::string(nearest_name(name, kColumns)));
      }
      if (std::find(columns_.begin(), columns_.end(), *known) != columns_.end()) return at_line(rows_.line(), name + " is named twice");
      columns_.push_back(*known);
    }
    return {};
  }

  std::optional<Wish> next() override {
    switch (rows_.next()) {
      case CsvReader::Next::end:
        return std::nullopt;
      case CsvReader::Next::fault:
        fault_ = at_line(rows_.line(), rows_.wrong());
        return std::nullopt;
      case CsvReader::Next::row:
        break;
    }
    const auto& cells = rows_.cells();
    if (cells.size() != columns_.size()) {
      return Wish{
          rows_.line(), {}, "it has " + std::to_string(cells.size()) + " cells, the first line names " + std::to_string(columns_.size())};
    }
    boost::json::object body;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].empty()) continue;
      const auto dot = columns_[i].find('.');
      if (dot == std::string_view::npos) {
        body[columns_[i]] = cells[i];
      } else {
        body[columns_[i].substr(0, dot)] = boost::json::object{{columns_[i].substr(dot + 1), cells[i]}};
      }
    }
    return Wish{rows_.line(), boost::json::serialize(body), {}};
  }
  const std::string& fault() const override { return fault_; }

 private:
  CsvReader rows_;
  std::vector<std::string_view> columns_;
  std::string fault_;
};

}  // namespace

Result<std::unique_ptr<ConfigFile>, NotAFile> ConfigFile::open(std::istream& in, Format format) {
  if (format == Format::json) return std::make_unique<JsonLines>(in);
  auto file = std::make_unique<CsvLines>(in);
  if (auto wrong = file->read_head(); !wrong.empty()) return NotAFile{std::move(wrong)};
  return file;
}

}  // namespace dialin::cli
