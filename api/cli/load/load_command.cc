#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "api/cli/command.h"
#include "api/cli/options/load_options.h"
#include "api/cli/terminal/output.h"
#include "infra/codec/json_writer.h"

namespace dialin::cli {
namespace {

std::string_view done_word(bool dry_run) {
  return dry_run ? "would be created" : "created";
}

std::string in_words(const LoadOutcome& outcome, bool dry_run) {
  std::string text = "line " + std::to_string(outcome.line) + ": ";
  const auto add = [&](std::string_view word) {
    if (!word.empty()) text.append(" ").append(word);
  };
  if (outcome.is_refused()) {
    text += "refused";
    if (outcome.status != 0 && outcome.status != 200) add(std::to_string(outcome.status));
    add(outcome.error);
    return text + ": " + outcome.info;
  }
  text += done_word(dry_run);
  add(outcome.id);
  add(outcome.phone_number);
  return text;
}

std::string in_json(const LoadOutcome& outcome, bool dry_run) {
  std::string line;
  codec::JsonWriter json(line);
  const auto add = [&](std::string_view name, std::string_view text) {
    if (text.empty()) return;
    json.name(name);
    json.text(text);
  };
  json.open_object();
  json.name("line");
  json.number(outcome.line);
  add("outcome", outcome.is_refused() ? "refused" : done_word(dry_run));
  add("id", outcome.id);
  add("phone_number", outcome.phone_number);
  if (outcome.is_refused() && outcome.status != 0) {
    json.name("status");
    json.number(outcome.status);
  }
  add("error", outcome.error);
  add("info", outcome.info);
  json.close_object();
  return line;
}

}  // namespace

int run_load(const std::vector<std::string>& arguments) {
  const auto parsed = read_load_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<LoadOptions>(parsed);
  std::ifstream in(options.file, std::ios::binary);
  if (!in) {
    std::cerr << "dialin load: " << options.file << " cannot be read: " << std::strerror(errno) << '\n';
    return kCouldNotRun;
  }
  const auto file = ConfigFile::open(in, options.format);
  if (!file) {
    std::cerr << "dialin load: " << options.file << ", " << file.error().why << "; nothing was sent\n";
    return kNotSo;
  }
  Output output;
  const Loaded loaded = load_configs(options, **file, [&](const LoadOutcome& outcome) {
    output.text() += (options.json ? in_json : in_words)(outcome, options.dry_run) + "\n";
    output.flush();  // end() tells of it: that nobody can read the report does not keep the rest of the file out
  });
  std::cerr << loaded.created << ' ' << done_word(options.dry_run) << ", " << loaded.refused << " refused\n";
  if (!loaded.given_up.empty()) std::cerr << "dialin load: " << loaded.given_up << "; what comes behind was not loaded\n";
  const bool is_whole = loaded.refused == 0 && loaded.given_up.empty();
  return output.end("dialin load", loaded.could_not_run ? kCouldNotRun : is_whole ? kDone : kNotSo);
}

}  // namespace dialin::cli
