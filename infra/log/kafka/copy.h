#pragma once
// A node's copy of the chain, and the place on the topic up to which it goes. One thread at a time; index(): any.

#include <memory>
#include <string>

#include "domain/telemetry.h"
#include "infra/log/chain_file.h"
#include "infra/log/kafka/protocol.h"

namespace dialin::log::kafka {

/// Whether `dir` is a node's copy, which nobody but a KafkaLog may go on with: what is appended to it would be on no topic.
bool is_copy(const std::string& dir);

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
