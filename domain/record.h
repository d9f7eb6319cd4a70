#pragma once
// One record of the log: an event with its place in the chain. The same on disk, on Kafka and in memory.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.h"
#include "domain/instant.h"

namespace dialin {

struct Record {
  Sequence sequence;
  RecordId id;                     ///< chain_id() of all the rest
  RecordId previous;               ///< the id of the record before; 32 zero bytes for the first
  std::string type;                ///< `dialin.config.updated.v1`: 1 to 255 bytes of ASCII
  std::optional<TenantId> tenant;  ///< absent in records of the log itself
  std::optional<ConfigId> config;  ///< likewise
  Instant time;
  std::string value;  ///< JSON, at most kRecordValueBytesMax

  friend bool operator==(const Record&, const Record&) = default;
};

/// Twice the largest config, escaped, with what stands around it; Kafka's default max.message.bytes is 1 MB.
constexpr std::size_t kRecordValueBytesMax = 512 * 1024;

/// Records of the log itself: no tenant, no config.
constexpr std::string_view kLogCreated = "dialin.log.created.v1";      ///< the first record: founds the log
constexpr std::string_view kLogOpened = "dialin.log.opened.v1";        ///< a node took the lead
constexpr std::string_view kLogConfirmed = "dialin.log.confirmed.v1";  ///< never on the chain: appended to learn where the log ends

/// Value of the first record.
struct LogCreated {
  LogId log;  ///< random; names the log in ce_source, in the views and in every segment file
};

/// Value of an `opened` record.
struct LogOpened {
  std::string node;        ///< who leads from here on
  std::string url;         ///< where it takes writes; empty for an embedded log
  std::uint64_t term = 0;  ///< the last one + 1; the first is 1
  Bytes16 nonce{};         ///< random, so that no two openings are alike
};

}  // namespace dialin
