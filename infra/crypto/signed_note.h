#pragma once
// Notes: texts of one or more lines with signatures below, in a form that people can keep, mail and compare (C2SP signed-note). Any thread.
//
//   <text, each line ended by a line feed>
//   <an empty line>
//   — <key name> <base64 of the key's id (4 bytes) and the signature>
//
// Notes may stand one behind the other in a file, so that who gets one a day appends it. Empty lines between them are passed over. Nothing
// in a note means anything before check() says that it is signed.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"
#include "infra/crypto/note_key.h"

namespace dialin::crypto {

/// More than the format asks every reader to take, 16.
constexpr std::size_t kSignaturesOfANote_max = 100;

struct NoteSignature {
  std::string name;  ///< of the key
  NoteKeyId id{};    ///< likewise
  std::string bytes;
};
struct SignedNote {
  std::string text;  ///< with the line feed at its end
  std::vector<NoteSignature> signatures;
  std::size_t line = 1;  ///< of its first line in the file, from 1
};
/// Why a file is not a row of notes.
struct NotANote {
  std::size_t line = 1;
  std::string_view why;  ///< static text
};

/// The note as it is given away: text, empty line, one signature. `text` is a whole number of lines.
std::string signed_note(std::string_view text, const NoteSigner& signer);

/// All notes of a file; none when it has only empty lines. A text that has an empty line in front of a line like a signature ends there.
Result<std::vector<SignedNote>, NotANote> parse_notes(std::string_view file);

enum class NoteCheck : std::uint8_t {
  good,             ///< a known key has signed it, and no known key's signature is wrong
  unknown_key,      ///< no signature is of a known key
  wrong_signature,  ///< a signature that says to be of a known key is not of this text
};
NoteCheck check(const SignedNote& note, std::span<const NoteVerifier> known);

}  // namespace dialin::crypto
