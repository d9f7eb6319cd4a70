#include "api/cli/options/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <set>
#include <sstream>
#include <type_traits>

#include "api/cli/command.h"
#include "api/cli/terminal/output.h"

namespace dialin::cli {
namespace {

/// `--sip-domain` is `DIALIN_SIP_DOMAIN`.
std::string environment_name(const std::string& flag) {
  std::string name = "DIALIN_";
  for (const char c : flag.substr(2)) name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// The library would wrap a negative number around, one behind blanks, too.
std::string none_below_zero(const std::string& value) {
  const std::size_t begin = value.find_first_not_of(" \t\n\v\f\r");
  return begin != std::string::npos && value[begin] == '-' ? "must not be less than 0" : "";
}

/// The library looks at the first of no values when a key is given an empty list, takes the last one of many, also where a comma or a blank
/// without quotes has made many of one, and speaks of sections by names of its own. Keys of other commands are passed over.
class OptionFile : public CLI::ConfigTOML {
 public:
  /// `lists`: the flags that may have many values.
  OptionFile(const CLI::App& app, const std::set<std::string>& lists) : app_(app), lists_(lists) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& text) const override {
    auto read = CLI::ConfigTOML::from_config(text);
    std::set<std::string> seen;
    for (const CLI::ConfigItem& item : read) {
      if (!item.parents.empty())
        throw CLI::ConversionError("the file of --config has a section, [" + item.parents.front() + "]; its keys stand in none");
      if (item.inputs.empty()) throw CLI::ConversionError("the file of --config gives " + item.name + " no value");
      const std::string flag = "--" + item.name;
      if (app_.get_option_no_throw(flag) == nullptr || lists_.contains(flag)) continue;
      if (item.inputs.size() > 1 || !seen.insert(item.name).second)
        throw CLI::ConversionError("the file of --config gives " + item.name +
                                   " more than one value; one with a comma or a blank stands in quotes");
    }
    return read;
  }

 private:
  const CLI::App& app_;
  const std::set<std::string>& lists_;
};

}  // namespace

CommandLine::Option& CommandLine::Option::required() {
  option_->required();
  return *this;
}
CommandLine::Option& CommandLine::Option::one_of(std::vector<std::string> words) {
  option_->check(CLI::IsMember(std::move(words)));
  return *this;
}
CommandLine::Option& CommandLine::Option::range(std::size_t least, std::size_t most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

CommandLine::CommandLine(const std::string& command, const std::string& about)
    : name_("dialin " + command), app_(std::make_unique<CLI::App>(about, name_)) {
  known(app_->set_config("--config", "", "read options from this TOML file, its keys named as the flags"), "--config");
  // The file is written for `serve`, which knows every key of it; other commands take from it what is theirs.
  app_->allow_config_extras(command == "serve" ? CLI::config_extras_mode::error : CLI::config_extras_mode::ignore);
  app_->config_formatter(std::make_shared<OptionFile>(*app_, lists_));
  app_->get_formatter()->column_width(38);
}
CommandLine::~CommandLine() = default;

template <class T>
CommandLine::Option CommandLine::option(const std::string& flag, T& value, const std::string& help) {
  CLI::Option* option = app_->add_option(flag, value, help);
  option->capture_default_str();
  if constexpr (std::is_same_v<T, std::size_t> || std::is_same_v<T, std::optional<std::uint64_t>>) option->check(none_below_zero);
  return known(option, flag);
}
template CommandLine::Option CommandLine::option(const std::string&, std::string&, const std::string&);
template CommandLine::Option CommandLine::option(const std::string&, std::optional<std::string>&, const std::string&);
template CommandLine::Option CommandLine::option(const std::string&, int&, const std::string&);
template CommandLine::Option CommandLine::option(const std::string&, std::size_t&, const std::string&);
template CommandLine::Option CommandLine::option(const std::string&, std::optional<std::uint64_t>&, const std::string&);

CommandLine::Option CommandLine::flag(const std::string& name, bool& value, const std::string& help) {
  return known(app_->add_flag(name, value, help), name);
}

CommandLine::Option CommandLine::list(const std::string& flag, std::vector<std::string>& values, const std::string& help) {
  CLI::Option* option = app_->add_option(flag, values, help);
  const Option made = known(option, flag);
  lists_.insert(flag);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->expected(1, 1000)->delimiter(';')->allow_extra_args(false);
  return made;
}

CommandLine::Option CommandLine::word(const std::string& name, std::string& value, const std::string& help) {
  return Option(app_->add_option(name, value, help));
}

void CommandLine::footer(const std::string& text) {
  app_->footer(text);
}

std::optional<int> CommandLine::parse(std::vector<std::string> arguments) {
  typed_ = arguments;
  // The library would let the file win over the environment. As first arguments, what the environment says loses to the flags alone.
  arguments.insert(arguments.begin(), from_environment_.begin(), from_environment_.end());
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    app_->parse(arguments);
  } catch (const CLI::ParseError& end) {
    if (end.get_exit_code() == 0) {
      std::ostringstream help;
      const int status = app_->exit(end, help, std::cerr);
      return print(name_, help.str(), status);
    }
    return wrong_use(what_is_wrong(end.what()) + "; '" + name_ + " --help' lists the options");
  }
  for (const CLI::Option* option : app_->get_options()) {
    const auto& given = option->results();
    if (std::find(given.begin(), given.end(), "") != given.end()) return wrong_use(option->get_name() + " must not be empty");
  }
  return std::nullopt;
}

std::size_t CommandLine::times_typed(const std::string& flag) const {
  const auto is_it = [&](const std::string& word) { return word == flag || word.starts_with(flag + '='); };
  return static_cast<std::size_t>(std::count_if(typed_.begin(), typed_.end(), is_it));
}

bool CommandLine::is_given(const std::string& flag) const {
  return app_->count(flag) > 0;
}

int CommandLine::wrong_use(std::string_view why) const {
  std::cerr << name_ << ": " << why << '\n';
  return kWrongUse;
}

/// The library's words, but where they name the wrong thing.
std::string CommandLine::what_is_wrong(const std::string& text) const {
  // It looks for options that are missing before it looks for ones it does not know, and a misspelt one is both.
  const auto unknown = app_->remaining();
  // Without its value, which may be a password.
  if (!unknown.empty()) return "there is no option " + unknown.front().substr(0, unknown.front().find('='));
  constexpr std::string_view kUnknownKey = "INI was not able to parse ";
  return text.rfind(kUnknownKey, 0) == 0 ? "the file of --config has a key that is no option: " + text.substr(kUnknownKey.size()) : text;
}

CommandLine::Option CommandLine::known(CLI::Option* option, const std::string& flag) {
  const std::string name = environment_name(flag);
  // An empty variable is as good as none.
  if (const char* value = std::getenv(name.c_str()); value != nullptr && *value != '\0') from_environment_.push_back(flag + "=" + value);
  option->envname(name)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  return Option(option);
}

KafkaWords::KafkaWords(CommandLine& line) : line_(line) {
  line.option("--kafka-brokers", brokers_, "HOST:PORT,… of Kafka's brokers");
  line.option("--kafka-topic", topic_, "the topic that holds the log");
  line.list("--kafka-property", properties_, "KEY=VALUE for librdkafka, such as security.protocol=SASL_SSL; may be repeated");
}

std::string KafkaWords::read(std::optional<KafkaOptions>& kafka) const {
  if (brokers_.empty()) return "--log kafka needs --kafka-brokers HOST:PORT,…";
  kafka = KafkaOptions{brokers_, topic_, {}};
  for (const std::string& property : properties_) {
    const auto equals = property.find('=');
    if (equals == std::string::npos || equals == 0)
      return "--kafka-property must be KEY=VALUE, and one has no '=' behind its key";  // it may be a password
    kafka->properties.emplace_back(property.substr(0, equals), property.substr(equals + 1));
  }
  return {};
}

std::string KafkaWords::read_without_kafka(bool is_named) const {
  for (const char* flag : {"--kafka-brokers", "--kafka-topic", "--kafka-property"}) {
    if (line_.times_typed(flag) > 0 || (!is_named && line_.is_given(flag)))
      return std::string(flag) + " goes with --log kafka; without it the log is the one in the directory of --data";
  }
  return {};
}

}  // namespace dialin::cli
