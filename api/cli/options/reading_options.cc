#include "api/cli/options/reading_options.h"

#include "domain/event.h"

namespace dialin::cli {
namespace {

constexpr std::size_t kLastMax = 100'000;

/// An event's name, or a record's type as it stands in `ce_type`. Empty: neither.
std::string record_type_named(const std::string& name) {
  for (const EventName event : {EventName::created, EventName::updated, EventName::deleted}) {
    if (name == name_of(event)) return std::string(record_type_of(event));
  }
  return name.find('.') == std::string::npos ? std::string() : name;
}

}  // namespace

Parsed<DigestOptions> read_digest_options(const std::vector<std::string>& arguments) {
  DigestOptions options;
  std::string at;
  CommandLine line("digest", "One hash of the whole state: of every config that ever was, as its last event left it.");
  const LogWords log(line);
  line.option("--at", at, "SEQUENCE or TIME (RFC 3339): as it was then; default: the end");
  line.flag("--views", options.views, "of the views in --data, of which each row is held against its event");
  line.flag("--json", options.json, "one line of JSON: the digest, where it is of, and of how many configs");
  line.footer(
      "\nPrints the hash alone. Equal beginnings of a log have equal digests, wherever they lie: on another node, on Kafka or in a\n"
      "directory, read by another version. Read-only; beside a running server too.");
  if (const auto end = line.parse(arguments)) return *end;
  if (const auto why = log.read(options.log); !why.empty()) return line.wrong_use(why);
  if (options.views && options.log.data.empty()) return line.wrong_use("--views needs --data DIR: the views are there");
  if (options.views && !at.empty()) return line.wrong_use("--views and --at: the views stand where they stand; give one of the two");
  if (at.empty()) return options;
  options.at = parse_log_point(at);
  if (!options.at) return line.wrong_use(no_log_point("--at"));
  return options;
}

Parsed<HistoryOptions> read_history_options(const std::vector<std::string>& arguments) {
  HistoryOptions options;
  std::string id;
  CommandLine line("history", "Every event of a config, oldest first, with what changed. Secrets are shown as fingerprints.");
  const LogWords log(line);
  line.word("id", id, "the config's id").required();
  line.flag("--json", options.json, "an event a line, as GET …/history has it, with its tenant");
  line.footer("\nStatus 1 when the log has no event of it. Read-only; beside a running server too.");
  if (const auto end = line.parse(arguments)) return *end;
  if (const auto why = log.read(options.log); !why.empty()) return line.wrong_use(why);
  const auto parsed = ConfigId::parse(id);
  if (!parsed) return line.wrong_use("'" + id + "' is no config's id: those are as 0191e0c5-7d7c-4d5e-8f3a-2b1c9d8e7f60");
  options.id = *parsed;
  return options;
}

Parsed<TailOptions> read_tail_options(const std::vector<std::string>& arguments) {
  TailOptions options;
  std::optional<std::uint64_t> after;
  std::optional<std::uint64_t> last;
  std::vector<std::string> types;
  std::string tenant;
  CommandLine line("tail", "The events of the log, oldest first, with what changed. Secrets are shown as fingerprints.");
  const LogWords log(line);
  line.option("--after", after, "only what is behind this sequence");
  line.option("--last", last, "only the last so many of them").range(1, kLastMax);
  line.flag("--follow", options.follow, "go on with what comes, until SIGINT or SIGTERM");
  line.list("--type", types, "ConfigCreated, ConfigUpdated, ConfigDeleted, or a record's type as dialin.log.opened.v1; may be repeated");
  line.option("--tenant", tenant, "only this tenant's: its name, or its id");
  line.flag("--json", options.json, "an event a line, as GET /events has it, with its tenant");
  line.footer("\nRecords of the log itself are shown, too: its founding, and who took the lead. Read-only; beside a running server too.");
  if (const auto end = line.parse(arguments)) return *end;
  if (const auto why = log.read(options.log); !why.empty()) return line.wrong_use(why);
  options.after = {after.value_or(0)};
  if (last) options.last = static_cast<std::size_t>(*last);
  for (const std::string& name : types) {
    options.types.push_back(record_type_named(name));
    if (!options.types.back().empty()) continue;
    return line.wrong_use("--type '" + name +
                          "': events are ConfigCreated, ConfigUpdated and ConfigDeleted, types as dialin.log.opened.v1");
  }
  if (tenant.empty()) return options;
  const auto id = TenantId::parse(tenant);
  options.tenant = id ? *id : tenant_id_of(tenant);
  return options;
}

Parsed<ExportOptions> read_export_options(const std::vector<std::string>& arguments) {
  ExportOptions options;
  std::optional<std::uint64_t> after;
  std::string to;
  CommandLine line("export", "The chain as JSON lines, a record each, as 'dialin import' takes it. Secrets stay sealed.");
  const LogWords log(line);
  line.option("--after", after, "only what is behind this sequence");
  line.option("--to", to, "SEQUENCE or TIME (RFC 3339) of the last record; default: the end");
  line.footer(
      "\nEach record is proved before it is written. Of a log that is damaged, what is before the damage is written, and the status is 1;\n"
      "--to the record before it gives status 0. Read-only; beside a running server too.");
  if (const auto end = line.parse(arguments)) return *end;
  if (const auto why = log.read(options.log); !why.empty()) return line.wrong_use(why);
  options.after = {after.value_or(0)};
  if (to.empty()) return options;
  options.to = parse_log_point(to);
  if (!options.to) return line.wrong_use(no_log_point("--to"));
  if (const auto* sequence = std::get_if<Sequence>(&*options.to); sequence != nullptr && *sequence < options.after)
    return line.wrong_use("--to must not be before --after");
  return options;
}

}  // namespace dialin::cli
