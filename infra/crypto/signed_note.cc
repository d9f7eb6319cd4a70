#include "infra/crypto/signed_note.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "domain/base64.h"
#include "domain/validate.h"

namespace dialin::crypto {
namespace {

constexpr std::string_view kDash = "— ";

/// `— <key name> <base64>`.
std::optional<NoteSignature> signature_of(std::string_view line) {
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_note_key_name(line.substr(0, space))) return std::nullopt;
  NoteSignature signature;
  auto bytes = from_base64(line.substr(space + 1));
  // Of whatever algorithm: a note may be signed by others, too.
  if (!bytes || bytes->size() <= signature.id.size()) return std::nullopt;
  signature.name = line.substr(0, space);
  std::memcpy(signature.id.data(), bytes->data(), signature.id.size());
  signature.bytes = bytes->substr(signature.id.size());
  return signature;
}

/// Takes a file apart, line by line.
class Lines {
 public:
  explicit Lines(std::string_view file) : rest_(file) {}

  bool done() const { return rest_.empty(); }
  std::size_t number() const { return number_; }
  /// Without its line feed, which must be there.
  std::string_view peek() const { return rest_.substr(0, rest_.find('\n')); }
  bool next_is_signature() const { return rest_.starts_with(kDash); }
  std::string_view take() {
    const std::string_view line = peek();
    rest_.remove_prefix(line.size() + 1);
    ++number_;
    return line;
  }

 private:
  std::string_view rest_;
  std::size_t number_ = 1;
};

Result<SignedNote, NotANote> take_note(Lines& lines) {
  SignedNote note;
  note.line = lines.number();
  for (bool at_signatures = false; !at_signatures;) {
    if (lines.done()) return NotANote{note.line, "a note begins here, but no signature follows it"};
    const std::string_view line = lines.take();
    at_signatures = line.empty() && lines.next_is_signature();
    if (!at_signatures) note.text.append(line).append("\n");
  }
  while (lines.next_is_signature()) {
    const std::size_t at = lines.number();
    auto signature = signature_of(lines.take());
    if (!signature) return NotANote{at, "this is no signature: a dash (U+2014), a key's name and base64, a space between them"};
    if (note.signatures.size() == kSignaturesOfANote_max) return NotANote{at, "there are more signatures than a note may have"};
    note.signatures.push_back(std::move(*signature));
  }
  return note;
}

bool is_control(unsigned char c) {
  return c < ' ' && c != '\n';
}

}  // namespace

std::string signed_note(std::string_view text, const NoteSigner& signer) {
  const auto& key = signer.verifier();
  std::string bytes(reinterpret_cast<const char*>(key.id().data()), key.id().size());
  bytes.append(signer.sign(text));
  std::string note(text);
  note.append("\n").append(kDash).append(key.name()).append(" ");
  append_base64(bytes, note);
  return note.append("\n");
}

Result<std::vector<SignedNote>, NotANote> parse_notes(std::string_view file) {
  if (const auto at = std::find_if(file.begin(), file.end(), is_control); at != file.end()) {
    const auto before = std::count(file.begin(), at, '\n');
    return NotANote{static_cast<std::size_t>(before) + 1, "it has a control character; lines end with a line feed alone"};
  }
  if (!is_utf8(file)) return NotANote{1, "the file is not UTF-8"};
  if (!file.empty() && file.back() != '\n') {
    return NotANote{static_cast<std::size_t>(std::count(file.begin(), file.end(), '\n')) + 1,
                    "the last line does not end with a line feed"};
  }
  std::vector<SignedNote> notes;
  for (Lines lines(file); !lines.done();) {
    if (lines.peek().empty()) {
      lines.take();
      continue;
    }
    auto note = take_note(lines);
    if (!note) return note.error();
    notes.push_back(std::move(*note));
  }
  return notes;
}

NoteCheck check(const SignedNote& note, std::span<const NoteVerifier> known) {
  bool is_signed = false;
  for (const NoteSignature& signature : note.signatures) {
    for (const NoteVerifier& key : known) {
      if (key.name() != signature.name || key.id() != signature.id) continue;
      if (!key.verifies(note.text, signature.bytes)) return NoteCheck::wrong_signature;
      is_signed = true;
    }
  }
  return is_signed ? NoteCheck::good : NoteCheck::unknown_key;
}

}  // namespace dialin::crypto
