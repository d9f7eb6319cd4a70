#include <sys/stat.h>
#include <unistd.h>

#include <iostream>

#include "api/cli/command.h"
#include "api/cli/copying/import_chain.h"
#include "api/cli/copying/import_directory.h"
#include "api/cli/copying/import_topic.h"
#include "api/cli/options/import_options.h"
#include "api/cli/terminal/output.h"
#include "api/cli/terminal/progress.h"
#include "infra/codec/json_codec.h"
#include "infra/codec/json_writer.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/prometheus_telemetry.h"

namespace dialin::cli {
namespace {

std::string in_words(const Imported& imported) {
  const std::string head = std::to_string(imported.head.sequence.value) + ":" + imported.head.id.hex();
  return "imported " + std::to_string(imported.appended) + " records, head " + head;
}

std::string in_json(const Imported& imported) {
  std::string line;
  codec::JsonWriter json(line);
  json.open_object();
  json.name("imported");
  json.number(imported.appended);
  json.name("passed_over");
  json.number(imported.passed_over);
  json.name("sequence");
  json.number(imported.head.sequence.value);
  json.name("id");
  json.hex(imported.head.id.bytes);
  json.close_object();
  return line;
}

/// In bytes, when it is a file.
double size_of_stdin() {
  struct stat what {};
  return ::fstat(STDIN_FILENO, &what) == 0 && S_ISREG(what.st_mode) ? static_cast<double>(what.st_size) : 0;
}

}  // namespace

int run_import(const std::vector<std::string>& arguments) {
  const auto parsed = read_import_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<ImportOptions>(parsed);
  log::PosixFiles files;
  const codec::JsonCodec codec;
  Imported imported;
  telemetry::PrometheusTelemetry telemetry({.version = std::string(version()), .level = Level::warning, .json_lines = false});
  const auto& kafka = options.log.kafka;
  const auto target = kafka ? import_into_topic({kafka->brokers, kafka->topic, kafka->properties}, options.replication, codec, telemetry)
                            : import_into_directory(options.log.data + "/log", files, codec);
  RecordLines lines(STDIN_FILENO, codec);
  const double size = size_of_stdin();
  Progress progress("records");
  const auto outcome = import_chain(
      lines, *target, codec,
      [&](std::uint64_t records) { progress.show(size > 0 ? static_cast<double>(lines.bytes()) / size : -1, records); }, imported);
  progress.clear();
  if (!outcome) {
    std::cerr << "dialin import: " << outcome.error().text << '\n';
    if (imported.appended > 0) {
      std::cerr << in_words(imported) << ": they stay, and another run goes on behind them\n";
    }
    return outcome.error().status;
  }
  if (imported.ends_within_move) {
    std::cerr << "record " << imported.head.sequence.value << ", the last one, begins a move; the node that leads next completes it\n";
  }
  return print("dialin import", (options.json ? in_json(imported) : in_words(imported)) + "\n");
}

}  // namespace dialin::cli
