#include <filesystem>
#include <iostream>

#include "api/cli/audit/audited_log.h"
#include "api/cli/command.h"
#include "api/cli/options/checkpoint_options.h"
#include "api/cli/terminal/output.h"
#include "domain/checkpoint.h"
#include "infra/crypto/note_key_file.h"
#include "infra/crypto/signed_note.h"
#include "infra/crypto/system_random.h"
#include "infra/log/durable_end.h"
#include "infra/log/kafka/copy.h"
#include "infra/log/offline_log.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::cli {
namespace {

int fails(std::string_view why, int status = kCouldNotRun) {
  std::cerr << "dialin checkpoint: " << why << '\n';
  return status;
}

Result<log::DurableEnd, log::OpenFailure> end_in_directory(log::FileLayer& files, const std::string& data) {
  const std::string dir = data + "/log";
  if (!std::filesystem::is_directory(dir)) return log::OpenFailure{log::OpenError::failed, "there is no log in " + dir};
  if (!log::kafka::is_copy(dir)) return log::durable_end(files, dir);
  // What is in a copy is durable where it was copied from.
  const auto copy = log::OfflineLog::open(files, dir);
  if (!copy) return copy.error();
  return log::DurableEnd{(*copy)->id(), (*copy)->tail()};
}

log::OpenFailure failure_of(const log::LogWalk::Fault& fault) {
  return {fault.unreadable ? log::OpenError::failed : log::OpenError::poison, fault.text};
}

Result<log::DurableEnd, log::OpenFailure> end_in_topic(const LogOptions& options) {
  AuditedLog log("checkpoint");
  if (const auto fault = log.open(options, {}, Until::durable)) return failure_of(*fault);
  Record record;
  log::LogWalk::Step step;
  while ((step = log.next(record)) == log::LogWalk::Step::record) continue;
  if (step == log::LogWalk::Step::fault) return failure_of(log.walk().fault());
  if (const auto loss = log.walk().loss()) return log::OpenFailure{log::OpenError::poison, *loss};
  return log::DurableEnd{log.walk().log(), log.walk().tail()};
}

Result<log::DurableEnd, log::OpenFailure> end_of(const LogOptions& options) {
  if (options.kafka) return end_in_topic(options);
  log::PosixFiles files;
  return end_in_directory(files, options.data);
}

int init(const std::vector<std::string>& arguments) {
  const auto parsed = read_checkpoint_key_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<CheckpointKeyOptions>(parsed);
  const auto made = crypto::init_note_key(options.file, options.name, crypto::SystemRandom());
  if (!made) return fails(made.error().text, made.error().code == crypto::FaultCode::invalid ? kWrongUse : kCouldNotRun);
  std::cerr << "made " << options.file << ", which signs, and " << options.file << ".pub, which checks:\n";
  return print("dialin checkpoint", made->encoded() + "\n");
}

}  // namespace

int run_checkpoint(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == "init") return init({arguments.begin() + 1, arguments.end()});
  const auto parsed = read_checkpoint_options(arguments);
  if (const int* stop = std::get_if<int>(&parsed)) return *stop;
  const auto& options = std::get<CheckpointOptions>(parsed);
  const auto signer = crypto::read_note_signer(options.signing_key);
  if (!signer) return fails(signer.error().text);
  const auto end = end_of(options.log);
  if (!end) return fails(end.error().text, end.error().code == log::OpenError::poison ? kNotSo : kCouldNotRun);
  // A log that is being founded has nothing yet that could be told.
  if (end->tail.sequence.value == 0) return fails("the log holds no record yet");
  const Checkpoint checkpoint{end->log, end->tail.sequence, end->tail.id, telemetry::SystemClock{}.now()};
  return print("dialin checkpoint", crypto::signed_note(checkpoint.text(), *signer));
}

}  // namespace dialin::cli
