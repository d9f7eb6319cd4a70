// One place reads options: flags win over environment over file.

#include "api/cli/options/audit_options.h"
#include "api/cli/options/import_options.h"
#include "api/cli/options/keyring_options.h"
#include "api/cli/options/reading_options.h"
#include "api/cli/options/serve_options.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "api/cli/command.h"
#include "api/cli/temp_dir.h"

namespace dialin::test {
namespace {

using cli::ServeOptions;

/// Set for one test.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Environment() { ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

std::optional<ServeOptions> served(const std::vector<std::string>& arguments) {
  auto parsed = cli::read_serve_options(arguments);
  if (auto* options = std::get_if<ServeOptions>(&parsed)) return *options;
  return std::nullopt;
}

/// The status with which the program ends; what it says is swallowed.
template <class Read>
int status_of(Read read, const std::vector<std::string>& arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const auto parsed = read(arguments);
  const std::string said = testing::internal::GetCapturedStdout() + testing::internal::GetCapturedStderr();
  const int* status = std::get_if<int>(&parsed);
  if (status == nullptr) return -1;
  EXPECT_NE(said, "") << "it ends without a word";
  return *status;
}

TEST(Options, only_the_data_directory_is_needed) {
  const auto options = served({"--data", "here"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->host, "127.0.0.1");
  EXPECT_EQ(options->port, 8080);
  EXPECT_EQ(options->keys, "here/keys.json");
  EXPECT_EQ(options->keyring, "here/keyring.json");
  EXPECT_EQ(options->sip_domain, "sip.dialin.local");
  EXPECT_FALSE(options->dev);
  EXPECT_FALSE(options->allow_sip_only);
  EXPECT_GE(options->threads, 1u) << "0 is as many as cores";
}

TEST(Options, listen_is_a_host_and_a_port) {
  struct {
    const char* listen;
    const char* host;
    std::uint16_t port;
  } const table[] = {{"0.0.0.0:80", "0.0.0.0", 80}, {"localhost:0", "localhost", 0}, {"[::1]:65535", "::1", 65535}};
  for (const auto& row : table) {
    const auto options = served({"--data", "x", "--plain", "--listen", row.listen});
    ASSERT_TRUE(options) << row.listen;
    EXPECT_EQ(options->host, row.host);
    EXPECT_EQ(options->port, row.port);
  }
  for (const char* listen : {"8080", ":8080", "localhost:", "localhost:65536", "localhost:-1", "localhost:80x", ""}) {
    EXPECT_EQ(status_of(cli::read_serve_options, {"--data", "x", "--plain", "--listen", listen}), cli::kWrongUse) << listen;
  }
}

TEST(Options, only_loopback_goes_without_tls_or_the_word_plain) {
  const struct {
    std::vector<std::string> words;
    bool fine;
  } table[] = {
      {{"--listen", "127.0.0.1:0"}, true},
      {{"--listen", "127.1.2.3:0"}, true},
      {{"--listen", "[::1]:0"}, true},
      {{"--listen", "[::ffff:127.0.0.1]:0"}, true},
      {{"--listen", "localhost:0"}, true},
      {{"--listen", "no.such.host.invalid:0"}, true},
      {{"--listen", "0.0.0.0:0"}, false},
      {{"--listen", "0:0"}, false},
      {{"--listen", "[::]:0"}, false},
      {{"--listen", "[::ffff:0.0.0.0]:0"}, false},
      {{"--listen", "192.0.2.1:0"}, false},
      {{"--listen", "128.0.0.1:0"}, false},
      {{"--listen", "0.0.0.0:0", "--plain"}, true},
      {{"--listen", "0.0.0.0:0", "--tls-cert", "c", "--tls-key", "k"}, true},
      {{"--listen", "0.0.0.0:0", "--tls-cert", "c", "--tls-key", "k", "--plain"}, false},
      {{"--listen", "127.0.0.1:0", "--tls-cert", "c"}, false},
      {{"--listen", "127.0.0.1:0", "--tls-node-ca", "n"}, false},
      {{"--advertise", "https://here:80"}, true},
      {{"--advertise", "https://here:80", "--tls-cert", "c", "--tls-key", "k"}, true},
      {{"--advertise", "http://here:80", "--tls-cert", "c", "--tls-key", "k"}, false},
      {{"--advertise", "ftp://here:80"}, false},
  };
  for (const auto& row : table) {
    std::vector<std::string> words = {"--data", "x"};
    words.insert(words.end(), row.words.begin(), row.words.end());
    const auto parsed = cli::read_serve_options(words);
    const int* status = std::get_if<int>(&parsed);
    EXPECT_EQ(status == nullptr, row.fine) << row.words[1];
    if (status != nullptr) {
      EXPECT_EQ(*status, cli::kWrongUse) << row.words[1];
    }
  }
}

TEST(Options, hold_music_may_come_from_ranges_that_are_ranges) {
  const auto by_default = served({"--data", "x"});
  ASSERT_TRUE(by_default);
  EXPECT_FALSE(by_default->hold_music.is_checked);
  EXPECT_TRUE(by_default->hold_music.checks.allowed.empty());
  EXPECT_EQ(by_default->hold_music.checks.fit_for, std::chrono::minutes(5));
  const auto given = served({"--data", "x", "--hold-music-check", "on", "--hold-music-allow", "10.1.0.0/16,fd00::/8", "--hold-music-allow",
                             "192.168.7.7/32", "--hold-music-fresh", "0"});
  ASSERT_TRUE(given);
  EXPECT_TRUE(given->hold_music.is_checked);
  EXPECT_EQ(given->hold_music.checks.allowed.size(), 3U);
  EXPECT_EQ(given->hold_music.checks.fit_for, std::chrono::seconds(0));
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"--hold-music-check", "maybe"},
           {"--hold-music-allow", "10.1.0.1/16"},
           {"--hold-music-allow", "10.1.0.0/33"},
           {"--hold-music-allow", "fd00::/129"},
           {"--hold-music-allow", "10.1.0.0/16,"},
           {"--hold-music-allow", "10.1.0.0/16, fd00::/8"},
           {"--hold-music-allow", "media.example.com"},
           {"--hold-music-fresh", "86401"},
           {"--hold-music-fresh", "-1"},
       }) {
    std::vector<std::string> words = {"--data", "x", "--hold-music-check", "on"};
    words.insert(words.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(status_of(cli::read_serve_options, words), cli::kWrongUse) << wrong[0] << ' ' << wrong[1];
  }
  // Who names what is trusted believes that something is checked.
  for (const std::vector<std::string>& alone : std::vector<std::vector<std::string>>{
           {"--hold-music-allow", "10.1.0.0/16"}, {"--hold-music-ca", "ca.pem"}, {"--hold-music-fresh", "300"}}) {
    EXPECT_EQ(status_of(cli::read_serve_options, {"--data", "x", alone[0], alone[1]}), cli::kWrongUse) << alone[0];
  }
  EXPECT_EQ(status_of(cli::read_serve_options, {"--data", "x", "--connections-per-address", "-3"}), cli::kWrongUse);
}

TEST(Options, what_tells_of_kafka_goes_with_a_log_on_kafka) {
  const TempDir dir;
  const std::string file = dir.path("dialin.toml");
  std::ofstream(file) << "kafka-brokers = \"b:1\"\nconfirm = \"append\"\n";
  const auto serve = [](const std::vector<std::string>& words) { return status_of(cli::read_serve_options, words); };
  const auto verify = [](const std::vector<std::string>& words) { return status_of(cli::read_verify_options, words); };
  const auto keyring_list = [](const std::vector<std::string>& words) { return status_of(cli::read_keyring_options, words); };
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--kafka-brokers", "b:1"}, {"--kafka-brokers=b:1"}, {"--kafka-topic", "t"}, {"--kafka-property", "a=b"}}) {
    std::vector<std::string> all = {"--data", "x"};
    all.insert(all.end(), words.begin(), words.end());
    EXPECT_EQ(serve(all), cli::kWrongUse) << words[0];
    EXPECT_EQ(verify(all), cli::kWrongUse) << words[0];
    all.insert(all.end(), {"--log", "embedded"});
    EXPECT_EQ(serve(all), cli::kWrongUse) << words[0];
    std::vector<std::string> listed = {"list", "FILE"};
    listed.insert(listed.end(), words.begin(), words.end());
    EXPECT_EQ(keyring_list(listed), cli::kWrongUse) << words[0];
  }
  EXPECT_EQ(serve({"--data", "x", "--confirm", "append"}), cli::kWrongUse);
  EXPECT_TRUE(served({"--data", "x", "--confirm", "offset"}));
  EXPECT_EQ(status_of(cli::read_import_options, {"--data", "x", "--kafka-replication", "3"}), cli::kWrongUse);

  // What stands in the environment or the file is for all commands, and any of them may be told that another log is meant.
  EXPECT_EQ(serve({"--data", "x", "--config", file}), cli::kWrongUse);
  EXPECT_TRUE(served({"--data", "x", "--config", file, "--log", "embedded"}));
  EXPECT_EQ(verify({"--data", "x", "--config", file}), -1);
  const Environment brokers("DIALIN_KAFKA_BROKERS", "b:1");
  EXPECT_EQ(serve({"--data", "x"}), cli::kWrongUse);
  EXPECT_EQ(verify({"--data", "x"}), -1);
  const Environment confirm("DIALIN_CONFIRM", "append");
  EXPECT_TRUE(served({"--data", "x", "--log", "embedded"}));
  const Environment log("DIALIN_LOG", "kafka");
  const auto on_kafka = served({"--data", "x"});
  ASSERT_TRUE(on_kafka && on_kafka->kafka);
  EXPECT_EQ(on_kafka->kafka->brokers, "b:1");
  EXPECT_TRUE(on_kafka->confirms_by_append);
  EXPECT_TRUE(served({"--data", "x", "--log", "embedded", "--read-only"}));
}

TEST(Options, the_sip_domain_is_a_host) {
  const std::string label(63, 'a');
  const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'a');
  for (const std::string& domain :
       {std::string("localhost"), std::string("sip.example.com"), std::string("SIP-1.Example.COM"), std::string("sip.example.com."),
        std::string("3com.example"), std::string("xn--mnchen-3ya.example"), std::string("1.2.example"), std::string("sip.example.com:5060"),
        std::string("a:1"), std::string("a:65535"), std::string("192.0.2.1"), std::string("192.0.2.1:5061"), std::string("[2001:db8::1]"),
        std::string("[::ffff:192.0.2.1]:5060"), label, longest, longest + '.'}) {
    const auto options = served({"--data", "x", "--sip-domain", domain});
    ASSERT_TRUE(options) << domain;
    EXPECT_EQ(options->sip_domain, domain);
  }
  for (const std::string& domain : {std::string("bad domain@\"><\n"),
                                    std::string("a b"),
                                    std::string("user@host"),
                                    std::string("sip:host"),
                                    std::string("a\n"),
                                    std::string("a\0", 2),
                                    std::string("a;transport=tcp"),
                                    std::string("a?b"),
                                    std::string("a/b"),
                                    std::string("a%41"),
                                    std::string("a_b"),
                                    std::string("m\u00fcnchen.example"),
                                    std::string("."),
                                    std::string(".a"),
                                    std::string("a..b"),
                                    std::string("a.."),
                                    std::string("-a.b"),
                                    std::string("a-.b"),
                                    std::string("a.-"),
                                    label + 'a',
                                    longest + 'a',
                                    std::string("a:"),
                                    std::string("a:0"),
                                    std::string("a:65536"),
                                    std::string("a:-1"),
                                    std::string("a:+1"),
                                    std::string("a:1:2"),
                                    std::string(":5060"),
                                    std::string("256.0.2.1"),
                                    std::string("192.0.2"),
                                    std::string("7"),
                                    std::string("2001:db8::1"),
                                    std::string("[2001:db8::1"),
                                    std::string("[]"),
                                    std::string("[192.0.2.1]"),
                                    std::string("[fe80::1%eth0]"),
                                    std::string("[::1]5060"),
                                    std::string("[::1]:"),
                                    std::string("[::1]]")}) {
    EXPECT_EQ(status_of(cli::read_serve_options, {"--data", "x", "--sip-domain", domain}), cli::kWrongUse) << domain;
  }
}

TEST(Options, flags_win_over_environment_over_file) {
  const TempDir dir;
  const std::string file = dir.path("dialin.toml");
  std::ofstream(file) << "data = \"by-file\"\nsip-domain = \"by-file\"\nqueue-max = 7\nallow-sip-only = true\n";
  const auto by_file = served({"--config", file});
  ASSERT_TRUE(by_file);
  EXPECT_EQ(by_file->data, "by-file");
  EXPECT_EQ(by_file->queue_max, 7u);
  EXPECT_TRUE(by_file->allow_sip_only);

  const Environment domain("DIALIN_SIP_DOMAIN", "by-environment");
  const Environment queue("DIALIN_QUEUE_MAX", "8");
  const auto by_environment = served({"--config", file});
  ASSERT_TRUE(by_environment);
  EXPECT_EQ(by_environment->sip_domain, "by-environment");
  EXPECT_EQ(by_environment->queue_max, 8u);
  EXPECT_EQ(by_environment->data, "by-file");

  const auto by_flag = served({"--config", file, "--sip-domain", "by-flag"});
  ASSERT_TRUE(by_flag);
  EXPECT_EQ(by_flag->sip_domain, "by-flag");
  EXPECT_EQ(by_flag->queue_max, 8u);
}

TEST(Options, a_value_that_is_empty_is_none) {
  const TempDir dir;
  for (const char* text : {"data = []", "data = [\"", "data = \"\"", "data = [\"\"]"}) {
    std::ofstream(dir.path("dialin.toml")) << text << '\n';
    EXPECT_EQ(status_of(cli::read_serve_options, {"--config", dir.path("dialin.toml")}), cli::kWrongUse) << text;
  }
  EXPECT_EQ(status_of(cli::read_verify_options, {"--data", "x", "--checkpoints", "", "--checkpoint-key", "y"}), cli::kWrongUse);
}

std::string said_of_file(const TempDir& dir, const std::string& text) {
  std::ofstream(dir.path("dialin.toml")) << "data = \"x\"\n" << text << '\n';
  testing::internal::CaptureStderr();
  const auto read = cli::read_serve_options({"--config", dir.path("dialin.toml")});
  std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::holds_alternative<int>(read), !said.empty()) << text;
  return said;
}

TEST(Options, a_key_of_the_file_has_one_value_unless_it_is_a_list) {
  const TempDir dir;
  for (const char* text :
       {"rate-limit = 20/1s,100/5s", "rate-limit = [\"20/1s\", \"100/5s\"]", "rate-limit = \"20/1s\"\nrate-limit = \"100/5s\""}) {
    EXPECT_NE(said_of_file(dir, text).find("gives rate-limit more than one value"), std::string::npos) << text;
  }
  EXPECT_EQ(said_of_file(dir, "rate-limit = \"20/1s,100/5s\""), "");
  EXPECT_EQ(said_of_file(dir, "hold-music-check = \"on\"\nhold-music-allow = [\"10.0.0.0/8\", \"192.168.0.0/16\"]"), "");
  EXPECT_NE(said_of_file(dir, "[serve]\nport = 1").find("has a section, [serve]"), std::string::npos);
}

TEST(Options, a_list_of_another_command_is_passed_over) {
  const TempDir dir;
  std::ofstream(dir.path("dialin.toml"))
      << "data = \"x\"\nhold-music-allow = [\"10.0.0.0/8\", \"192.168.0.0/16\"]\nkafka-property = [\"a=b\", \"c=d\"]\n";
  const std::vector<std::string> words = {"--config", dir.path("dialin.toml")};
  EXPECT_EQ(status_of(cli::read_verify_options, words), -1);
  EXPECT_EQ(status_of(cli::read_tail_options, words), -1);
}

TEST(Options, windows_of_a_rate_stand_in_one_value) {
  EXPECT_EQ(status_of(cli::read_serve_options, {"--data", "x", "--rate-limit", "20/1s", "--rate-limit=100/5s"}), cli::kWrongUse);
  const Environment limit("DIALIN_RATE_LIMIT", "20/1s");
  const auto options = served({"--data", "x", "--rate-limit", "30/1s"});
  ASSERT_TRUE(options);
  ASSERT_EQ(options->limits.rate_limit.size(), 1U);
  EXPECT_EQ(options->limits.rate_limit.front().requests, 30U);
}

TEST(Options, the_file_itself_can_be_named_by_the_environment) {
  const TempDir dir;
  std::ofstream(dir.path("dialin.toml")) << "data = \"by-file\"\n";
  const Environment config("DIALIN_CONFIG", dir.path("dialin.toml").c_str());
  const auto options = served({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->data, "by-file");
}

TEST(Options, what_is_not_known_or_out_of_bounds_is_wrong_use) {
  const TempDir dir;
  std::ofstream(dir.path("unknown.toml")) << "data = \"x\"\nlisen = \"127.0.0.1:1\"\n";
  const std::vector<std::vector<std::string>> table = {{},
                                                       {"--data"},
                                                       {"--data", "x", "--nonsense"},
                                                       {"--data", "x", "extra"},
                                                       {"--config", dir.path("unknown.toml")},
                                                       {"--data", "x", "--config", dir.path("missing.toml")},
                                                       {"--data", "x", "--threads", "257"},
                                                       {"--data", "x", "--queue-max", "0"},
                                                       {"--data", "x", "--body-bytes-max", "1"},
                                                       {"--data", "x", "--log-format", "xml"},
                                                       {"--data", "x", "--log-level", "loud"},
                                                       {"--data", "x", "--log", "paper"}};
  for (const auto& arguments : table) {
    EXPECT_EQ(status_of(cli::read_serve_options, arguments), cli::kWrongUse) << testing::PrintToString(arguments);
  }
}

TEST(Options, a_number_out_of_bounds_is_told_the_bounds) {
  for (const char* value : {"x", "257", "1.5"}) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(std::get<int>(cli::read_serve_options({"--data", "x", "--threads", value})), cli::kWrongUse);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("not in range 0 to 256"), std::string::npos) << said;
  }
}

TEST(Options, help_is_no_failure) {
  EXPECT_EQ(status_of(cli::read_serve_options, {"--help"}), cli::kDone);
  EXPECT_EQ(status_of(cli::read_verify_options, {"--help"}), cli::kDone);
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"}, {"add", "--help"}, {"revoke", "--help"}}) {
    EXPECT_EQ(status_of(cli::read_keys_options, words), cli::kDone);
  }
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"}, {"init", "--help"}}) {
    EXPECT_EQ(status_of(cli::read_keyring_options, words), cli::kDone);
  }
}

TEST(Options, commands_on_keys_name_what_they_act_on) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"nonsense"}, {"add"}, {"add", "--file", "x"}, {"revoke", "--file", "x"}}) {
    EXPECT_EQ(status_of(cli::read_keys_options, words), cli::kWrongUse) << testing::PrintToString(words);
  }
  for (const std::vector<std::string>& words : {std::vector<std::string>{}, {"nonsense", "x"}, {"init"}, {"rotate"}, {"list"}}) {
    EXPECT_EQ(status_of(cli::read_keyring_options, words), cli::kWrongUse) << testing::PrintToString(words);
  }
  EXPECT_EQ(status_of(cli::read_verify_options, {}), cli::kWrongUse);
}

TEST(Options, a_number_below_zero_is_none) {
  for (const auto read : {+[](const std::vector<std::string>& words) { return status_of(cli::read_tail_options, words); },
                          +[](const std::vector<std::string>& words) { return status_of(cli::read_export_options, words); }}) {
    for (const char* value : {"-1", " -1", "\t-1"}) EXPECT_EQ(read({"--data", "x", "--after", value}), cli::kWrongUse) << value;
  }
}

}  // namespace
}  // namespace dialin::test
