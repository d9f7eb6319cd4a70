#pragma once
// Builds views of this schema beside those of an older one, which go on serving and being written, and puts them in their place: on a
// thread of its own, but for the last step (last_step.h). What goes wrong costs nothing but time: the older ones serve on, and it is tried
// again.
//
// The new views never go further than those that serve, which have checked what the log holds. A stop or a kill at any moment leaves a
// folder that the next start goes on from, or begins anew in.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "domain/telemetry.h"
#include "projections/last_step.h"
#include "projections/open_views.h"
#include "projections/switched_store.h"
#include "projections/view_folder.h"

namespace dialin::projections {

struct RebuildProgress {
  std::uint64_t from = 0;  ///< the schema that serves
  std::uint64_t to = kSchema;
  Sequence applied;     ///< in the new views
  Sequence end;         ///< where those that serve stood when that was last looked at
  std::string trouble;  ///< why it waits before it tries again; empty: it does not
  /// 0 to 99.
  unsigned percent() const;
};

struct RebuildLimits {
  std::chrono::milliseconds first_wait{5'000};      ///< before it tries again; doubled each time
  std::chrono::milliseconds longest_wait{600'000};  ///< likewise
  /// Of the disk: the log needs it more. Two of its segments.
  std::uintmax_t free_bytes_min = 128u << 20;
  /// What may be missing in the new views when the writer's thread takes over.
  std::uint64_t missing_max = 1024;
  /// How often they are brought closer before; under a load that is as fast as that the writer's thread does the rest.
  unsigned rounds_max = 16;
};

class Rebuild {
 public:
  struct Ports {
    SwitchedStore& serving;
    const EventLog& log;
    const Codec& codec;
    ViewStores stores;
    Telemetry& telemetry;
    /// Has `step` run by the thread that writes to `serving`, with nothing gathered, again and again until it is true.
    std::function<void(std::function<bool()> step)> between_groups;
  };
  /// `dir`: the folder of the views; `from`: the schema of those that serve. All of `ports` must outlive the thread that steps.
  Rebuild(const std::string& dir, std::uint64_t from, Ports ports, RebuildLimits limits = {});
  ~Rebuild() { stop(); }

  void start();
  /// Does not wait.
  void ask_to_stop() { thread_.request_stop(); }
  /// Waits until the thread has ended: some tenths of a second, unless the store is writing what it has gathered, which is not cut short.
  /// That is three chunks of a load or the write buffers of a store at most (bulk_store.h, rocks_store.h: 72 and 48 MB), a second or two on
  /// a slow disk. A kill meanwhile costs nothing but the rebuild.
  void stop();
  /// Nothing: the new views serve. Any thread.
  std::optional<RebuildProgress> progress() const;

 private:
  using Done = Result<Ended, NotRebuilt>;

  void run(const std::stop_token& stop);
  Done attempt(const std::stop_token& stop);
  Done build(const std::stop_token& stop);
  std::unique_ptr<ViewStore> open_built();
  Done come_close(ViewStore& store, Tail& position, const std::stop_token& stop);
  Done apply_up_to(const Tail& goal, Projector& projector, const std::stop_token& stop);
  void put_in_place(const std::stop_token& stop);
  bool waits(std::chrono::milliseconds time, const std::stop_token& stop);
  Result<void, NotRebuilt> look_for_room(std::uintmax_t needed) const;
  void learn_room(const NotRebuilt& not_rebuilt);
  /// How far the new views may go now.
  Tail goal();
  void say_trouble(const std::string& why, std::chrono::milliseconds wait);

  const ViewFolder folder_;
  const std::uint64_t from_;
  Ports ports_;
  const RebuildLimits limits_;
  std::uintmax_t learned_bytes_ = 0;  ///< what the new views take at least, as attempts have shown; its thread
  std::atomic<std::uint64_t> applied_{0};
  std::atomic<std::uint64_t> end_{0};
  std::atomic<bool> is_done_{false};
  mutable std::mutex mutex_;
  std::condition_variable_any sleep_;
  std::string trouble_;
  std::jthread thread_;
};

}  // namespace dialin::projections
