#pragma once
// Reads CSV as RFC 4180 has it, and no other: cells between commas, in quotes when a comma, a quote or a line end is part of them, a quote
// within as two. Lines end with CR LF or LF; a byte order mark before the first is passed over. One thread.

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace dialin::cli {

class CsvReader {
 public:
  static constexpr std::size_t kRowBytesMax = 256 * 1024;

  /// `in` must outlive it.
  explicit CsvReader(std::istream& in);

  enum class Next : std::uint8_t {
    row,    ///< cells() and line() tell
    end,    ///< there is none more
    fault,  ///< wrong() says what is wrong in the line line(); final
  };
  /// A line without anything is no row.
  Next next();
  const std::vector<std::string>& cells() const { return cells_; }
  /// In which the row began, the first being 1.
  std::uint64_t line() const { return line_; }
  const std::string& wrong() const { return wrong_; }

 private:
  bool read_cell(int& stop);
  bool read_quoted(std::string& cell, int& stop);
  bool fails(const char* why);
  int get();

  std::istream& in_;
  std::vector<std::string> cells_;
  std::uint64_t line_ = 0;
  std::uint64_t lines_begun_ = 1;
  std::size_t row_bytes_ = 0;
  std::string wrong_;
};

}  // namespace dialin::cli
