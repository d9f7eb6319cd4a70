#pragma once
// Hands batches from a thread that makes them to one that takes them, in order, a few at most in between: so that reading ahead costs a
// bounded amount of memory, and each side waits for the other. Batches that were taken may be given back, to be filled again: memory that
// one thread allocates and another frees costs more than it is worth.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace dialin::projections {

template <class Batch>
class HandOver {
 public:
  explicit HandOver(std::size_t batches_max) : batches_max_(batches_max) {}

  /// Of the maker; waits for room. False: nobody wants more.
  bool put(Batch batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return batches_.size() < batches_max_ || is_stopped_; });
    if (is_stopped_) return false;
    batches_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }
  /// Of the maker: a batch that was given back, with what was in it, or a new one.
  Batch spare() {
    const std::lock_guard lock(mutex_);
    if (spares_.empty()) return {};
    Batch batch = std::move(spares_.back());
    spares_.pop_back();
    return batch;
  }
  /// Of the maker: nothing comes behind what was put.
  void end() {
    const std::lock_guard lock(mutex_);
    is_ended_ = true;
    changed_.notify_all();
  }

  /// Of the taker; waits for the next one. Nothing: that was the end.
  std::optional<Batch> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !batches_.empty() || is_ended_; });
    if (batches_.empty()) return std::nullopt;
    std::optional<Batch> batch(std::move(batches_.front()));
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }
  /// Of the taker: it has done with what it took.
  void give_back(Batch batch) {
    const std::lock_guard lock(mutex_);
    spares_.push_back(std::move(batch));
  }
  /// Of the taker: it wants no more.
  void stop() {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    changed_.notify_all();
  }

 private:
  const std::size_t batches_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> batches_;
  std::vector<Batch> spares_;  ///< as many as were in use at a time, at most
  bool is_ended_ = false;
  bool is_stopped_ = false;
};

}  // namespace dialin::projections
