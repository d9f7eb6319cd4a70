// What an operator hears of files that cannot be used, and what becomes of files that change.

#include "api/http/tls_context.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <ctime>

#include "api/http/certificates.h"
#include "api/http/live_api.h"

namespace dialin::http {
namespace {

using server_tests::Authority;
using server_tests::Issued;
using server_tests::read_file;
using server_tests::write_file;

class TlsContexts : public ::testing::Test {
 protected:
  std::string why_not(const TlsFiles& files) {
    const auto loaded = TlsContext::load(files);
    return loaded ? "" : loaded.error().text;
  }
  std::string file(const std::string& text) {
    const std::string name = dir / ("file" + std::to_string(++files_)).c_str();
    write_file(name, text);
    return name;
  }

  TemporaryDir dir;
  Authority authority{dir / "", "nodes"};
  Issued one = authority.issue("one");
  Issued two = authority.issue("two");

 private:
  int files_ = 0;
};

TEST_F(TlsContexts, name_the_file_and_what_is_wrong_with_it) {
  const std::string whole = read_file(one.certificate);
  const std::string key = read_file(one.key);
  const std::string encrypted =
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
      "MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBAt1mYh5mV1pJ3i5g3y\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n";
  ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
  const struct {
    TlsFiles files;
    std::string said;
  } table[] = {
      {{dir / "none.pem", one.key, ""}, dir / "none.pem is missing"},
      {{one.certificate, dir / "none.key", ""}, dir / "none.key is missing"},
      {{one.certificate, one.key, dir / "none.ca"}, dir / "none.ca is missing"},
      {{dir / "", one.key, ""}, "is not a regular file"},
      {{one.certificate, dir / "fifo", ""}, dir / "fifo is not a regular file"},
      {{file(""), one.key, ""}, "holds no certificate in PEM form"},
      {{file("no PEM at all\n"), one.key, ""}, "holds no certificate in PEM form"},
      {{one.key, one.key, ""}, "holds no certificate in PEM form"},
      {{file(whole.substr(0, whole.size() / 2)), one.key, ""}, "holds a certificate that cannot be read"},
      {{file(whole + whole.substr(0, whole.size() / 2)), one.key, ""}, "holds a certificate that cannot be read"},
      {{one.certificate, one.certificate, ""}, "holds no private key in PEM form"},
      {{one.certificate, file(key.substr(0, key.size() / 2)), ""}, "holds a private key that cannot be read"},
      {{one.certificate, file(encrypted), ""}, "a private key that cannot be read"},
      {{one.certificate, two.key, ""}, "the certificate in " + one.certificate + " is not that of the key in " + two.key},
      {{one.certificate, one.key, file("nothing")}, "holds no certificate in PEM form"},
      {{file(std::string(kTlsFileBytesMax + 1, 'x')), one.key, ""}, "is larger than 1048576 bytes"},
  };
  for (const auto& row : table) EXPECT_NE(why_not(row.files).find(row.said), std::string::npos) << why_not(row.files) << "\n" << row.said;
}

TEST_F(TlsContexts, ask_nobody_for_a_passphrase) {
  const std::string encrypted = dir / "encrypted.key";
  const std::string make = "openssl pkcs8 -topk8 -v2 aes-128-cbc -iter 1 -passout pass:secret -in " + one.key + " -out " + encrypted;
  ASSERT_EQ(std::system(make.c_str()), 0);
  EXPECT_NE(why_not({one.certificate, encrypted, ""}).find(encrypted + " is encrypted"), std::string::npos)
      << why_not({one.certificate, encrypted, ""});
}

TEST_F(TlsContexts, know_nodes_when_they_are_given_an_authority) {
  EXPECT_FALSE((*TlsContext::load({one.certificate, one.key, ""}))->knows_nodes());
  EXPECT_TRUE((*TlsContext::load({one.certificate, one.key, authority.file()}))->knows_nodes());
}

TEST_F(TlsContexts, stay_as_they_are_when_what_comes_is_broken) {
  const auto context = *TlsContext::load({one.certificate, one.key, ""});
  const auto before = context->accepting();
  // The certificate is replaced first, and its key a moment later.
  write_file(one.certificate, read_file(two.certificate));
  const auto half = context->reload();
  ASSERT_FALSE(half);
  EXPECT_NE(half.error().text.find("is not that of the key"), std::string::npos) << half.error().text;
  EXPECT_EQ(context->accepting(), before);
  write_file(one.key, read_file(two.key));
  EXPECT_TRUE(context->reload());
  EXPECT_NE(context->accepting(), before);
}

TEST_F(TlsContexts, warn_of_what_an_operator_should_mend) {
  const Issued short_lived = authority.issue("short", 3);
  const Issued expired = authority.issue("expired", -1);
  const auto warnings_of = [](const Issued& pair) {
    std::string all;
    for (const std::string& warning : (*TlsContext::load({pair.certificate, pair.key, ""}))->warnings()) all += warning + "\n";
    return all;
  };
  EXPECT_EQ(warnings_of(one), "");
  EXPECT_TRUE(warnings_of(short_lived).starts_with("the certificate in " + short_lived.certificate + " expires in 7"))
      << warnings_of(short_lived);
  EXPECT_EQ(warnings_of(expired), "the certificate in " + expired.certificate + " has expired: callers will refuse it\n");
  ASSERT_EQ(::chmod(one.key.c_str(), 0644), 0);
  EXPECT_EQ(warnings_of(one), "everybody on this machine may read the key in " + one.key + ": chmod o= " + one.key + "\n");
}

TEST_F(TlsContexts, tell_when_the_certificate_expires) {
  const auto context = *TlsContext::load({one.certificate, one.key, ""});
  constexpr std::int64_t kDay = 24 * 3600;
  EXPECT_NEAR(static_cast<double>(context->expires_at()), static_cast<double>(std::time(nullptr) + 30 * kDay), 60);
}

}  // namespace
}  // namespace dialin::http
