#include "api/cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <thread>

#include "api/cli/command.h"

namespace dialin::cli {
namespace {

/// `--sip-domain` is `DIALIN_SIP_DOMAIN`.
std::string environment_name(std::string flag) {
  std::string name = "DIALIN_";
  for (const char c : flag.substr(2)) name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// One command line: an app that knows all three sources of an option.
class CommandLine {
 public:
  CommandLine(const std::string& command, const std::string& about) : name_("dialin " + command), app_(about, name_) {
    known(app_.set_config("--config", "", "read options from this TOML file, its keys named as the flags"), "--config");
    // The file is written for `serve`, which knows every key of it; other commands take from it what is theirs.
    app_.allow_config_extras(command == "serve" ? CLI::config_extras_mode::error : CLI::config_extras_mode::ignore);
    app_.get_formatter()->column_width(38);
  }
  template <class T>
  CLI::Option* option(const std::string& flag, T& value, const std::string& help) {
    return known(app_.add_option(flag, value, help), flag)->capture_default_str();
  }
  CLI::Option* flag(const std::string& name, bool& value, const std::string& help) { return known(app_.add_flag(name, value, help), name); }
  /// May be given again and again; in the environment one after the other with a semicolon between.
  CLI::Option* list(const std::string& flag, std::vector<std::string>& values, const std::string& help) {
    return known(app_.add_option(flag, values, help), flag)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->expected(1, 1000)
        ->delimiter(';')
        ->allow_extra_args(false);
  }
  CLI::Option* word(const std::string& name, std::string& value, const std::string& help) { return app_.add_option(name, value, help); }
  void footer(const std::string& text) { app_.footer(text); }

  /// Nothing when the options are read; else how the program ends.
  std::optional<int> parse(std::vector<std::string> arguments) {
    // The library would let the file win over the environment. As first arguments, what the environment says loses to the flags alone.
    arguments.insert(arguments.begin(), from_environment_.begin(), from_environment_.end());
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    try {
      app_.parse(arguments);
      return std::nullopt;
    } catch (const CLI::ParseError& end) {
      if (end.get_exit_code() == 0) return app_.exit(end, std::cout, std::cerr);  // --help
      std::cerr << name_ << ": " << what_is_wrong(end) << "; '" << name_ << " --help' lists the options\n";
      return kWrongUse;
    }
  }

 private:
  /// The library's words, but where they name the wrong thing.
  std::string what_is_wrong(const CLI::ParseError& error) const {
    // It looks for options that are missing before it looks for ones it does not know, and a misspelt one is both.
    const auto unknown = app_.remaining();
    if (!unknown.empty()) return "there is no option " + unknown.front();
    constexpr std::string_view kUnknownKey = "INI was not able to parse ";
    const std::string text = error.what();
    return text.rfind(kUnknownKey, 0) == 0 ? "the file of --config has a key that is no option: " + text.substr(kUnknownKey.size()) : text;
  }

  CLI::Option* known(CLI::Option* option, const std::string& flag) {
    const std::string name = environment_name(flag);
    // An empty variable is as good as none.
    if (const char* value = std::getenv(name.c_str()); value != nullptr && *value != '\0') from_environment_.push_back(flag + "=" + value);
    return option->envname(name)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }

  std::string name_;
  CLI::App app_;
  std::vector<std::string> from_environment_;
};

int wrong_use(std::string_view command, std::string_view why) {
  std::cerr << "dialin " << command << ": " << why << '\n';
  return kWrongUse;
}

/// `HOST:PORT`, an IPv6 host in square brackets.
bool split_listen(const std::string& listen, ServeOptions& options) {
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  options.host = listen.substr(0, colon);
  if (options.host.front() == '[' && options.host.back() == ']') options.host = options.host.substr(1, options.host.size() - 2);
  const char* end = listen.data() + listen.size();
  const auto [stop, error] = std::from_chars(listen.data() + colon + 1, end, options.port);
  return error == std::errc{} && stop == end && !options.host.empty();
}

/// The options that name a log on Kafka, for every command that has one.
struct KafkaWords {
  explicit KafkaWords(CommandLine& line) {
    line.option("--kafka-brokers", brokers, "HOST:PORT,… of Kafka's brokers");
    line.option("--kafka-topic", topic, "the topic that holds the log");
    line.list("--kafka-property", properties, "KEY=VALUE for librdkafka, such as security.protocol=SASL_SSL; may be repeated");
  }
  /// Why they cannot be used; empty: `kafka` is set.
  std::string read(std::optional<KafkaOptions>& kafka) const {
    if (brokers.empty()) return "--log kafka needs --kafka-brokers HOST:PORT,…";
    kafka = KafkaOptions{brokers, topic, {}};
    for (const std::string& property : properties) {
      const auto equals = property.find('=');
      if (equals == std::string::npos || equals == 0) return "--kafka-property must be KEY=VALUE, not '" + property + "'";
      kafka->properties.emplace_back(property.substr(0, equals), property.substr(equals + 1));
    }
    return {};
  }
  std::string brokers;
  std::string topic = KafkaOptions{}.topic;
  std::vector<std::string> properties;
};

std::vector<std::string> without_first(const std::vector<std::string>& arguments) {
  return {arguments.begin() + 1, arguments.end()};
}

}  // namespace

Parsed<ServeOptions> read_serve_options(const std::vector<std::string>& arguments) {
  ServeOptions options;
  std::string listen = "127.0.0.1:8080";
  std::string log = "embedded";
  std::string log_format = "text";
  std::string confirm = "offset";
  CommandLine line("serve", "Serve the API: views in DATA/views; the log in DATA/log, or on Kafka with a copy there.");
  KafkaWords kafka(line);
  line.option("--data", options.data, "directory of the log and the views; made when missing")->required();
  line.option("--listen", listen, "HOST:PORT to take requests on; port 0 is any free one");
  line.option("--keys", options.keys, "file of API keys [DATA/keys.json]");
  line.option("--keyring", options.keyring, "file of the keys that seal secrets [DATA/keyring.json]");
  line.flag("--dev", options.dev, "for trying it out: make missing keys and key ring, a tenant 'dev', and print its key");
  line.option("--log", log, "where the log is")->check(CLI::IsMember({"embedded", "kafka"}));
  line.option("--advertise", options.advertise, "http://HOST:PORT where other nodes on the same log reach this one [where it listens]");
  line.option("--node", options.node, "this node's name in the log [--advertise without http://]");
  line.option(
          "--confirm", confirm,
          "how the end of a log on Kafka is asked for: 'offset' is fast; 'append' writes a small record, which leaves no window in which "
          "a broker that was cut off may answer from the past")
      ->check(CLI::IsMember({"offset", "append"}));
  line.option("--sip-domain", options.sip_domain, "the domain of the sip_uri of new configs");
  line.flag("--allow-sip-only", options.allow_sip_only, "let a pinless config be without phone_number");
  line.option("--threads", options.threads, "io threads; 0 is as many as cores")->check(CLI::Range(0, 256));
  line.option("--queue-max", options.queue_max, "writes waiting at most; one more is answered 503")->check(CLI::Range(1, 1'000'000));
  line.option("--connections-max", options.connections_max, "connections at most; one more is answered 503")
      ->check(CLI::Range(1, 1'000'000));
  line.option("--body-bytes-max", options.body_bytes_max, "bytes of a request body at most; more is answered 413")
      ->check(CLI::Range(1024, 256 * 1024));
  line.option("--log-format", log_format, "of the lines on stderr")->check(CLI::IsMember({"text", "json"}));
  line.option("--log-level", options.log_level, "the least level of lines on stderr")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  line.footer(
      "\nStops on SIGTERM or SIGINT: requests in flight are answered, 10 s at most. Keys and key ring are followed: a change of\n"
      "their files counts within 2 s.");
  if (const auto end = line.parse(arguments)) return *end;
  if (!split_listen(listen, options)) return wrong_use("serve", "--listen must be HOST:PORT, as in 127.0.0.1:8080");
  if (log == "kafka") {
    if (const auto why = kafka.read(options.kafka); !why.empty()) return wrong_use("serve", why);
  }
  if (!options.advertise.empty() && options.advertise.rfind("http://", 0) != 0)
    return wrong_use("serve", "--advertise must be http://HOST:PORT");
  if (options.keys.empty()) options.keys = options.data + "/keys.json";
  if (options.keyring.empty()) options.keyring = options.data + "/keyring.json";
  if (options.threads == 0) options.threads = std::max(1U, std::thread::hardware_concurrency());
  options.log_json = log_format == "json";
  options.confirms_by_append = confirm == "append";
  return options;
}

Parsed<InitOptions> read_init_options(const std::vector<std::string>& arguments) {
  InitOptions options;
  std::string log;
  CommandLine line("init", "Found a log on Kafka: a topic that keeps everything, and the first record. A log that exists is left alone.");
  KafkaWords kafka(line);
  line.option("--log", log, "where the log is to be; an embedded one is founded by its first 'serve'")
      ->check(CLI::IsMember({"kafka"}))
      ->required();
  line.option("--kafka-replication", options.replication, "copies of a new topic; 0 is 3, or as many as there are brokers")
      ->check(CLI::Range(0, 100));
  line.footer("\nPrints the log's id. Exit status 0: founded; 1: there was one already.");
  if (const auto end = line.parse(arguments)) return *end;
  std::optional<KafkaOptions> read;
  if (const auto why = kafka.read(read); !why.empty()) return wrong_use("init", why);
  options.kafka = std::move(*read);
  return options;
}

Parsed<KeysOptions> read_keys_options(const std::vector<std::string>& arguments) {
  using Action = KeysOptions::Action;
  KeysOptions options;
  const std::string action = arguments.empty() ? "" : arguments.front();
  const bool help = action == "--help" || action == "-h" || action == "help";
  if (!help && action != "add" && action != "list" && action != "revoke") {
    return wrong_use("keys", "say 'dialin keys add', 'list' or 'revoke'; 'dialin keys --help' tells more");
  }
  if (help) {
    std::cout << "Usage: dialin keys add --file FILE --tenant NAME [--scopes read,write,audit]\n"
                 "       dialin keys list --file FILE\n"
                 "       dialin keys revoke --file FILE KEY_ID\n\n"
                 "Keys are stored hashed. 'add' prints the key alone on stdout, once: keep it. A running server sees a\n"
                 "change of its file within 2 s. Scopes: read (configs), write, audit (history and events).\n";
    return kDone;
  }
  CommandLine line("keys " + action, "API keys, stored hashed. A running server sees the change within 2 s.");
  line.option("--file", options.file, "the file of keys")->required();
  if (action == "add") {
    options.action = Action::add;
    line.option("--tenant", options.tenant, "whose key it is; a tenant's id follows from its name")->required();
    line.option("--scopes", options.scopes, "what it may do: a comma list of read, write, audit");
  } else if (action == "revoke") {
    options.action = Action::revoke;
    line.word("KEY_ID", options.key_id, "the key's id, as 'dialin keys list' shows it")->required();
  }
  if (const auto end = line.parse(without_first(arguments))) return *end;
  return options;
}

Parsed<KeyringOptions> read_keyring_options(const std::vector<std::string>& arguments) {
  using Action = KeyringOptions::Action;
  KeyringOptions options;
  const std::string action = arguments.empty() ? "" : arguments.front();
  if (action == "--help" || action == "-h" || action == "help") {
    std::cout << "Usage: dialin keyring init FILE      makes a key ring, never over an existing one\n"
                 "       dialin keyring rotate FILE    adds a key that seals from now on; the old ones still open\n"
                 "       dialin keyring list FILE      ids and dates, never keys\n";
    return kDone;
  }
  if (action == "init") {
    options.action = Action::init;
  } else if (action == "rotate") {
    options.action = Action::rotate;
  } else if (action != "list") {
    return wrong_use("keyring", "say 'dialin keyring init', 'rotate' or 'list'; 'dialin keyring --help' tells more");
  }
  CommandLine line("keyring " + action, "The keys that seal hmac secrets, and the one that makes fingerprints.");
  line.word("FILE", options.file, "the key ring's file")->required();
  if (const auto end = line.parse(without_first(arguments))) return *end;
  return options;
}

Parsed<VerifyOptions> read_verify_options(const std::vector<std::string>& arguments) {
  VerifyOptions options;
  CommandLine line("verify",
                   "Prove the log whole: every hash and link, gapless sequences, increasing time, the domain's rules at every prefix.");
  line.option("--data", options.data, "the data directory, as given to 'dialin serve'")->required();
  line.option("--expect", options.expect, "SEQUENCE:ID of a record that must be there, such as the head that an earlier run printed");
  line.footer(
      "\nPrints 'ok: N records, head SEQUENCE:ID', or (status 1) the first record that fails or, known to --expect or to the views,\n"
      "is missing or another. Read-only; beside a running server too.");
  if (const auto end = line.parse(arguments)) return *end;
  return options;
}

}  // namespace dialin::cli
