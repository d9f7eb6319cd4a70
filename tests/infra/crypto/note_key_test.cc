#include "infra/crypto/note_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "infra/crypto/note_key_file.h"
#include "infra/crypto/scratch.h"
#include "infra/crypto/system_random.h"

namespace dialin::crypto {
namespace {

// Of golang.org/x/mod/sumdb/note, as the ones that must not be taken.
const std::string kPublic = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kPrivate = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

TEST(NoteKey, is_taken_whole_or_not_at_all) {
  ASSERT_TRUE(NoteVerifier::parse(kPublic));
  ASSERT_TRUE(NoteSigner::parse(kPrivate));
  const auto every_piece = [](const std::string& key, const auto& is_key) {
    for (std::size_t begin = 0; begin <= key.size(); ++begin) {
      for (std::size_t end = begin; end <= key.size(); ++end) {
        const bool whole = begin == 0 && end == key.size();
        EXPECT_EQ(is_key(key.substr(begin, end - begin)), whole) << begin << ' ' << end;
      }
    }
    for (std::size_t at = 0; at < key.size(); ++at) {
      std::string changed = key;
      changed[at] = static_cast<char>(changed[at] + 1);
      EXPECT_FALSE(is_key(changed)) << changed;
    }
  };
  every_piece(kPublic, [](const std::string& key) { return NoteVerifier::parse(key).has_value(); });
  every_piece(kPrivate, [](const std::string& key) { return NoteSigner::parse(key).has_value(); });
  EXPECT_FALSE(NoteVerifier::parse("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==")) << "a longer key, its id";
  EXPECT_FALSE(NoteVerifier::parse("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")) << "another algorithm, its id";
}

TEST(NoteKey, signs_what_its_public_half_verifies) {
  const auto signer = NoteSigner::fresh("example.com/log", SystemRandom());
  const auto verifier = NoteVerifier::parse(signer.verifier().encoded());
  ASSERT_TRUE(verifier);
  const std::string signature = signer.sign("hi\n");
  EXPECT_TRUE(verifier->verifies("hi\n", signature));
  EXPECT_FALSE(verifier->verifies("ho\n", signature));
  EXPECT_FALSE(verifier->verifies("hi\n", signature.substr(1)));
  EXPECT_FALSE(NoteSigner::fresh("example.com/log", SystemRandom()).verifier().verifies("hi\n", signature));
  EXPECT_EQ(NoteSigner::parse(signer.encoded().view())->sign("hi\n"), signature);
}

TEST(NoteKey, has_a_name_without_spaces_and_plus_signs) {
  for (const std::string_view name : {"dialin", "example.com/log42", "a", "Ä€😀", "\xE2\x80\x8B"})
    EXPECT_TRUE(is_note_key_name(name)) << name;
  for (const std::string_view name : {"", "a b", "a+b", "a\n", "a\t", "a\x7F", "\xFF", "\u00A0", "a\u0085", "\u1680", "\u2000", "x\u200A",
                                      "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"}) {
    EXPECT_FALSE(is_note_key_name(name)) << name;
  }
  EXPECT_TRUE(is_note_key_name(std::string(kNoteKeyName_bytes_max, 'a')));
  EXPECT_FALSE(is_note_key_name(std::string(kNoteKeyName_bytes_max + 1, 'a')));
}

mode_t mode_of(const std::string& file) {
  struct stat status {};
  EXPECT_EQ(::stat(file.c_str(), &status), 0) << file;
  return status.st_mode & 0777;
}

TEST(NoteKeyFile, is_two_files_of_which_one_is_private) {
  const Scratch scratch;
  const std::string file = scratch.path("key");
  const auto made = init_note_key(file, "dialin", SystemRandom());
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_EQ(mode_of(file + ".pub"), 0644U);
  EXPECT_EQ(text_of(file + ".pub"), made->encoded() + "\n");
  const auto signer = read_note_signer(file);
  ASSERT_TRUE(signer) << signer.error().text;
  EXPECT_EQ(text_of(file), std::string(signer->encoded().view()) + "\n");
  const auto known = read_note_verifiers(file + ".pub");
  ASSERT_TRUE(known) << known.error().text;
  ASSERT_EQ(known->size(), 1U);
  EXPECT_TRUE(known->front().verifies("x", signer->sign("x")));
  std::filesystem::permissions(file, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  EXPECT_EQ(read_note_signer(file).error().code, FaultCode::not_private);
}

TEST(NoteKeyFile, is_never_made_over_another) {
  const Scratch scratch;
  const std::string file = scratch.path("key");
  scratch.write("key", "mine");
  EXPECT_EQ(init_note_key(file, "dialin", SystemRandom()).error().code, FaultCode::exists);
  EXPECT_EQ(scratch.files(), std::vector<std::string>{"key"}) << "nothing is left of the try";
  EXPECT_EQ(text_of(file), "mine");
  std::filesystem::rename(file, file + ".pub");
  EXPECT_EQ(init_note_key(file, "dialin", SystemRandom()).error().code, FaultCode::exists);
  EXPECT_EQ(scratch.files(), std::vector<std::string>{"key.pub"});
  EXPECT_EQ(init_note_key(scratch.path("other"), "no name", SystemRandom()).error().code, FaultCode::invalid);
  EXPECT_EQ(scratch.files().size(), 1U);
}

TEST(NoteKeyFile, that_is_none_is_told) {
  const Scratch scratch;
  const auto missing = read_note_signer(scratch.path("none"));
  EXPECT_EQ(missing.error().code, FaultCode::missing);
  EXPECT_NE(missing.error().text.find("dialin checkpoint init"), std::string::npos);
  EXPECT_EQ(read_note_signer(scratch.write("a", kPublic + "\n")).error().code, FaultCode::damaged);
  EXPECT_EQ(read_note_signer(scratch.write("b", kPrivate + "\nmore\n")).error().code, FaultCode::damaged);
  EXPECT_EQ(read_note_verifiers(scratch.path("none")).error().code, FaultCode::missing);
  EXPECT_EQ(read_note_verifiers(scratch.write("c", kPrivate + "\n")).error().code, FaultCode::damaged);
  EXPECT_EQ(read_note_verifiers(scratch.write("d", "")).error().code, FaultCode::damaged);
  const auto second = read_note_verifiers(scratch.write("e", kPublic + "\nx\n"));
  EXPECT_NE(second.error().text.find("line 2"), std::string::npos) << second.error().text;
  EXPECT_EQ(read_note_verifiers(scratch.write("f", kPublic + "\n" + kPublic))->size(), 2U) << "keys of several years, one a line";
}

}  // namespace
}  // namespace dialin::crypto
