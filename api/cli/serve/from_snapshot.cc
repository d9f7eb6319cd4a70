#include "api/cli/serve/from_snapshot.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "api/cli/copying/partial_directory.h"
#include "api/cli/copying/snapshot.h"
#include "infra/log/chain_file.h"
#include "infra/log/segment.h"

namespace dialin::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPartial = "/snapshot.partial";
constexpr std::size_t kPieceBytes = 256 * 1024;

/// The log in `dir`; nothing when there is none. The failure is a sentence.
Result<std::optional<LogId>, std::string> log_in(const std::string& dir, log::FileLayer& files) {
  if (!fs::is_directory(dir)) return std::optional<LogId>();
  const auto exists = log::ChainFile::exists(files, dir);
  if (!exists) return exists.error().text;
  if (!*exists) return std::optional<LogId>();
  const auto segments = log::list_segments(files, dir);
  if (!segments || segments->empty()) return dir + " cannot be read";
  const auto first = log::open_segment(files, dir, segments->front());
  if (!first) return first.error().text();
  return std::optional(first->head.log);
}

/// Puts the files of one snapshot into a directory in the making.
class Bringing {
 public:
  Bringing(log::FileLayer& files, const Snapshot& snapshot, std::string from, std::string to)
      : files_(files), snapshot_(snapshot), from_(std::move(from)), to_(std::move(to)) {
    for (const auto& file : snapshot.files) {
      if (file.name.ends_with(".segment")) last_segment_ = std::max(last_segment_, file.name);
    }
  }

  log::Errno bring();

 private:
  /// Complete segments and table files. Segments sort by name.
  bool never_changes(const std::string& name) const {
    return name.ends_with(".sst") || (name.ends_with(".segment") && name != last_segment_);
  }
  log::Errno copy(const std::string& name);

  log::FileLayer& files_;
  const Snapshot& snapshot_;
  const std::string from_;
  const std::string to_;
  std::string last_segment_;
};

log::Errno Bringing::bring() {
  std::set<std::string> dirs{to_};
  const auto path_of = [&](const std::string& name) {
    const fs::path path = fs::path(to_) / name;
    for (fs::path dir = path.parent_path(); dirs.insert(dir.string()).second; dir = dir.parent_path()) {}
    fs::create_directories(path.parent_path());
    return path;
  };
  for (const auto& [name, bytes] : snapshot_.files) {
    const fs::path path = path_of(name);
    std::error_code refused = std::make_error_code(std::errc::cross_device_link);
    if (never_changes(name)) fs::create_hard_link(fs::path(from_) / name, path, refused);
    // Another file system, or one without links, or a file of another user's: then it takes its room and its time.
    if (!refused) continue;
    if (const log::Errno error = copy(name); error.failed()) return error;
  }
  for (const auto& [name, to] : snapshot_.links) fs::create_symlink(to, path_of(name));
  for (const std::string& dir : dirs) {
    if (const log::Errno error = files_.sync_dir(dir); error.failed()) return error;
  }
  return {};
}

/// What is not written yet of a segment takes its room, which a full disk must not deny it later, but not its time.
log::Errno Bringing::copy(const std::string& name) {
  const auto source = files_.open(from_ + "/" + name, log::FileLayer::Mode::read);
  if (!source) return source.error();
  const auto made = files_.open(to_ + "/" + name, log::FileLayer::Mode::create);
  if (!made) return made.error();
  const auto size = (*source)->size();
  if (!size) return size.error();
  if (*size == 0) return (*made)->sync();
  if (const log::Errno error = (*made)->reserve(*size); error.failed()) return error;
  if (const log::Errno error = (*made)->write(std::string_view("\0", 1), *size - 1); error.failed()) return error;
  std::string piece(kPieceBytes, '\0');
  for (std::uint64_t at = 0; at < *size; at += piece.size()) {
    const auto got = (*source)->read(piece.data(), piece.size(), at);
    if (!got) return got.error();
    const std::string_view bytes(piece.data(), *got);
    if (bytes.find_first_not_of('\0') == std::string_view::npos) continue;
    if (const log::Errno error = (*made)->write(bytes, at); error.failed()) return error;
  }
  return (*made)->sync();
}

using Prepared = Result<void, log::OpenFailure>;

log::OpenFailure refused(std::string why) {
  return {log::OpenError::failed, std::move(why)};
}

/// The log last: a directory that has it has all. Views are removed only once it is certain that no other process has begun there
/// meanwhile.
Prepared put_in_place(const std::string& partial, const std::string& data, log::FileLayer& files) {
  if (fs::exists(data + "/log/lock")) {  // of a process that never came to have a log
    const auto lock = files.lock(data + "/log/lock");
    if (!lock) return refused(data + "/log is in use by another process");
    fs::remove(data + "/log/lock");
  }
  fs::remove(data + "/log");  // refused when there is more in it
  fs::remove_all(data + "/views");
  for (const char* part : {"/views", "/log"}) {
    if (const log::Errno error = files.rename(partial + part, data + part); error.failed())
      return log::open_failure(partial + part + " cannot become " + data + part, error);
    if (const log::Errno error = files.sync_dir(data); error.failed()) return log::open_failure(data + " cannot be synced", error);
  }
  return {};
}

void say(const Snapshot& snapshot, const std::string& from, const std::string& data, Telemetry& telemetry) {
  const std::string what = data + " begins with the snapshot in " + from + ", up to record " + std::to_string(snapshot.sequence.value);
  if (snapshot.is_shared) return telemetry.say(Level::info, what);
  telemetry.say(Level::warning, what + " of log " + snapshot.log.text() +
                                    ". This node goes on with that log; if the one that it was taken from does, too, it has two histories");
}

/// Of another log than is meant; empty: not.
std::string other_log(const Snapshot& snapshot, const std::string& from, const std::string& where, const std::optional<LogId>& meant) {
  if (!meant || snapshot.log == *meant) return {};
  return "the snapshot in " + from + " is of log " + snapshot.log.text() + ", " + where + " holds log " + meant->text();
}

Prepared begin_from_snapshot(const ServeOptions& options, const std::optional<LogId>& held, const std::optional<LogId>& on_topic,
                             log::FileLayer& files, Telemetry& telemetry) {
  const std::string& from = options.from_snapshot;
  const std::string& data = options.data;
  if (held && !is_snapshot(from)) {  // it may have been cleared away since
    telemetry.say(Level::info, data + " holds a log already and goes on from there; there is no snapshot in " + from);
    return {};
  }
  const auto snapshot = read_snapshot(from);
  if (!snapshot) return refused(snapshot.error());
  for (std::string other : {other_log(*snapshot, from, "the topic", on_topic), other_log(*snapshot, from, data + "/log", held)}) {
    if (!other.empty()) return refused(std::move(other));
  }
  if (snapshot->is_shared && !options.kafka) return refused("the snapshot in " + from + " is of a log on Kafka: start with --log kafka");
  if (held) {
    telemetry.say(Level::info, data + " holds this log already: it goes on from there, and the snapshot is left alone");
    return {};
  }
  if (auto why = check_snapshot(files, from, *snapshot); !why.empty()) return refused(std::move(why));
  const bool was_cut_short = fs::exists(data + kPartial);
  if (!was_cut_short && fs::exists(data + "/views") && !fs::is_empty(data + "/views"))
    return refused(data + "/views holds views, but " + data + "/log no log: a node begins with a snapshot in an empty directory");
  const auto partial = PartialDirectory::begin(files, data + kPartial);
  if (!partial) return partial.error();
  if (const log::Errno error = Bringing(files, *snapshot, from, partial->path()).bring(); error.failed())
    return log::open_failure("the snapshot in " + from + " cannot be brought to " + data, error);
  if (auto placed = put_in_place(partial->path(), data, files); !placed) return placed;
  say(*snapshot, from, data, telemetry);
  return {};
}

/// Whoever put the log in place was through, but for the clearing away.
Prepared clear_away(const std::string& data, log::FileLayer& files) {
  if (!fs::exists(data + kPartial)) return {};
  const auto partial = PartialDirectory::begin(files, data + kPartial);
  return partial ? Prepared() : partial.error();
}

Prepared prepare(const ServeOptions& options, const std::optional<LogId>& on_topic, log::FileLayer& files, Telemetry& telemetry) {
  const std::string& data = options.data;
  if (is_snapshot(data))
    return refused(data + " is a snapshot: give another --data, with --from-snapshot " + data + ", or look at it with --read-only");
  fs::create_directories(data);
  const auto held = log_in(data + "/log", files);
  if (!held) return refused(held.error());
  if (*held) {
    if (auto cleared = clear_away(data, files); !cleared) return cleared;
  }
  if (!options.from_snapshot.empty()) return begin_from_snapshot(options, *held, on_topic, files, telemetry);
  if (*held || !fs::exists(data + kPartial)) return {};
  return refused("a start from a snapshot was cut short in " + data + ": give --from-snapshot again, or delete " + data + kPartial +
                 " and " + data + "/views");
}

}  // namespace

Result<void, log::OpenFailure> prepare_data(const ServeOptions& options, const std::optional<LogId>& on_topic, log::FileLayer& files,
                                            Telemetry& telemetry) {
  try {
    return prepare(options, on_topic, files, telemetry);
  } catch (const fs::filesystem_error& error) {
    return refused(error.what());
  }
}

}  // namespace dialin::cli
