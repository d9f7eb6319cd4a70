#pragma once
// Keys that sign and check notes (signed_note.h): Ed25519 (RFC 8032), with a name, in the encodings that the note format has for them:
//   private  PRIVATE+KEY+<name>+<id>+<base64 of 0x01 and the 32-byte seed>
//   public   <name>+<id>+<base64 of 0x01 and the 32-byte public key>
// where <id> is 8 hex digits: the first 4 bytes of the SHA-256 of name, line feed, 0x01 and public key. Any thread.
// Sources: C2SP signed-note (c2sp.org/signed-note), golang.org/x/mod/sumdb/note.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "domain/secrets.h"
#include "infra/crypto/wiped.h"

namespace dialin::crypto {

using NoteKeyId = std::array<std::uint8_t, 4>;
constexpr std::size_t kNoteSignature_bytes = 64;
constexpr std::size_t kNoteKeyName_bytes_max = 255;

/// 1 to kNoteKeyName_bytes_max bytes of UTF-8 without spaces of any kind, control characters and `+`.
bool is_note_key_name(std::string_view name);

class NoteVerifier {
 public:
  /// Nothing for what is no public key of Ed25519, or one whose id is not its own.
  static std::optional<NoteVerifier> parse(std::string_view encoded);
  std::string encoded() const;

  const std::string& name() const { return name_; }
  const NoteKeyId& id() const { return id_; }
  bool verifies(std::string_view text, std::string_view signature) const;

 private:
  friend class NoteSigner;
  NoteVerifier(std::string name, const Bytes32& key);
  std::string name_;
  Bytes32 key_;
  NoteKeyId id_;
};

class NoteSigner {
 public:
  /// `name` must be one (is_note_key_name).
  static NoteSigner fresh(std::string name, const Random& random);
  /// Nothing for what is no private key of Ed25519, or one whose id is not its own.
  static std::optional<NoteSigner> parse(std::string_view encoded);
  WipedText encoded() const;

  /// kNoteSignature_bytes. The same for the same text. Throws std::runtime_error when OpenSSL fails.
  std::string sign(std::string_view text) const;
  const NoteVerifier& verifier() const { return verifier_; }

 private:
  NoteSigner(std::string name, const Key& seed);
  Key seed_;
  NoteVerifier verifier_;
};

}  // namespace dialin::crypto
