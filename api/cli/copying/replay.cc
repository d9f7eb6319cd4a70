#include "api/cli/copying/replay.h"
#include "api/cli/audit/audited_log.h"

#include <sys/stat.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <iostream>

#include "api/cli/audit/open_walk.h"
#include "api/cli/copying/partial_directory.h"
#include "api/cli/serve/open_store.h"
#include "api/cli/terminal/output.h"
#include "api/cli/terminal/progress.h"
#include "infra/codec/json_codec.h"
#include "infra/log/copied_walk.h"
#include "infra/log/kafka/copy.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "projections/load_views.h"

namespace dialin::cli {
namespace {

namespace fs = std::filesystem;

NotReplayed unable(std::string text) {
  return {kCouldNotRun, std::move(text)};
}

/// `DIR/` is DIR.
std::string without_slash(std::string dir) {
  while (dir.size() > 1 && dir.back() == '/') dir.pop_back();
  return dir;
}

/// What `serve` makes, `replay` makes: not for others to read.
constexpr mode_t kOthersNothing = 027;

class Replay {
 public:
  explicit Replay(const ReplayOptions& options)
      : options_(options),
        out_(without_slash(options.out)),
        telemetry_({.version = std::string(version()), .level = Level::warning, .json_lines = false}) {}

  Result<Replayed, NotReplayed> run(const Finish& finish);

 private:
  Result<log::kafka::NotedPlace, NotReplayed> copy(log::LogWalk& walk, const std::string& partial, Replayed& replayed);
  NotReplayed not_loaded(const projections::OpenViewsFailure& failure, const log::CopiedWalk& copied) const;
  NotReplayed too_short(const log::CopiedWalk& copied) const;

  const ReplayOptions& options_;
  const std::string out_;
  log::PosixFiles files_;
  telemetry::PrometheusTelemetry telemetry_;
  codec::JsonCodec codec_;
  Progress progress_{"records"};  ///< of the thread that reads, as long as there is one
};

Result<Replayed, NotReplayed> Replay::run(const Finish& finish) {
  if (fs::exists(out_) && !(fs::is_directory(out_) && fs::is_empty(out_)))
    return unable(out_ + " is there already: name another directory");
  if (options_.to && std::holds_alternative<Instant>(*options_.to)) {
    if (auto why = not_reached(*options_.to, {}, "--to"); !why.empty()) return NotReplayed{kNotSo, std::move(why)};
  }
  const std::string source = options_.log.data + "/log";
  Replayed replayed;
  replayed.is_shared = options_.log.kafka || log::kafka::is_copy(source);
  // First: a node moves it, and it must lie within what is read.
  const auto noted = options_.log.kafka ? std::nullopt : log::kafka::read_place(files_, source);
  const auto walk = open_walk(options_.log, files_, telemetry_, {}, Until::durable);
  if (!walk) return NotReplayed{walk.error().code == log::OpenError::poison ? kNotSo : kCouldNotRun, walk.error().text};
  replayed.log = (*walk)->log();

  auto partial = PartialDirectory::begin(files_, out_ + ".partial");
  if (!partial) return unable(partial.error().text);
  auto place = copy(**walk, partial->path(), replayed);
  if (!place) return place.error();
  if (replayed.is_shared) {
    if (noted && noted->sequence <= replayed.tail.sequence) *place = *noted;
    const log::Errno error = log::kafka::write_place(files_, partial->path() + "/log", *place);
    if (error.failed()) return unable("the place on the topic cannot be noted in " + partial->path() + "/log: " + error.text());
  }
  if (finish) {
    if (auto why = finish(partial->path(), replayed); !why.empty()) return unable(std::move(why));
  }
  if (const auto named = partial->become(out_); !named) return unable(named.error().text);
  return replayed;
}

/// The place on the topic, as far as the walk knows it.
Result<log::kafka::NotedPlace, NotReplayed> Replay::copy(log::LogWalk& walk, const std::string& partial, Replayed& replayed) {
  log::ChainFileOptions chain_options;
  chain_options.dir = partial + "/log";
  chain_options.segment_bytes = log::EmbeddedOptions{}.segment_bytes;
  chain_options.sync_groups = false;
  chain_options.filling = log::SegmentSupply::Filling::room;
  const auto chain = log::ChainFile::create(files_, chain_options, replayed.log);
  if (!chain) return unable(chain.error().text);
  log::CopiedWalk copied(walk, **chain, options_.to, codec_);
  const Sequence* last = options_.to ? std::get_if<Sequence>(&*options_.to) : nullptr;
  copied.on_progress([&] {
    const std::uint64_t done = walk.tail().sequence.value;
    const double share = last != nullptr ? static_cast<double>(done) / static_cast<double>(last->value) : 0;
    progress_.show(std::clamp(share, walk.share_read(), 1.0), done);
  });
  const auto loaded =
      projections::load_views(partial + "/views", replayed.log, copied, !replayed.is_shared, codec_, view_stores(telemetry_));
  progress_.clear();
  if (!loaded) return not_loaded(loaded.error(), copied);
  replayed.tail = *loaded;
  if (copied.is_short() || replayed.tail.sequence.value == 0) return too_short(copied);
  return log::kafka::NotedPlace{copied.offset() ? replayed.tail.sequence : Sequence{}, replayed.tail.id, copied.offset().value_or(0),
                                copied.opened()};
}

NotReplayed Replay::not_loaded(const projections::OpenViewsFailure& failure, const log::CopiedWalk& copied) const {
  if (!copied.fault().empty()) return {copied.could_not() ? kCouldNotRun : kNotSo, copied.fault()};
  return {failure.code == projections::OpenViewsError::log ? kNotSo : kCouldNotRun, failure.text};
}

NotReplayed Replay::too_short(const log::CopiedWalk& copied) const {
  const Sequence end = copied.tail().sequence;
  if (end.value == 0) return {kNotSo, options_.to ? "the log has no record that early" : "the log has no record"};
  return {kNotSo, not_reached(*options_.to, end, "--to")};
}

}  // namespace

Result<Replayed, NotReplayed> replay(const ReplayOptions& options, const Finish& finish) {
  ::umask(kOthersNothing);
  try {
    return Replay(options).run(finish);
  } catch (const fs::filesystem_error& error) {
    return unable(error.what());
  }
}

int said(const Result<Replayed, NotReplayed>& outcome, const ReplayOptions& options, const std::string& command, const std::string& done) {
  if (!outcome) {
    std::cerr << "dialin " << command << ": " << outcome.error().text << '\n';
    return outcome.error().status;
  }
  const Tail& tail = outcome->tail;
  if (options.json) {
    const boost::json::object line{{"log", outcome->log.text()},
                                   {"sequence", tail.sequence.value},
                                   {"id", tail.id.hex()},
                                   {"time", tail.time.rfc3339()},
                                   {"dir", options.out}};
    return print("dialin " + command, boost::json::serialize(line) + "\n");
  }
  const std::string head = std::to_string(tail.sequence.value) + ":" + tail.id.hex();
  return print("dialin " + command, done + " " + head + " (" + tail.time.rfc3339() + ") in " + options.out + "\n");
}

}  // namespace dialin::cli
