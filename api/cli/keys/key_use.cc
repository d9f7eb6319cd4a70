#include "api/cli/keys/key_use.h"

#include "api/cli/audit/audited_log.h"
#include "api/cli/command.h"

namespace dialin::cli {

void KeyUses::add(Sequence sequence, const std::optional<Sealed>& secret) {
  if (!secret) return;
  KeyUse& use = uses_[secret->key_id];
  if (use.last == sequence) return;  // a record may hold it more than once
  if (use.records++ == 0) use.first = sequence;
  use.last = sequence;
}

void KeyUses::see(Sequence sequence, const Event& event) {
  add(sequence, event.config.hmac);
  add(sequence, event.before.hmac);
  if (event.moved_to) add(sequence, event.moved_to->config.hmac);
}

const KeyUse* KeyUses::of(const std::string& key_id) const {
  const auto found = uses_.find(key_id);
  return found == uses_.end() ? nullptr : &found->second;
}

Result<KeyUses, UnreadLog> uses_of_keys(const LogOptions& options) {
  AuditedLog log("keyring");
  const auto unread = [&log](const log::LogWalk::Fault& fault) {
    log.progress().clear();
    return UnreadLog{fault.unreadable ? kCouldNotRun : kNotSo, fault.text};
  };
  if (const auto fault = log.open(options, {}, Until::written)) return unread(*fault);
  KeyUses uses;
  Record record;
  log::LogWalk::Step step;
  while ((step = log.next(record)) == log::LogWalk::Step::record) {
    auto event = log.event(record);
    if (!event) return unread(event.error());
    if (*event) uses.see(record.sequence, **event);
  }
  if (step == log::LogWalk::Step::fault) return unread(log.walk().fault());
  if (const auto loss = log.walk().loss()) return unread({*loss, false});
  return uses;
}

}  // namespace dialin::cli
