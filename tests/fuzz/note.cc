// A file of signed notes: what is read as notes is written as the same notes.

#include "fuzz/fuzz.h"
#include "infra/crypto/signed_note.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto notes = crypto::parse_notes(fuzz::text_of(bytes, size));
  if (!notes) {
    fuzz::must(notes.error().line >= 1 && !notes.error().why.empty(), "what is no note has a line and a reason");
    return 0;
  }
  for (const crypto::SignedNote& note : *notes) {
    fuzz::must(note.text.ends_with('\n'), "a text is whole lines");
    fuzz::must(!note.signatures.empty() && note.signatures.size() <= crypto::kSignaturesOfANote_max, "a note is signed");
    fuzz::must(crypto::check(note, {}) == crypto::NoteCheck::unknown_key, "no key is known");
  }
  return 0;
}
