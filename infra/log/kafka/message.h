#pragma once
// A record as it stands on the topic: a CloudEvent in binary mode (contract.md, "Events on the log"). Pure; any thread.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/log/kafka/protocol.h"

namespace dialin::log::kafka {

using Headers = std::vector<std::pair<std::string_view, std::string>>;

/// The headers of `record`; its key is the config's id, or none, its value the record's value.
Headers headers_of(const Record& record, const LogId& log);

/// The headers of a record that is none of the chain, appended only to learn where it lands. `id` is random.
Headers headers_of_mark(const RecordId& id, const LogId& log);

/// What the headers of a message say, one by one, then found(): a record when all that makes one is there once and well formed, whoever
/// wrote it. Whether it is on the chain is not asked here.
class MessageReader {
 public:
  void key(std::string_view key) { key_ = key; }
  void header(std::string_view name, std::string_view value);
  FoundRecord found(Offset offset, Instant stamped, std::string_view value) const;
  /// Of `ce_source`, when it names a log.
  std::optional<LogId> log() const;

 private:
  enum Field : std::uint8_t {
    spec,
    id,
    source,
    type,
    time,
    subject,
    sequence,
    previous,
    tenant,
    content,
    ce_parent,
    ce_state,
    parent,
    state,
    fields
  };
  std::string_view unhashed_fault(std::string_view value) const;
  bool is_trace_of(std::string_view value) const;
  std::optional<std::string_view> values_[fields];
  std::optional<std::string_view> key_;
  bool twice_ = false;
};

}  // namespace dialin::log::kafka
