#pragma once
// Port: an ordered key-value store in families, for the views. Implemented by infra/storage on RocksDB.
// Reads: any thread. Writes: one thread at a time. Not durable by itself between flush()es: what is lost, the log replays.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "domain/looked_figure.h"
#include "domain/result.h"

namespace dialin {

/// One family per question; what stands in each is told in projections/keys.h.
enum class Family : std::uint8_t {
  configs,
  numbers,
  by_tenant,
  history,
  events,
  counts,
  idempotency,
  meta,
  lives,
  number_history,
  count_history,
  times,
};
constexpr std::size_t kFamilyCount = 12;
std::string_view name_of(Family family);

enum class StoreError : std::uint8_t {
  no_space,  ///< the disk is full
  failed,    ///< anything else: input/output, corruption
};
/// Thrown by reads: a store that cannot read cannot answer this request.
class StoreFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Changes that become visible together. The last one to a key wins.
class ViewBatch {
 public:
  virtual ~ViewBatch() = default;
  virtual void put(Family family, std::string_view key, std::string_view value) = 0;
  virtual void remove(Family family, std::string_view key) = 0;
};

/// Walks the keys of one family. One thread. Sees the store as it was when the cursor was made.
class ViewCursor {
 public:
  virtual ~ViewCursor() = default;
  virtual void seek(std::string_view key) = 0;         ///< first key at or after
  virtual void seek_before(std::string_view key) = 0;  ///< last key at or before
  virtual bool valid() const = 0;                      ///< false past either end; throws StoreFailure when reading failed
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual void next() = 0;
  virtual void previous() = 0;
};

/// What views are asked through.
class ViewReader {
 public:
  virtual ~ViewReader() = default;
  /// False when the key is not there. `value` is overwritten. Throws StoreFailure.
  virtual bool get(Family family, std::string_view key, std::string& value) const = 0;
  /// Keys that begin with `prefix` only (empty: the whole family). Throws StoreFailure.
  virtual std::unique_ptr<ViewCursor> cursor(Family family, std::string_view prefix) const = 0;
};

class ViewStore : public ViewReader {
 public:
  /// False for a family that whoever made the store did not know: what is put there is dropped, and nothing is found.
  virtual bool has(Family family) const = 0;
  /// A consistent picture of all families: it sees no later write. Must not outlive the store.
  virtual std::unique_ptr<ViewReader> snapshot() const = 0;

  virtual std::unique_ptr<ViewBatch> batch() = 0;
  /// All of `batch` or nothing. `batch` is emptied, also on failure.
  virtual Result<void, StoreError> apply(ViewBatch& batch) = 0;
  /// Makes all that was applied durable, all families together. Called when idle and at the stop.
  virtual Result<void, StoreError> flush() = 0;
  /// After a StoreError: tries to get going again (room may have been made). True when writes work again.
  virtual bool resume() = 0;
  /// Entries of Family::idempotency whose first 8 value bytes (big-endian microseconds) are below `us` may be dropped at leisure.
  virtual void forget_idempotency_before(std::int64_t us) = 0;

  /// Those that it keeps, if any. Any thread, beside reads and writes; never waits for them.
  virtual void tell_figures(const TellFigure&) const {}
};

}  // namespace dialin
