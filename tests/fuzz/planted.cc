// A reader with a fault, planted so that script/fuzz shows each time that it finds one: behind a word that chance alone would not spell in
// an hour.

#include "fuzz/fuzz.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Pieces letters(fuzz::text_of(bytes, size));
  const bool is_spelt = letters.byte() == 'd' && letters.byte() == 'i' && letters.byte() == 'a' && letters.byte() == 'l' &&
                        letters.byte() == '-' && letters.byte() == 'i' && letters.byte() == 'n';
  fuzz::must(!is_spelt, "the planted fault");
  return 0;
}
