// Frames of a segment: what is read as a record is written as the same bytes.

#include "infra/log/frame.h"
#include "fuzz/fuzz.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  const LogId log{};
  if (text.size() >= log::kFrameHeadBytes) {
    if (const auto head = log::read_head(log, text.data()))
      fuzz::must(head->length == 0 || (head->length >= log::kRecordBytesMin && head->length <= log::kRecordBytesMax),
                 "a length is one that a record can have");
  }
  log::is_blank(text);
  Record record;
  if (!log::decode_record(text, record)) return 0;
  std::string frame;
  log::append_frame(log, record, {}, frame);
  fuzz::must(std::string_view(frame).substr(log::kFrameHeadBytes) == text, "a record stands in one way");
  const auto head = log::read_head(log, frame.data());
  fuzz::must(head && head->length == text.size(), "a frame that was written is read");
  return 0;
}
