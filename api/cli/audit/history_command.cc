#include "api/cli/audit/audited_log.h"
#include "api/cli/command.h"
#include "api/cli/options/reading_options.h"
#include "api/cli/terminal/event_text.h"
#include "api/cli/terminal/output.h"

namespace dialin::cli {

int run_history(const std::vector<std::string>& arguments) {
  const auto parsed = read_history_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<HistoryOptions>(parsed);
  AuditedLog log("history");
  if (const auto fault = log.open(options.log, {}, Until::written)) return log.fails(*fault);
  Output output;
  const auto finish = [&](int end) {
    log.progress().clear();
    if (output.flush() || output.is_unread()) return end;
    return log.fails({output.fault(), true});
  };
  Record record;
  log::LogWalk::Step step;
  std::size_t found = 0;
  while ((step = log.next(record)) == log::LogWalk::Step::record) {
    if (record.config != options.id) continue;
    const auto event = log.event(record);
    if (!event) return finish(log.fails(event.error()));
    const Event* known = *event ? &**event : nullptr;
    (options.json ? append_event_json : append_event_text)(record, known, log.codec(), output.text());
    ++found;
  }
  if (step == log::LogWalk::Step::fault) return finish(log.fails(log.walk().fault()));
  if (const auto loss = log.walk().loss()) return finish(log.fails({*loss, false}));
  if (found > 0) return finish(kDone);
  return log.fails({"the log has no event of config " + options.id.text(), false});
}

}  // namespace dialin::cli
