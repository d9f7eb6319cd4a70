#include "api/http/event_desk.h"

#include <algorithm>

#include "domain/invariant.h"

namespace dialin::http {

void append_frame(const Codec& codec, const Record& record, const Event& event, std::string& out) {
  out.append("id: ").append(std::to_string(record.sequence.value)).append("\nevent: ").append(name_of(event.name)).append("\ndata: ");
  codec.show(record, event, out);
  out += "\n\n";
}

void FrameRing::add(Sequence sequence, std::string frame) {
  invariant(sequence > covered_after_ && !(has_above(sequence)), "frames come in order");
  bytes_ += frame.size();
  frames_.push_back({sequence, std::move(frame)});
  while (frames_.size() > kFramesMax || bytes_ > kBytesMax) {
    bytes_ -= frames_.front().text.size();
    covered_after_ = frames_.front().sequence;
    frames_.pop_front();
  }
}

void FrameRing::forget_all() {
  if (!frames_.empty()) covered_after_ = frames_.back().sequence;
  frames_.clear();
  bytes_ = 0;
}

std::size_t FrameRing::take(Sequence& cursor, std::string& out) const {
  invariant(cursor >= covered_after_, "a ring is read only from where it counts");
  auto next =
      std::upper_bound(frames_.begin(), frames_.end(), cursor, [](Sequence place, const Frame& frame) { return place < frame.sequence; });
  const std::size_t start = out.size();
  std::size_t taken = 0;
  for (; next != frames_.end() && out.size() - start < kStreamChunkBytes; ++next, ++taken) {
    out += next->text;
    cursor = next->sequence;
  }
  return taken;
}

// The order matters: first this reader counts, then it looks where the views stand. See event_stream.cc.
std::unique_ptr<StreamSource> EventDesk::subscribe(EventHub::Subscription wish) {
  ++hub_.readers_;
  ++readers_;
  const Sequence applied{hub_.applied_.load()};
  // A feed that is there already has a ring that counts from an earlier place; all that was posted since is in it.
  Feed& feed = feeds_.try_emplace(wish.tenant, applied).first->second;
  ++feed.readers;
  const Sequence cursor = wish.after.value_or(applied);
  return std::make_unique<EventReader>(*this, feed, std::move(wish), cursor);
}

void EventDesk::leave(EventReader& reader) {
  std::erase(reader.feed_.waiting, &reader);
  if (--reader.feed_.readers == 0) {
    ring_bytes_ -= reader.feed_.ring.bytes();
    feeds_.erase(reader.tenant_);
  }
  --readers_;
  --hub_.readers_;
}

void EventDesk::remember(FrameRing& ring, Sequence sequence, std::string frame) {
  ring_bytes_ -= ring.bytes();
  ring.add(sequence, std::move(frame));
  ring_bytes_ += ring.bytes();
  if (ring_bytes_ <= kRingBytesMax) return;
  // What readers lack they find in the views: only slower, and this is seldom.
  for (auto& [tenant, feed] : feeds_) feed.ring.forget_all();
  ring_bytes_ = 0;
}

void EventDesk::publish(const std::vector<projections::Entry>& entries) {
  std::vector<EventReader*> readers;
  for (const projections::Entry& entry : entries) {
    if (!entry.event) continue;
    const auto place = feeds_.find(entry.event->tenant);
    if (place == feeds_.end()) continue;
    Feed& feed = place->second;
    if (entry.record.sequence <= feed.ring.covered_after()) continue;
    std::string frame;
    append_frame(hub_.ports_.codec, entry.record, *entry.event, frame);
    remember(feed.ring, entry.record.sequence, std::move(frame));
    for (EventReader* reader : feed.waiting) reader->is_waiting_ = false;
    readers.insert(readers.end(), feed.waiting.begin(), feed.waiting.end());
    feed.waiting.clear();
  }
  // Waking only schedules: no reader goes away meanwhile.
  for (EventReader* reader : readers) reader->wake_();
}

}  // namespace dialin::http
