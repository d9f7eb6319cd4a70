#include <chrono>
#include <filesystem>
#include <iostream>

#include "api/cli/audit/audited_log.h"
#include "api/cli/audit/views_reader.h"
#include "api/cli/command.h"
#include "api/cli/options/reading_options.h"
#include "api/cli/terminal/output.h"
#include "domain/state_digest.h"
#include "infra/codec/json_writer.h"
#include "infra/log/offline_log.h"
#include "projections/open_views.h"
#include "projections/views_digest.h"

namespace dialin::cli {
namespace {

int tell(const DigestOptions& options, const StateDigest& state, const Tail& at) {
  const Bytes32 digest = state.digest();
  const std::string hex = to_hex(digest.data(), digest.size());
  if (!options.json) return print("dialin digest", hex + "\n");
  std::string text;
  codec::JsonWriter json(text);
  json.open_object();
  json.name("digest");
  json.plain(hex);
  json.name("sequence");
  json.number(at.sequence.value);
  json.name("id");
  json.hex(at.id.bytes);
  json.name("configs");
  json.number(state.configs());
  json.close_object();
  return print("dialin digest", text + "\n");
}

int digest_log(const DigestOptions& options) {
  AuditedLog log("digest");
  if (const auto fault = log.open(options.log, {}, Until::durable)) return log.fails(*fault);
  StateFold fold;
  Tail whole;  // the last record that does not stand alone before a move's other half
  Record record;
  log::LogWalk::Step step;
  while ((step = log.next(record)) == log::LogWalk::Step::record) {
    // A deletion that begins a move belongs to its creation: what ends with it ends with both.
    if (options.at && is_beyond(record.sequence, record.time, *options.at) && !fold.is_within_move()) break;
    const auto event = log.event(record);
    if (!event) return log.fails(event.error());
    fold.add(record, *event ? &**event : nullptr);
    if (!fold.is_within_move()) whole = tail_of(record);
  }
  log.progress().clear();
  if (step == log::LogWalk::Step::fault) return log.fails(log.walk().fault());
  if (step == log::LogWalk::Step::end) {
    if (const auto loss = log.walk().loss()) return log.fails({*loss, false});
    if (options.at) {
      if (const auto why = not_reached(*options.at, log.walk().tail().sequence, "--at"); !why.empty()) return log.fails({why, false});
    }
    if (fold.is_within_move()) log.say("the log ends between the two records of a move: it is not counted");
  }
  return tell(options, fold.state(), whole);
}

int digest_views(const DigestOptions& options) {
  const auto says = [](const std::string& text, int end) {
    std::cerr << "dialin digest: " << text << '\n';
    return end;
  };
  const std::string dir = projections::current_views(options.log.data + "/views");
  if (!std::filesystem::exists(dir)) return says("there are no views in " + options.log.data, kCouldNotRun);
  try {
    const auto views = open_views_reader(dir);
    const auto position = projections::place_of(*views).position;
    log::PosixFiles files;
    const auto log = log::OfflineLog::open(files, options.log.data + "/log");
    if (!log) return says(log.error().text, log.error().code == log::OpenError::poison ? kNotSo : kCouldNotRun);
    if ((*log)->tail().sequence < position.sequence) {
      return says("the views stand at record " + std::to_string(position.sequence.value) + ", but the log ends at record " +
                      std::to_string((*log)->tail().sequence.value),
                  kNotSo);
    }
    Progress progress("configs");
    const auto folded =
        projections::digest_of_views(*views, **log, codec::JsonCodec(), [&](std::uint64_t seen) { progress.show(-1, seen); });
    progress.clear();
    if (!folded.fault.empty()) return says(folded.fault, kNotSo);
    if (!options.json) std::cerr << "the views stand at record " << folded.position.sequence.value << '\n';
    return tell(options, folded.state, folded.position);
  } catch (const StoreFailure& failure) {
    return says(std::string("the views cannot be read: ") + failure.what(), kCouldNotRun);
  }
}

}  // namespace

int run_digest(const std::vector<std::string>& arguments) {
  const auto parsed = read_digest_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<DigestOptions>(parsed);
  return options.views ? digest_views(options) : digest_log(options);
}

}  // namespace dialin::cli
