#include "api/cli/options/load_options.h"

#include <cstdlib>
#include <filesystem>

#include "api/cli/load/http_client.h"

namespace dialin::cli {
namespace {

/// By the file's name, when it is not said.
std::string format_of(const std::string& said, const std::string& file) {
  const std::string extension = std::filesystem::path(file).extension();
  if (!said.empty()) return said;
  if (extension == ".csv") return "csv";
  return extension == ".jsonl" || extension == ".ndjson" || extension == ".json" ? "json" : "";
}

}  // namespace

Parsed<LoadOptions> read_load_options(const std::vector<std::string>& arguments) {
  LoadOptions options;
  std::string format;
  CommandLine line("load", "Create the configs of a file through the API, as ordinary creates, with a line on each.");
  line.word("FILE", options.file, "the file: JSON lines, or CSV whose first line names the properties").required();
  line.option("--server", options.server, "http(s)://HOST:PORT of the server, or of any of the nodes on one log").required();
  line.option("--tls-ca", options.ca, "PEM file of the authority of an https server's certificate [those that the system trusts]");
  line.option("--format", format, "json or csv [by the file's extension: .jsonl, .ndjson, .json or .csv]").one_of({"json", "csv"});
  line.flag("--dry-run", options.dry_run, "create nothing: say what would be created and what refused");
  line.option("--connections", options.connections, "requests at a time; with 1 the configs come into being in the file's order")
      .range(1, 64);
  line.flag("--json", options.json, "the report as JSON lines");
  line.footer(
      "\nThe key stands in DIALIN_KEY and needs the scope write. JSON lines are the bodies of creates; in CSV a property of an object is "
      "one\n"
      "word, timeout_config.message or ivr_greeting.message, and an empty cell is no property. The report is in the file's order. The "
      "same\n"
      "file, loaded again within 24 h, creates nothing twice: lines that were created say so again, the others are tried.\n"
      "Status 1: a line was refused; 3: the server cannot be reached, takes no writes for a minute, or does not take the key.");
  if (const auto end = line.parse(arguments)) return *end;
  const char* key = std::getenv("DIALIN_KEY");
  if (key == nullptr || *key == '\0') return line.wrong_use("the API key is missing: give it in the environment as DIALIN_KEY");
  options.key = key;
  if (const auto client = HttpClient::make(options.server, options.ca, options.key); !client) return line.wrong_use(client.error().why);
  format = format_of(format, options.file);
  if (format.empty()) return line.wrong_use(options.file + " does not tell by its name what it holds: give --format json or csv");
  options.format = format == "csv" ? ConfigFile::Format::csv : ConfigFile::Format::json;
  return options;
}

}  // namespace dialin::cli
