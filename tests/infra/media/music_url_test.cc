#include "infra/media/music_url.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace dialin::media {
namespace {

TEST(MusicUrl, hosts_are_read_as_libcurl_reads_them) {
  struct Case {
    std::string_view url;
    std::string_view host;
    std::uint16_t port;
    std::string_view address;  ///< empty: a name
  };
  for (const Case& one : std::initializer_list<Case>{{"http://media.example/a.mp3", "media.example", 80, ""},
                                                     {"https://media.example/a.mp3", "media.example", 443, ""},
                                                     {"https://media.example:8443/a.mp3?b#c", "media.example", 8443, ""},
                                                     {"http://1.2.3.4/", "1.2.3.4", 80, "1.2.3.4"},
                                                     {"http:/1.2.3.4:81?a", "1.2.3.4", 81, "1.2.3.4"},
                                                     {"HTTP://Media.EXAMPLE?a", "Media.EXAMPLE", 80, ""},
                                                     {"http://[2001:0db8::0001]/", "2001:db8::1", 80, "2001:db8::1"}}) {
    const auto read = parse_music_url(one.url);
    ASSERT_TRUE(read) << one.url;
    EXPECT_EQ(read->host, one.host) << one.url;
    EXPECT_EQ(read->port, one.port) << one.url;
    EXPECT_EQ(read->address ? read->address->text() : "", one.address) << one.url;
    EXPECT_EQ(read->text.find('#'), std::string::npos) << one.url;
  }
}

constexpr std::string_view kSpelling = "its host is an IPv4 address that is not spelled as four decimal numbers";

TEST(MusicUrl, what_is_refused_is_refused_with_its_reason) {
  struct Case {
    std::string url;
    std::string_view why;
  };
  for (const Case& one : std::initializer_list<Case>{{"ftp://media.example/", "only http and https are fetched"},
                                                     {"file:///etc/passwd", "only http and https are fetched"},
                                                     {"http://a@media.example/", "its URL has a user name or password"},
                                                     {"http://:b@media.example/", "its URL has a user name or password"},
                                                     {"http://[fe80::1%25lo]/", "its host is an address with a zone"},
                                                     {"http://media.example:0/", "its URL has no port that there is"},
                                                     {"http://%E2%91%A0.example/", "its host is neither a name nor an address"},
                                                     {"http://" + std::string(254, 'a') + "/", "its host is neither a name nor an address"},
                                                     {"", "its URL cannot be read"},
                                                     {std::string("http://a\0b/", 11), "its URL cannot be read"},
                                                     {"http://a/" + std::string(9000, 'a'), "its URL cannot be read"},
                                                     {"http://a/" + std::string(3000, '\x80'), "its URL is too long"},
                                                     {"http://2130706433/", kSpelling},
                                                     {"http://0x7f.1/", kSpelling},
                                                     {"http://0177.0.0.1/", kSpelling},
                                                     {"http://8.8.2056/", kSpelling},
                                                     {"http://%31.2.3.4/", kSpelling},
                                                     {"http:/010.0.0.1/8.0.0.1/", kSpelling},
                                                     {"http:///0x8.8.8.8?8.8.8.8", kSpelling},
                                                     {"http://m%65dia.example/", "its URL can be read in two ways"},
                                                     {"http://%5B2606%3A4700%3A%3A1111%5D/", "its URL can be read in two ways"},
                                                     {"http://21307064%33%33/", "its URL can be read in two ways"},
                                                     {"http://0%78a000001/", "its URL can be read in two ways"}}) {
    const auto read = parse_music_url(one.url);
    ASSERT_FALSE(read) << one.url;
    EXPECT_EQ(read.error().text, std::string(kMustBeReached) + std::string(one.why)) << one.url;
  }
}

TEST(MusicUrl, a_redirect_starts_from_where_it_is) {
  const auto from = parse_music_url("https://media.example:8443/a/b.mp3?c");
  ASSERT_TRUE(from);
  struct Case {
    std::string_view location;
    std::string_view text;
  };
  for (const Case& one : std::initializer_list<Case>{{"d.mp3", "https://media.example:8443/a/d.mp3"},
                                                     {"/d.mp3", "https://media.example:8443/d.mp3"},
                                                     {"?e", "https://media.example:8443/a/b.mp3?e"},
                                                     {"//other.example/d", "https://other.example/d"},
                                                     {"/e//010.0.0.1/", "https://media.example:8443/e//010.0.0.1/"},
                                                     {"//1.2.3.4", "https://1.2.3.4/"},
                                                     {"//[2001:db8::1]:81/", "https://[2001:db8::1]:81/"},
                                                     {"my_song:live.mp3", "https://media.example:8443/a/my_song:live.mp3"},
                                                     {"http://other.example/d", "http://other.example/d"}}) {
    const auto read = redirected(*from, one.location);
    ASSERT_TRUE(read) << one.location;
    EXPECT_EQ(read->text, one.text) << one.location;
  }
  for (const char* location : {"//010.0.0.1/", "http://010.0.0.1/", "https:/0x8.8.8.8/"}) {
    const auto read = redirected(*from, location);
    ASSERT_FALSE(read) << location;
    EXPECT_EQ(read.error().text, std::string(kMustBeReached) + std::string(kSpelling)) << location;
  }
  EXPECT_FALSE(redirected(*from, "file:///etc/passwd"));
  EXPECT_FALSE(redirected(*from, "http://a@other.example/"));
  EXPECT_FALSE(redirected(*from, std::string(3000, '\x80')));
}

}  // namespace
}  // namespace dialin::media
