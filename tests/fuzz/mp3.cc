// Bytes that say to be music.

#include "infra/media/mp3.h"
#include "fuzz/fuzz.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto length = media::judge_mp3(fuzz::text_of(bytes, size));
  if (length) {
    fuzz::must(length->count() > 0, "music takes time");
  } else {
    fuzz::must(!length.error().empty(), "what is no music has a reason");
  }
  return 0;
}
