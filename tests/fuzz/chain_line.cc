// Lines of an export: what is read as a record is written as a line that is read as the same record.

#include "fuzz/fuzz.h"
#include "infra/codec/chain_lines.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto record = codec::read_chain_line(fuzz::text_of(bytes, size));
  if (!record) {
    fuzz::must(!record.error().why.empty(), "what is no line has a reason");
    return 0;
  }
  std::string line;
  codec::append_chain_line(*record, line);
  fuzz::must(line.ends_with('\n') && line.find('\n') == line.size() - 1, "a record is one line");
  line.pop_back();
  const auto again = codec::read_chain_line(line);
  fuzz::must(again && *again == *record, "a line that was written is read");
  return 0;
}
