#include "api/cli/key_use.h"

#include "api/cli/command.h"
#include "api/cli/open_walk.h"
#include "infra/codec/json_codec.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "projections/projector.h"

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
  log::PosixFiles files;
  telemetry::PrometheusTelemetry telemetry({.version = std::string(version()), .level = Level::warning, .json_lines = false});
  const auto opened = open_walk(options, files, telemetry, {});
  if (!opened) return UnreadLog{opened.error().code == log::OpenError::poison ? kNotSo : kCouldNotRun, opened.error().text};
  log::LogWalk& walk = **opened;
  const codec::JsonCodec codec;
  KeyUses uses;
  Record record;
  log::LogWalk::Step step;
  while ((step = walk.next(record)) == log::LogWalk::Step::record) {
    const auto event = projections::event_of(record, codec);
    if (!event) {
      return UnreadLog{kNotSo, "record " + std::to_string(record.sequence.value) + " (" + walk.place().text() +
                                   "): the value is not an event: " + std::string(event.error().why)};
    }
    if (*event) uses.see(record.sequence, **event);
  }
  if (step == log::LogWalk::Step::fault) return UnreadLog{walk.fault().unreadable ? kCouldNotRun : kNotSo, walk.fault().text};
  return uses;
}

}  // namespace dialin::cli
