#include <iostream>

#include "api/cli/command.h"
#include "api/cli/known_records.h"
#include "api/cli/open_walk.h"
#include "domain/ledger.h"
#include "infra/codec/json_codec.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "projections/projector.h"

namespace dialin::cli {
namespace {

/// The domain's rules for the next record; nothing when all hold.
std::optional<std::string> broken_rule(Ledger& ledger, const Codec& codec, const Record& record) {
  const auto event = projections::event_of(record, codec);
  if (!event) return "the value is not an event: " + std::string(event.error().why);
  const auto fault = ledger.add(record, *event ? &**event : nullptr);
  return fault.empty() ? std::nullopt : std::optional<std::string>(fault);
}

/// Whether it is the log that is wrong, or nothing could be learnt of it.
int said(const std::string& text, bool unreadable) {
  if (!unreadable) {
    std::cout << text << '\n';
    return kNotSo;
  }
  std::cerr << "dialin verify: " << text << '\n';
  return kCouldNotRun;
}

int told(const UnfitCheckpoints& unfit) {
  if (unfit.status == kNotSo) {
    std::cout << unfit.text << '\n';
  } else {
    std::cerr << "dialin verify: " << unfit.text << '\n';
  }
  return unfit.status;
}

}  // namespace

int run_verify(const std::vector<std::string>& arguments) {
  const auto parsed = read_verify_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<VerifyOptions>(parsed);
  KnownRecords known;
  if (options.expect && !known.expect(*options.expect)) {
    std::cerr << "dialin verify: --expect is SEQUENCE:ID, as '207:' and the 64 hexadecimal digits of the record's id\n";
    return kWrongUse;
  }
  if (!options.checkpoints.empty()) {
    const auto kept = read_checkpoints(options.checkpoints, options.checkpoint_key);
    if (!kept) return told(kept.error());
    known.expect(*kept, options.checkpoints);
  }
  bool compared = true;
  try {
    known.expect_what_views_hold(options.log.data);
  } catch (const StoreFailure& failure) {
    std::cerr << "dialin verify: the log is not compared with the views: " << failure.what() << '\n';
    compared = false;
  }
  log::PosixFiles files;
  telemetry::PrometheusTelemetry telemetry({.version = std::string(version()), .level = Level::warning, .json_lines = false});
  const auto opened = open_walk(options.log, files, telemetry, {});
  if (!opened) return said(opened.error().text, opened.error().code != log::OpenError::poison);
  log::LogWalk& walk = **opened;
  const codec::JsonCodec codec;
  Ledger ledger;
  Record record;
  log::LogWalk::Step step;
  while ((step = walk.next(record)) == log::LogWalk::Step::record) {
    known.see(record);
    if (const auto what = broken_rule(ledger, codec, record))
      return said("record " + std::to_string(record.sequence.value) + " (" + walk.place() + "): " + *what, false);
  }
  if (step == log::LogWalk::Step::fault) return said(walk.fault().text, walk.fault().unreadable);
  const Tail head = walk.tail();
  if (const auto missing = known.missing(walk.log(), head)) {
    std::cout << *missing << '\n';
    return kNotSo;
  }
  if (walk.is_unfinished()) std::cerr << "behind the head stands a write that was never answered; the next start cuts it off\n";
  // A move that was cut between its two records was never answered; the next opening completes it.
  if (const auto half = ledger.end(); !half.empty()) std::cerr << half << "; the next start completes it\n";
  std::cout << "ok: " << head.sequence.value << " records, head " << head.sequence.value << ':' << head.id.hex() << '\n';
  return compared ? kDone : kCouldNotRun;
}

}  // namespace dialin::cli
