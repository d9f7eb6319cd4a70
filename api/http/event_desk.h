#pragma once
// One io thread's part of the change stream. Everything but readers() is called on that thread only.

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "api/http/event_stream.h"

namespace dialin::http {

/// Appends one event as it goes over the wire: `id:`, `event:`, `data:` and the empty line.
void append_frame(const Codec& codec, const Record& record, const Event& event, std::string& out);

/// The last frames of one tenant. Holds every event of the tenant with a sequence above `covered_after` that was posted to this thread.
class FrameRing {
 public:
  static constexpr std::size_t kFramesMax = 512;
  static constexpr std::size_t kBytesMax = 256 * 1024;

  explicit FrameRing(Sequence covered_after) : covered_after_(covered_after) {}

  Sequence covered_after() const { return covered_after_; }
  /// `sequence` is above all before it.
  void add(Sequence sequence, std::string frame);
  /// From now on all that was added is read from the views.
  void forget_all();
  std::size_t bytes() const { return bytes_; }
  /// Appends frames above `cursor`, about kStreamChunkBytes of them; moves the cursor; how many. `cursor` is not below covered_after().
  std::size_t take(Sequence& cursor, std::string& out) const;
  bool has_above(Sequence cursor) const { return !frames_.empty() && frames_.back().sequence > cursor; }

 private:
  struct Frame {
    Sequence sequence;
    std::string text;
  };
  Sequence covered_after_;
  std::deque<Frame> frames_;
  std::size_t bytes_ = 0;
};

class EventReader;

class EventDesk {
 public:
  /// Of all tenants' rings together; beyond it all are forgotten.
  static constexpr std::size_t kRingBytesMax = 16 * 1024 * 1024;

  explicit EventDesk(EventHub& hub) : hub_(hub) {}

  /// Any thread.
  bool has_readers() const { return readers_.load() > 0; }
  std::unique_ptr<StreamSource> subscribe(EventHub::Subscription wish);
  /// A task that the hub posted.
  void publish(const std::vector<projections::Entry>& entries);

 private:
  friend class EventReader;

  /// A tenant's readers here. Freed with the last of them.
  struct Feed {
    explicit Feed(Sequence covered_after) : ring(covered_after) {}
    FrameRing ring;
    std::size_t readers = 0;
    std::vector<EventReader*> waiting;  ///< those who had everything
  };

  void leave(EventReader& reader);
  void remember(FrameRing& ring, Sequence sequence, std::string frame);

  EventHub& hub_;
  std::atomic<std::size_t> readers_{0};
  std::size_t ring_bytes_ = 0;
  std::unordered_map<TenantId, Feed, HashOfId> feeds_;
};

/// One reader's place.
class EventReader : public StreamSource {
 public:
  EventReader(EventDesk& desk, EventDesk::Feed& feed, EventHub::Subscription wish, Sequence cursor);
  ~EventReader() override;

  Pull pull(std::string& out) override;
  void on_start(std::function<void()> wake) override { wake_ = std::move(wake); }

 private:
  friend class EventDesk;

  std::size_t read_views(std::string& out);
  bool is_still_allowed();

  EventDesk& desk_;
  EventDesk::Feed& feed_;
  TenantId tenant_;
  std::string key_;
  std::chrono::steady_clock::time_point key_checked_;
  Sequence cursor_;          ///< everything up to here was sent, or lies before the start
  bool is_waiting_ = false;  ///< stands in the feed's list
  std::function<void()> wake_;
};

}  // namespace dialin::http
