#pragma once
// Reads, verifies and decodes the log on a thread of its own while another one projects: half of what catching up costs. Hands out batches
// that never end between the two halves of a move. Bounded in records, bytes and batches.

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "domain/codec.h"
#include "domain/event_log.h"
#include "projections/hand_over.h"
#include "projections/projector.h"

namespace dialin::projections {

/// Why the log cannot be followed any further: a sentence that names the place.
struct LogDamage {
  std::string text;
};

class ReadAhead {
 public:
  static constexpr std::size_t kBatchRecords = 2048;
  static constexpr std::size_t kBatchBytes = 4u << 20;  ///< of values; a batch is cut at whatever comes first
  static constexpr std::size_t kBatchesMax = 4;

  /// Reads what follows `position` up to the log's end. `log` and `codec` must outlive this.
  ReadAhead(const EventLog& log, const Codec& codec, Tail position);
  /// Reads all that `reader` gives, which begins behind `position` and is this one's alone until it has gone.
  ReadAhead(RecordReader& reader, const Codec& codec, Tail position);
  ~ReadAhead();

  /// The next batch, in order; empty at the end. Waits for it. One thread. Records come without type and value: they have been decoded, and
  /// the projector needs no more than their place.
  Result<std::vector<Entry>, LogDamage> next();

 private:
  void run();
  std::optional<LogDamage> read_all();
  std::optional<LogDamage> add(const Record& record, std::vector<Entry>& batch);
  bool hand_over(std::vector<Entry>& batch);

  const std::unique_ptr<RecordReader> owned_;  ///< null: it is the caller's
  RecordReader& reader_;
  const Codec& codec_;
  Tail position_;

  HandOver<std::vector<Entry>> batches_{kBatchesMax};
  std::optional<LogDamage> damage_;  ///< written before the end is told, read after it
  std::thread thread_;
};

}  // namespace dialin::projections
