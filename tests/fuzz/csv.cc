// A CSV file of configs, as `load` reads it.

#include <sstream>

#include "api/cli/load/csv.h"
#include "fuzz/fuzz.h"

using namespace dialin;
using cli::CsvReader;

namespace {

std::string quoted(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) {
    line += line.empty() ? "\"" : ",\"";
    for (const char c : cell) line.append(c == '"' ? 2 : 1, c);
    line += '"';
  }
  return line + "\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::istringstream in{std::string(fuzz::text_of(bytes, size))};
  CsvReader reader(in);
  std::uint64_t line = 0;
  for (auto next = reader.next(); next == CsvReader::Next::row; next = reader.next()) {
    fuzz::must(reader.line() > line, "lines count up");
    line = reader.line();
    fuzz::must(!reader.cells().empty(), "a row has cells");
    std::size_t row_bytes = 0;
    for (const std::string& cell : reader.cells()) row_bytes += cell.size();
    if (2 * row_bytes + 4 * reader.cells().size() > CsvReader::kRowBytesMax) continue;
    std::istringstream second(quoted(reader.cells()));
    CsvReader again(second);
    fuzz::must(again.next() == CsvReader::Next::row && again.cells() == reader.cells(), "a row that was written is read");
  }
  return 0;
}
