#include "api/cli/audit/audited_log.h"
#include "api/cli/audit/known_records.h"
#include "api/cli/audit/ledger_behind.h"
#include "api/cli/command.h"
#include "api/cli/terminal/output.h"
#include "domain/view_store.h"
#include "infra/codec/json_writer.h"

namespace dialin::cli {
namespace {

using Fault = log::LogWalk::Fault;

class Verification {
 public:
  explicit Verification(const VerifyOptions& options) : options_(options) {}

  /// An Exit, when it cannot begin.
  std::optional<int> prepare();
  int run();

 private:
  std::optional<Fault> read_all();
  std::optional<Fault> look_at_end();
  int tell(const std::optional<Fault>& fault);
  std::string json(const std::optional<Fault>& fault);
  void talk();

  const VerifyOptions& options_;
  AuditedLog log_{"verify"};
  KnownRecords known_;
  LedgerBehind ledger_;
  bool is_open_ = false;
  bool is_compared_ = true;
  Tail head_;  ///< the last record that is sound
};

std::optional<int> Verification::prepare() {
  if (options_.expect && !known_.expect(*options_.expect)) {
    log_.say("dialin verify: --expect is SEQUENCE:ID, as '207:' and the 64 hexadecimal digits of the record's id");
    return kWrongUse;
  }
  if (!options_.checkpoints.empty()) {
    const auto kept = read_checkpoints(options_.checkpoints, options_.checkpoint_key);
    if (!kept && kept.error().status == kNotSo) return tell(Fault{kept.error().text, false});
    if (!kept) {
      log_.say("dialin verify: " + kept.error().text);
      return kept.error().status;
    }
    known_.expect(*kept, options_.checkpoints);
  }
  if (options_.log.data.empty()) return std::nullopt;
  try {
    known_.expect_what_views_hold(options_.log.data);
  } catch (const StoreFailure& failure) {
    log_.say(std::string("dialin verify: the log is not compared with the views: ") + failure.what());
    is_compared_ = false;
  }
  return std::nullopt;
}

int Verification::run() {
  auto fault = log_.open(options_.log, {}, Until::durable);
  is_open_ = !fault;
  if (is_open_) fault = read_all();
  log_.progress().clear();
  if (is_open_) talk();
  return tell(fault);
}

std::optional<Fault> Verification::read_all() {
  Record record;
  auto step = log::LogWalk::Step::record;
  std::optional<Fault> unreadable;  // or no event
  while (!unreadable && (step = log_.next(record)) == log::LogWalk::Step::record) {
    known_.see(record);
    auto event = log_.event(record);
    if (!event) {
      unreadable = event.error();
    } else if (!ledger_.add(record, log_.walk().place(), *event)) {
      break;
    }
  }
  // What it has found stands before all that was read meanwhile.
  const auto broken = ledger_.finish();
  head_ = ledger_.head();
  if (broken) return log_.fault_at(broken->record.sequence, broken->place, broken->rule);
  if (unreadable) return unreadable;
  if (step == log::LogWalk::Step::fault) return log_.walk().fault();
  return look_at_end();
}

std::optional<Fault> Verification::look_at_end() {
  if (auto loss = log_.walk().loss()) return Fault{*loss, false};
  if (auto missing = known_.missing(log_.walk().log(), head_)) return Fault{*missing, false};
  return std::nullopt;
}

void Verification::talk() {
  const auto strays = log_.walk().strays();
  if (strays > 0) log_.say(std::to_string(strays) + (strays == 1 ? " record" : " records") + " of the topic are strays: none of the chain");
  if (log_.walk().is_unfinished())
    log_.say("behind the head stands a write that is not whole: a server is at it, or died at it, and then the next start cuts it off");
  // A move that was cut between its two records was never answered; the next opening completes it.
  if (const auto half = ledger_.end(); !half.empty()) log_.say(std::string(half) + "; the next start completes it");
}

std::string Verification::json(const std::optional<Fault>& fault) {
  std::string text;
  codec::JsonWriter json(text);
  json.open_object();
  json.name("ok");
  text += fault ? "false" : "true";
  if (is_open_) {
    json.name("log");
    json.plain(log_.walk().log().text());
    json.name("records");
    json.number(head_.sequence.value);
    json.name("head");
    json.open_object();
    json.name("sequence");
    json.number(head_.sequence.value);
    json.name("id");
    json.hex(head_.id.bytes);
    json.close_object();
    json.name("strays");
    json.number(log_.walk().strays());
  }
  if (fault && fault->sequence.value > 0) {
    json.name("sequence");
    json.number(fault->sequence.value);
    json.name("place");
    json.text(fault->place);
  }
  if (fault) {
    json.name("what");
    json.text(fault->what.empty() ? fault->text : fault->what);
  }
  json.close_object();
  return text;
}

/// Whether it is the log that is wrong, or nothing could be learnt of it.
int Verification::tell(const std::optional<Fault>& fault) {
  if (fault && fault->unreadable) return log_.fails(*fault);
  const std::string count = std::to_string(head_.sequence.value);
  const std::string words = fault ? fault->text : "ok: " + count + " records, head " + count + ":" + head_.id.hex();
  return print("dialin verify", (options_.json ? json(fault) : words) + "\n", fault ? kNotSo : is_compared_ ? kDone : kCouldNotRun);
}

}  // namespace

int run_verify(const std::vector<std::string>& arguments) {
  const auto parsed = read_verify_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  Verification verification(std::get<VerifyOptions>(parsed));
  if (const auto end = verification.prepare()) return *end;
  return verification.run();
}

}  // namespace dialin::cli
