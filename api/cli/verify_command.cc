#include <filesystem>
#include <iostream>

#include "api/cli/command.h"
#include "api/cli/known_records.h"
#include "api/cli/options.h"
#include "domain/ledger.h"
#include "infra/codec/json_codec.h"
#include "infra/log/posix_files.h"
#include "infra/log/verify.h"
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

}  // namespace

int run_verify(const std::vector<std::string>& arguments) {
  const auto parsed = read_verify_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<VerifyOptions>(parsed);
  const std::string dir = options.data + "/log";
  if (!std::filesystem::is_directory(dir)) {
    std::cerr << "dialin verify: there is no log in " << dir << '\n';
    return kCouldNotRun;
  }
  KnownRecords known;
  if (options.expect && !known.expect(*options.expect)) {
    std::cerr << "dialin verify: --expect is SEQUENCE:ID, as '207:' and the 64 hexadecimal digits of the record's id\n";
    return kWrongUse;
  }
  bool compared = true;
  try {
    known.expect_what_views_hold(options.data);
  } catch (const StoreFailure& failure) {
    std::cerr << "dialin verify: the log is not compared with the views: " << failure.what() << '\n';
    compared = false;
  }
  log::PosixFiles files;
  const codec::JsonCodec codec;
  Ledger ledger;
  const auto verified = log::verify(files, dir, [&](const Record& record) {
    known.see(record);
    return broken_rule(ledger, codec, record);
  });
  if (verified.fault) {
    if (verified.fault->unreadable) {
      std::cerr << "dialin verify: " << verified.fault->text() << '\n';
      return kCouldNotRun;
    }
    std::cout << verified.fault->text() << '\n';
    return kNotSo;
  }
  if (const auto missing = known.missing(verified.log, verified.head)) {
    std::cout << *missing << '\n';
    return kNotSo;
  }
  if (verified.unfinished) std::cerr << "behind the head stands a write that was never answered; the next start cuts it off\n";
  // A move that was cut between its two records was never answered; the next opening completes it.
  if (const auto half = ledger.end(); !half.empty()) std::cerr << half << "; the next start completes it\n";
  std::cout << "ok: " << verified.head.sequence.value << " records, head " << verified.head.sequence.value << ':' << verified.head.id.hex()
            << '\n';
  return compared ? kDone : kCouldNotRun;
}

}  // namespace dialin::cli
