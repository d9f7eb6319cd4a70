#include "infra/crypto/signed_note.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "infra/crypto/system_random.h"

namespace dialin::crypto {
namespace {

// Published by golang.org/x/mod/sumdb/note (documentation and tests of the package): two keys, a text, and what they make of it. Ed25519
// has one signature for a text and a key.
constexpr std::string_view kPeterSigns = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr std::string_view kPeter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kEnoch = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const std::string kText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string kPeterSigned =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const std::string kEnochSigned =
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

std::vector<NoteVerifier> keys(std::initializer_list<std::string_view> encoded) {
  std::vector<NoteVerifier> keys;
  for (const auto key : encoded) keys.push_back(*NoteVerifier::parse(key));
  return keys;
}

SignedNote only(const std::string& file) {
  auto notes = parse_notes(file);
  EXPECT_TRUE(notes) << notes.error().why;
  EXPECT_EQ(notes->size(), 1U);
  return std::move(notes->front());
}

TEST(SignedNote, is_the_published_one_for_the_published_key_and_text) {
  const auto signer = NoteSigner::parse(kPeterSigns);
  ASSERT_TRUE(signer);
  EXPECT_EQ(signer->verifier().encoded(), kPeter);
  EXPECT_EQ(signer->encoded().view(), kPeterSigns);
  EXPECT_EQ(signed_note(kText, *signer), kText + "\n" + kPeterSigned);
}

TEST(SignedNote, that_is_published_is_good) {
  const SignedNote both = only(kText + "\n" + kPeterSigned + kEnochSigned);
  EXPECT_EQ(both.text, kText);
  EXPECT_EQ(both.signatures.size(), 2U);
  EXPECT_EQ(check(both, keys({kPeter})), NoteCheck::good);
  EXPECT_EQ(check(both, keys({kEnoch})), NoteCheck::good);
  EXPECT_EQ(check(both, keys({kEnoch, kPeter})), NoteCheck::good);
  EXPECT_EQ(check(both, {}), NoteCheck::unknown_key);
  EXPECT_EQ(check(only(kText + "\n" + kPeterSigned), keys({kEnoch})), NoteCheck::unknown_key);
  // The example of c2sp.org/signed-note.
  const SignedNote example = only(
      "This is an example message.\n\n"
      "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n");
  EXPECT_EQ(check(example, keys({"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"})), NoteCheck::good);
}

TEST(SignedNote, is_rejected_when_one_bit_of_it_is_another) {
  const std::string note = kText + "\n" + kPeterSigned;
  const auto known = keys({kPeter});
  for (std::size_t at = 0; at < note.size(); ++at) {
    std::string flipped = note;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    const auto read = parse_notes(flipped);
    if (!read) continue;
    for (const SignedNote& each : *read) EXPECT_NE(check(each, known), NoteCheck::good) << at;
  }
}

TEST(SignedNote, is_rejected_when_one_signature_of_a_known_key_is_wrong) {
  std::string wrong = kEnochSigned;
  wrong.replace(wrong.find("NbfRGz"), 6, "NbfRGy");
  EXPECT_EQ(check(only(kText + "\n" + kPeterSigned + wrong), keys({kPeter, kEnoch})), NoteCheck::wrong_signature);
  EXPECT_EQ(check(only(kText + "\n" + kPeterSigned + wrong), keys({kPeter})), NoteCheck::good) << "nobody can judge a stranger's";
  EXPECT_EQ(check(only("x" + kText + "\n" + kPeterSigned), keys({kPeter})), NoteCheck::wrong_signature);
}

TEST(SignedNote, may_be_followed_by_others) {
  const auto signer = NoteSigner::fresh("example.com/log", SystemRandom());
  const std::string file = signed_note("a\n", signer) + signed_note("b\n\nc\n", signer) + "\n\n" + signed_note("d\n", signer) + "\n";
  const auto notes = parse_notes(file);
  ASSERT_TRUE(notes) << notes.error().line << notes.error().why;
  ASSERT_EQ(notes->size(), 3U);
  const std::vector<std::pair<std::string, std::size_t>> expected = {{"a\n", 1}, {"b\n\nc\n", 4}, {"d\n", 11}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ((*notes)[i].text, expected[i].first);
    EXPECT_EQ((*notes)[i].line, expected[i].second);
    EXPECT_EQ(check((*notes)[i], {&signer.verifier(), 1}), NoteCheck::good);
  }
  EXPECT_TRUE(parse_notes("")->empty());
  EXPECT_TRUE(parse_notes("\n\n")->empty());
}

TEST(SignedNote, that_is_none_is_told_by_its_line) {
  const auto line = [](const std::string& file) { return parse_notes(file) ? 0 : parse_notes(file).error().line; };
  const std::string note = kText + "\n" + kPeterSigned;
  EXPECT_EQ(line(kText), 1U);
  EXPECT_EQ(line(kText + "\n"), 1U);
  EXPECT_EQ(line(kText + kPeterSigned), 1U) << "no empty line";
  EXPECT_EQ(line(note.substr(0, note.size() - 1)), 4U) << "no line feed at the end";
  EXPECT_EQ(line(note + "Unexpected line.\n"), 5U);
  EXPECT_EQ(line("\x01" + note), 1U);
  EXPECT_EQ(line("\xff" + note), 1U);
  EXPECT_EQ(line(kText + "\r\n" + kPeterSigned), 3U);
  EXPECT_EQ(line(kText + "\n— Bad Name x08go/ZJ\n"), 4U);
  EXPECT_EQ(line(kText + "\n— a+b x08go/ZJ\n"), 4U);
  EXPECT_EQ(line(kText + "\n— ab x08go/Z\n"), 4U) << "no base64";
  EXPECT_EQ(line(kText + "\n— ab x08goA==\n"), 4U) << "an id and nothing behind it";
  EXPECT_EQ(line(note + kEnochSigned + "— \n"), 6U);
  std::string many = kText + "\n";
  for (std::size_t i = 0; i < kSignaturesOfANote_max; ++i) many += kPeterSigned;
  EXPECT_EQ(line(many), 0U);
  EXPECT_EQ(line(many + kPeterSigned), 4 + kSignaturesOfANote_max);
}

/// Pieces of notes in any order and cut anywhere: what they are made of is where a reader may stumble.
RC_GTEST_PROP(SignedNoteProperty, is_read_out_of_anything_without_harm, ()) {
  const std::vector<std::string> pieces = {kText,          "\n", kPeterSigned, kEnochSigned, "— ",   "—",
                                           "PeterNeumann", " ",  "x08g",       "==",         "\x80", "a\n\n"};
  std::string file;
  for (const auto& piece : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces))) file += piece;
  file = file.substr(0, *rc::gen::inRange<std::size_t>(0, file.size() + 1));
  const auto notes = parse_notes(file);
  const auto lines = static_cast<std::size_t>(std::count(file.begin(), file.end(), '\n')) + 1;
  if (!notes) {
    RC_ASSERT(notes.error().line >= 1U);
    RC_ASSERT(notes.error().line <= lines);
    return;
  }
  for (const SignedNote& note : *notes) {
    RC_ASSERT(!note.text.empty() && !note.signatures.empty());
    if (check(note, keys({kPeter, kEnoch})) == NoteCheck::good) RC_ASSERT(note.text == kText);
  }
}

}  // namespace
}  // namespace dialin::crypto
