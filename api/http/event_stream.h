#pragma once
// The change stream: what is applied goes out to every reader of the tenant, as Server-Sent Events (WHATWG HTML, section 9.2).
//
// The writer's thread only posts: one task per io thread that has readers. Each io thread has a desk of its own, without locks: the readers
// by tenant, and per tenant a bounded ring of frames that were rendered once and are shared by all. A reader has nothing but its cursor:
// what its cursor lacks in the ring it reads from the views in bounded pages, so a slow one costs nobody anything and no buffer grows.

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/http/handler.h"
#include "api/service/writer.h"
#include "domain/access.h"
#include "domain/codec.h"
#include "domain/telemetry.h"
#include "projections/views.h"

namespace dialin::http {

class EventDesk;
class EventReader;

class EventHub : public service::AppliedObserver {
 public:
  /// Runs work on an io thread (Server::post). Tasks for one thread run in the order in which they were posted.
  using Post = std::function<void(std::size_t thread, std::function<void()> work)>;

  struct Ports {
    const projections::Views& views;
    const Codec& codec;
    const Access& access;
    Telemetry& telemetry;
  };

  /// `applied`: what the views stand at, before the writer that is to be observed starts. `threads`: of the server.
  EventHub(Ports ports, std::size_t threads, Sequence applied);
  ~EventHub() override;  ///< every stream must have ended

  /// Once, before the store is opened to callers and before the writer applies anything. `post` must work, or do nothing, until the writer
  /// has stopped.
  void connect(Post post);

  struct Subscription {
    TenantId tenant;
    std::optional<Sequence> after;  ///< nothing: from now
    std::string key;                ///< the API key: a stream ends within 2 s of the next event when it was revoked
  };
  /// On io thread `thread`.
  std::unique_ptr<StreamSource> subscribe(std::size_t thread, Subscription wish);

  /// The writer's thread. Costs one atomic load when nobody reads.
  void applied(std::shared_ptr<const std::vector<projections::Entry>> entries) override;

 private:
  friend class EventDesk;
  friend class EventReader;

  Ports ports_;
  Post post_;
  std::atomic<std::uint64_t> applied_;
  std::atomic<std::size_t> readers_{0};
  std::vector<std::unique_ptr<EventDesk>> desks_;
};

}  // namespace dialin::http
