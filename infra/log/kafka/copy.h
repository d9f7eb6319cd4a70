#pragma once
// A node's copy of the chain, and the place on the topic up to which it goes. One thread at a time; index(): any.

#include <memory>
#include <optional>
#include <string>

#include "domain/telemetry.h"
#include "infra/log/chain_file.h"
#include "infra/log/kafka/offset.h"
#include "infra/log/kafka/protocol.h"

namespace dialin::log::kafka {

/// Whether `dir` is a node's copy, which nobody but a KafkaLog may go on with: what is appended to it would be on no topic.
bool is_copy(const std::string& dir);

/// What a copy notes beside its chain: of one of its records, where that stands on the topic. It may be older than the copy's end.
struct NotedPlace {
  Sequence sequence;  ///< 0: nothing is known, and the topic is read from its beginning
  RecordId id;
  Offset at = 0;
  Sequence opened;  ///< the last `opened` up to there; 0: none
};
/// Nothing when `dir` is no copy, or its note cannot be read.
std::optional<NotedPlace> read_place(FileLayer& files, const std::string& dir);
/// Makes `dir` a copy. Not durable: an older note is as good.
Errno write_place(FileLayer& files, const std::string& dir, const NotedPlace& place);

class Copy {
 public:
  struct Options {
    std::string dir;
    std::size_t segment_bytes = 0;
    std::chrono::milliseconds idle{50};
  };
  /// Begins one of `log` when there is none; one that exists must be of it.
  static Result<std::unique_ptr<Copy>, OpenFailure> open(FileLayer& files, const Options& options, const LogId& log, const Codec& codec);
  ~Copy();  ///< notes the place

  /// What a protocol on this copy starts with.
  Protocol::Start start(const Codec& codec) const;
  /// As Outside::keep().
  Kept keep(std::span<const Record> records, Offset last_at, const Codec& codec, Telemetry& telemetry);
  const ChainIndex& index() const { return chain_->index(); }

 private:
  Copy(FileLayer& files, const Options& options) : files_(files), options_(options) {}
  Tail whole_tail(const Codec& codec) const;
  std::optional<LogOpened> leader_at(Sequence opened, const Codec& codec) const;
  std::optional<Kept> compare(std::span<const Record>& records) const;
  void find_place();
  void note_place();

  FileLayer& files_;
  const Options options_;
  std::unique_ptr<Lock> lock_;
  std::unique_ptr<ChainFile> chain_;
  /// Of a record of the copy, where it stands on the topic, and the last `opened` up to there.
  struct Place {
    Tail tail;
    Offset at = 0;
    Sequence opened;  ///< 0: none
  };
  Place place_;
  std::chrono::steady_clock::time_point noted_{};
};

}  // namespace dialin::log::kafka
