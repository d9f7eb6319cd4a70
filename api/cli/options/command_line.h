#pragma once
// One command line: options that are read from flags, from the environment (DIALIN_*) and from the TOML file given with --config, in this
// order of precedence. The only place that knows the library behind it. Main thread.

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace dialin::cli {

class CommandLine {
 public:
  /// An option, to say more about it.
  class Option {
   public:
    explicit Option(CLI::Option* option) : option_(option) {}
    Option& required();
    Option& one_of(std::vector<std::string> words);
    Option& range(std::size_t least, std::size_t most);

   private:
    CLI::Option* option_;
  };

  /// `command` as it is typed behind `dialin`; `about` opens its help.
  CommandLine(const std::string& command, const std::string& about);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// `--data VALUE`. What `value` holds is the default. For std::string, std::optional<std::string>, int, std::size_t and
  /// std::optional<std::uint64_t>.
  template <class T>
  Option option(const std::string& flag, T& value, const std::string& help);
  Option flag(const std::string& name, bool& value, const std::string& help);
  /// May be given again and again; in the environment one after the other with a semicolon between.
  Option list(const std::string& flag, std::vector<std::string>& values, const std::string& help);
  /// One without a flag, told by its place.
  Option word(const std::string& name, std::string& value, const std::string& help);
  void footer(const std::string& text);

  /// Nothing when the options are read; else how the program ends: help was printed, or the use was wrong and that was said on stderr.
  std::optional<int> parse(std::vector<std::string> arguments);
  /// After parse(): how often it stood among the arguments, rather than in the environment or the file.
  std::size_t times_typed(const std::string& flag) const;
  /// After parse(): was it given, wherever?
  bool is_given(const std::string& flag) const;
  /// kWrongUse, after `why` was said.
  int wrong_use(std::string_view why) const;

 private:
  std::string what_is_wrong(const std::string& text) const;
  Option known(CLI::Option* option, const std::string& flag);

  std::string name_;
  std::unique_ptr<CLI::App> app_;
  std::vector<std::string> from_environment_;
  std::vector<std::string> typed_;
  std::set<std::string> lists_;  ///< flags
};

/// A log on Kafka: which one, and how it is reached.
struct KafkaOptions {
  std::string brokers;
  std::string topic = "dialin.events";
  std::vector<std::pair<std::string, std::string>> properties;  ///< of librdkafka
};

/// The options that name a log on Kafka, for every command that has one. Made before the line is parsed, asked afterwards.
class KafkaWords {
 public:
  explicit KafkaWords(CommandLine& line);
  KafkaWords(const KafkaWords&) = delete;
  KafkaWords& operator=(const KafkaWords&) = delete;
  /// Why they cannot be used; empty: `kafka` is set.
  std::string read(std::optional<KafkaOptions>& kafka) const;
  /// Of a log that is not on Kafka: why it may not be the one that is meant; empty: nothing was given that tells of Kafka. `is_named`: the
  /// log was chosen in so many words, so that what the environment or the file says of Kafka, being there for other commands, is passed
  /// over.
  std::string read_without_kafka(bool is_named) const;

 private:
  const CommandLine& line_;
  std::string brokers_;
  std::string topic_ = KafkaOptions{}.topic;
  std::vector<std::string> properties_;
};

}  // namespace dialin::cli
