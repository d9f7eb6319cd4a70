#include <filesystem>
#include <iostream>

#include "api/cli/command.h"
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
  const std::string dir = std::get<VerifyOptions>(parsed).data + "/log";
  if (!std::filesystem::is_directory(dir)) {
    std::cerr << "dialin verify: there is no log in " << dir << '\n';
    return kCouldNotRun;
  }
  log::PosixFiles files;
  const codec::JsonCodec codec;
  Ledger ledger;
  const auto verified = log::verify(files, dir, [&](const Record& record) { return broken_rule(ledger, codec, record); });
  if (verified.fault) {
    if (verified.fault->unreadable) {
      std::cerr << "dialin verify: " << verified.fault->text() << '\n';
      return kCouldNotRun;
    }
    std::cout << verified.fault->text() << '\n';
    return kNotSo;
  }
  if (verified.unfinished) std::cerr << "behind the head stands a write that was never answered; the next start cuts it off\n";
  // A move that was cut between its two records was never answered; the next opening completes it.
  if (const auto half = ledger.end(); !half.empty()) std::cerr << half << "; the next start completes it\n";
  std::cout << "ok: " << verified.head.sequence.value << " records, head " << verified.head.sequence.value << ':' << verified.head.id.hex()
            << '\n';
  return kDone;
}

}  // namespace dialin::cli
