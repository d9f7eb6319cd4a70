#include "api/http/event_stream.h"

#include "api/http/event_desk.h"
#include "domain/invariant.h"

namespace dialin::http {

EventHub::EventHub(Ports ports, std::size_t threads, Sequence applied) : ports_(ports), applied_(applied.value) {
  for (std::size_t i = 0; i < threads; ++i) desks_.push_back(std::make_unique<EventDesk>(*this));
}

EventHub::~EventHub() = default;

void EventHub::connect(Post post) {
  post_ = std::move(post);
}

std::unique_ptr<StreamSource> EventHub::subscribe(std::size_t thread, Subscription wish) {
  invariant(thread < desks_.size(), "every io thread has a desk");
  return desks_[thread]->subscribe(std::move(wish));
}

// Why no event is lost between a reader's first look and the first task that is posted for it: the writer's thread stores `applied_` and
// then loads a desk's `readers_`; a reader adds itself to `readers_` and then loads `applied_`. All four are sequentially consistent, so
// they have one order, and it cannot be that both loads come before the other side's store. Either the writer sees the reader, and posts
// these entries; or the reader sees `applied_` past these entries, and they are in the views (they were applied before this is called),
// whence it reads them. When both happen the entries are posted, too, and the desk drops them because they are not above the place from
// which its ring counts.
void EventHub::applied(std::shared_ptr<const std::vector<projections::Entry>> entries) {
  if (entries->empty()) return;
  applied_.store(entries->back().record.sequence.value);
  if (readers_.load() == 0) return;
  for (std::size_t thread = 0; thread < desks_.size(); ++thread) {
    EventDesk& desk = *desks_[thread];
    if (desk.has_readers()) post_(thread, [&desk, entries] { desk.publish(*entries); });
  }
}

}  // namespace dialin::http
