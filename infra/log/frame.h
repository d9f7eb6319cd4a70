#pragma once
// A frame: how one record, or a mark, stands in a segment. Drawn byte by byte, with the why, in docs/log_format.md. Pure; any thread.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/record.h"

namespace dialin::log {

constexpr std::size_t kFrameHeadBytes = 20;
/// Where a record's sequence stands, counted from the beginning of its frame.
constexpr std::size_t kFrameSequenceAt = kFrameHeadBytes + 64;
/// Of the record in a frame, without the head.
constexpr std::size_t kRecordBytesMin = 32 + 32 + 8 + 8 + 1 + 1 + 1 + 1 + 4;
constexpr std::size_t kRecordBytesMax = kRecordBytesMin + 254 + 16 + 16 + kRecordValueBytesMax;

struct FrameHead {
  std::uint32_t length = 0;  ///< of the record bytes that follow; 0: a mark
  Sequence synced;           ///< the last sequence that was durable when this was written
};

/// `record` must have its place in the chain; type and value within their bounds.
void append_frame(const LogId& log, const Record& record, Sequence synced, std::string& out);
void append_mark(const LogId& log, Sequence synced, std::string& out);

/// Of kFrameHeadBytes bytes: nothing when the check does not fit them, or the length is one that no record can have.
std::optional<FrameHead> read_head(const LogId& log, const char* bytes);
/// Is `bytes` all zeros, as a segment is before it is written?
bool is_blank(std::string_view bytes);

/// False when `bytes` are not one whole record, to the last byte; `out` is then half filled. Reuses the memory of `out`. Hashes nothing.
bool decode_record(std::string_view bytes, Record& out);

}  // namespace dialin::log
