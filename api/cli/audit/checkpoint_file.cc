#include "api/cli/audit/checkpoint_file.h"

#include "api/cli/command.h"
#include "infra/crypto/note_key_file.h"
#include "infra/crypto/signed_note.h"

namespace dialin::cli {
namespace {

UnfitCheckpoints unfit(const crypto::FileFault& fault) {
  return {fault.code == crypto::FaultCode::damaged ? kWrongUse : kCouldNotRun, fault.text};
}

/// Who claims to have signed it.
std::string signers_of(const crypto::SignedNote& note) {
  std::string names;
  for (const auto& signature : note.signatures) {
    names.append(names.empty() ? "" : ", ").append(signature.name).append("+").append(to_hex(signature.id.data(), signature.id.size()));
  }
  return names;
}

}  // namespace

Result<std::vector<KeptCheckpoint>, UnfitCheckpoints> read_checkpoints(const std::string& file, const std::string& key_file) {
  const auto keys = crypto::read_note_verifiers(key_file);
  if (!keys) return unfit(keys.error());
  const auto text = crypto::read_readable(file, crypto::kPublicFileBytes_max);
  if (!text) return unfit(text.error());
  const auto notes = crypto::parse_notes(*text);
  if (!notes)
    return UnfitCheckpoints{kWrongUse, file + ", line " + std::to_string(notes.error().line) + ": " + std::string(notes.error().why)};
  if (notes->empty()) return UnfitCheckpoints{kWrongUse, file + " holds no checkpoint"};
  std::vector<KeptCheckpoint> kept;
  for (const auto& note : *notes) {
    const std::string place = "the checkpoint in line " + std::to_string(note.line) + " of " + file;
    switch (crypto::check(note, *keys)) {
      case crypto::NoteCheck::good:
        break;
      case crypto::NoteCheck::unknown_key:
        return UnfitCheckpoints{kNotSo, place + " is signed by another key than those in " + key_file + ": " + signers_of(note)};
      case crypto::NoteCheck::wrong_signature:
        return UnfitCheckpoints{kNotSo, place + " has a wrong signature: it is not what " + signers_of(note) + " signed"};
    }
    const auto checkpoint = Checkpoint::parse(note.text);
    if (!checkpoint) return UnfitCheckpoints{kWrongUse, place + " is a note, but no checkpoint: " + std::string(checkpoint.error().why)};
    kept.push_back({*checkpoint, note.line});
  }
  return kept;
}

}  // namespace dialin::cli
