#pragma once
// The keys of notes as files: FILE, private and for its owner alone, and FILE.pub, for everybody who checks. One line each, in the
// encodings of note_key.h. A file of public keys may hold several, one a line: who checks old notes needs the keys from before, too.

#include <string>
#include <vector>

#include "domain/secrets.h"
#include "infra/crypto/note_key.h"
#include "infra/crypto/private_file.h"

namespace dialin::crypto {

constexpr std::size_t kPublicFileBytes_max = 64 * 1024 * 1024;

/// Makes both files where neither is. The public key.
Result<NoteVerifier, FileFault> init_note_key(const std::string& file, const std::string& name, const Random& random);
Result<NoteSigner, FileFault> read_note_signer(const std::string& file);
/// At least one.
Result<std::vector<NoteVerifier>, FileFault> read_note_verifiers(const std::string& file);

}  // namespace dialin::crypto
