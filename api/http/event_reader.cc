#include <algorithm>

#include "api/http/event_desk.h"

namespace dialin::http {
namespace {

constexpr std::size_t kPageEvents = 32;
constexpr std::chrono::seconds kKeyTrusted{2};

}  // namespace

EventReader::EventReader(EventDesk& desk, EventDesk::Feed& feed, EventHub::Subscription wish, Sequence cursor)
    : desk_(desk),
      feed_(feed),
      tenant_(wish.tenant),
      key_(std::move(wish.key)),
      key_checked_(std::chrono::steady_clock::now()),
      cursor_(cursor) {}

EventReader::~EventReader() {
  desk_.leave(*this);
}

/// What it throws ends the stream without its last chunk: the reader sees that something is missing and comes back with its Last-Event-ID.
StreamSource::Pull EventReader::pull(std::string& out) {
  if (!is_still_allowed()) return Pull::end;
  const bool is_covered = cursor_ >= feed_.ring.covered_after();
  const std::size_t sent = is_covered ? feed_.ring.take(cursor_, out) : read_views(out);
  if (sent > 0) desk_.hub_.ports_.telemetry.add(Counter::stream_events_sent, sent);
  if (cursor_ < feed_.ring.covered_after() || feed_.ring.has_above(cursor_)) return Pull::more;
  if (!is_waiting_) feed_.waiting.push_back(this);
  is_waiting_ = true;
  return Pull::wait;
}

/// What the views hold behind the cursor, a page of it. After the last page the cursor moves to what was applied before that page was read:
/// up to there it lacks nothing. Events past that place that the page has already are not sent again, because frames are taken above the
/// cursor only.
std::size_t EventReader::read_views(std::string& out) {
  const Sequence applied{desk_.hub_.applied_.load()};
  const projections::EventPage page = desk_.hub_.ports_.views.events(tenant_, cursor_, kPageEvents);
  const std::size_t start = out.size();
  std::size_t sent = 0;
  for (; sent < page.events.size() && out.size() - start < kStreamChunkBytes; ++sent) {
    const projections::Shown& shown = page.events[sent];
    append_frame(desk_.hub_.ports_.codec, shown.record, shown.event, out);
    cursor_ = shown.record.sequence;
  }
  if (!page.more && sent == page.events.size()) cursor_ = std::max(cursor_, applied);
  return sent;
}

bool EventReader::is_still_allowed() {
  const auto now = std::chrono::steady_clock::now();
  if (now - key_checked_ < kKeyTrusted) return true;
  const std::shared_ptr<const Caller> caller = desk_.hub_.ports_.access.caller(key_);
  key_checked_ = now;
  return caller != nullptr && caller->tenant == tenant_ && caller->may(Scope::audit);
}

}  // namespace dialin::http
