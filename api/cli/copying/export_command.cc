#include "api/cli/audit/audited_log.h"
#include "api/cli/command.h"
#include "api/cli/options/reading_options.h"
#include "api/cli/terminal/output.h"
#include "infra/codec/chain_lines.h"

namespace dialin::cli {
namespace {

class Export {
 public:
  explicit Export(const ExportOptions& options) : options_(options) {}
  int run();

 private:
  int write_all();
  int look_at_end();

  const ExportOptions& options_;
  AuditedLog log_{"export"};
  Output output_;
};

int Export::run() {
  if (const auto fault = log_.open(options_.log, options_.after, Until::durable)) return log_.fails(*fault);
  const int end = write_all();
  log_.progress().clear();
  // What is sound is written, whatever comes behind it. A reader that has gone has not got it all.
  return output_.end("dialin export", end);
}

int Export::write_all() {
  Record record;
  log::LogWalk::Step step;
  while ((step = log_.next(record)) == log::LogWalk::Step::record) {
    if (options_.to && is_beyond(record.sequence, record.time, *options_.to)) return kDone;
    codec::append_chain_line(record, output_.text());
    if (output_.is_full() && !output_.flush()) return kCouldNotRun;
    if (options_.to == LogPoint(record.sequence)) return kDone;
  }
  if (step == log::LogWalk::Step::fault) return log_.fails(log_.walk().fault());
  return look_at_end();
}

int Export::look_at_end() {
  const Sequence last = log_.walk().tail().sequence;
  const auto not_so = [&](const std::string& why) { return log_.fails({why, false}); };
  if (const auto loss = log_.walk().loss()) return not_so(*loss);
  if (options_.to) {
    if (const auto why = not_reached(*options_.to, last, "--to"); !why.empty()) return not_so(why);
  }
  if (options_.after > last) return not_so("the log ends at record " + std::to_string(last.value) + ", before --after");
  return kDone;
}

}  // namespace

int run_export(const std::vector<std::string>& arguments) {
  const auto parsed = read_export_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  return Export(std::get<ExportOptions>(parsed)).run();
}

}  // namespace dialin::cli
