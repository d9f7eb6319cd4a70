#include "api/cli/load/csv.h"

#include <string_view>

namespace dialin::cli {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(std::istream& in) : in_(in) {
  if (in_.peek() != std::char_traits<char>::to_int_type(kByteOrderMark[0])) return;
  std::string mark(kByteOrderMark.size(), '\0');
  in_.read(mark.data(), static_cast<std::streamsize>(mark.size()));
  if (mark == kByteOrderMark) return;
  in_.clear();
  in_.seekg(0);
}

CsvReader::Next CsvReader::next() {
  if (!wrong_.empty()) return Next::fault;
  for (;;) {
    cells_.clear();
    row_bytes_ = 0;
    line_ = lines_begun_;
    if (in_.peek() == kEnd) return in_.bad() ? (fails("it cannot be read"), Next::fault) : Next::end;
    int stop = ',';
    while (stop == ',') {
      if (!read_cell(stop)) return Next::fault;
    }
    if (cells_.size() > 1 || !cells_.front().empty()) return Next::row;
  }
}

/// `stop`: what ended the cell: a comma, a line feed or the end.
bool CsvReader::read_cell(int& stop) {
  std::string& cell = cells_.emplace_back();
  int c = get();
  if (c == '"') return read_quoted(cell, stop);
  for (;; c = get()) {
    if (c == '"') return fails("a quote stands in a cell that does not begin with one");
    if (c == '\r') {
      if (in_.peek() != '\n') return fails("a carriage return stands alone");
      c = get();
    }
    if (c == ',' || c == '\n' || c == kEnd) break;
    if (row_bytes_ > kRowBytesMax) return fails("it is longer than any config");
    cell.push_back(static_cast<char>(c));
  }
  stop = c;
  return true;
}

bool CsvReader::read_quoted(std::string& cell, int& stop) {
  for (;;) {
    int c = get();
    if (c == kEnd) return fails("a quote is not closed");
    if (row_bytes_ > kRowBytesMax) return fails("it is longer than any config, or a quote is not closed");
    if (c == '"') {
      c = get();
      if (c == '\r' && in_.peek() == '\n') c = get();
      if (c == ',' || c == '\n' || c == kEnd) {
        stop = c;
        return true;
      }
      if (c != '"') return fails("something stands behind a closing quote");
    }
    cell.push_back(static_cast<char>(c));
  }
}

bool CsvReader::fails(const char* why) {
  wrong_ = why;
  return false;
}

int CsvReader::get() {
  const int c = in_.get();
  ++row_bytes_;
  if (c == '\n') ++lines_begun_;
  return c;
}

}  // namespace dialin::cli
