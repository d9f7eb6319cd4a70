#include "infra/crypto/note_key_file.h"

#include <unistd.h>
#include <algorithm>

namespace dialin::crypto {
namespace {

FileFault damaged(const std::string& file, std::string_view what) {
  return {FaultCode::damaged, file + " " + std::string(what)};
}

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<NoteVerifier, FileFault> init_note_key(const std::string& file, const std::string& name, const Random& random) {
  if (!is_note_key_name(name)) {
    return FileFault{FaultCode::invalid, "the name of a key is 1 to " + std::to_string(kNoteKeyName_bytes_max) +
                                             " bytes without spaces and plus signs, such as example.com/dialin"};
  }
  const NoteSigner signer = NoteSigner::fresh(name, random);
  const std::string shown = file + ".pub";
  // The public half first: alone it is worth nothing to anybody.
  if (const auto made = create_readable(shown, signer.verifier().encoded() + "\n"); !made) return made.error();
  const WipedText encoded = signer.encoded();
  std::string line;
  line.reserve(encoded.view().size() + 1);
  const WipedText text(std::move(line.append(encoded.view()).append("\n")));
  if (const auto made = create_private(file, text.view()); !made) {
    ::unlink(shown.c_str());
    return made.error();
  }
  return signer.verifier();
}

Result<NoteSigner, FileFault> read_note_signer(const std::string& file) {
  const auto read = read_private(file);
  if (!read && read.error().code == FaultCode::missing) {
    return FileFault{FaultCode::missing, read.error().text + ": make one with `dialin checkpoint init " + file + "`"};
  }
  if (!read) return read.error();
  auto signer = NoteSigner::parse(without_line_end(read->text.view()));
  if (!signer) return damaged(file, "is no key that signs notes: one line, PRIVATE+KEY+name+id+key");
  return std::move(*signer);
}

Result<std::vector<NoteVerifier>, FileFault> read_note_verifiers(const std::string& file) {
  const auto read = read_readable(file, kPublicFileBytes_max);
  if (!read) return read.error();
  std::vector<NoteVerifier> keys;
  for (std::string_view rest = without_line_end(*read); !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    auto key = NoteVerifier::parse(rest.substr(0, end));
    if (!key) return damaged(file, "is no file of public keys: line " + std::to_string(keys.size() + 1) + " is not name+id+key");
    keys.push_back(std::move(*key));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (keys.empty()) return damaged(file, "holds no public key");
  return keys;
}

}  // namespace dialin::crypto
