// Reads a log with nothing done to its records: what commands that read the whole of it are measured against.
//
//   walk_log DIR                each record proved, as every reader does it
//   walk_log DIR --unproved     frames taken apart, no hash: what the disk and the format alone cost
//
// Prints JSON: records, and the seconds they took.

#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>

#include "infra/log/frame.h"
#include "infra/log/log_walk.h"
#include "infra/log/posix_files.h"
#include "infra/log/segment.h"
#include "infra/log/window.h"

namespace {

using namespace dialin;

std::optional<std::uint64_t> walk_proved(log::FileLayer& files, const char* dir) {
  const auto walk = log::walk_directory(files, dir, {});
  if (!walk) return std::nullopt;
  Record record;
  while ((*walk)->next(record) == log::LogWalk::Step::record) {}
  return (*walk)->tail().sequence.value;
}

std::uint64_t walk_segment(const log::OpenSegment& segment) {
  log::Window window(segment.file);
  Record record;
  std::uint64_t records = 0;
  for (std::uint64_t offset = log::kSegmentHeadBytes;;) {
    const auto head_bytes = window.bytes(offset, log::kFrameHeadBytes);
    if (!head_bytes || head_bytes->size() < log::kFrameHeadBytes || log::is_blank(*head_bytes)) return records;
    const auto head = log::read_head(segment.head.log, head_bytes->data());
    if (!head) return records;
    offset += log::kFrameHeadBytes;
    if (head->length == 0) continue;
    const auto bytes = window.bytes(offset, head->length);
    if (!bytes || !log::decode_record(*bytes, record)) return records;
    offset += head->length;
    ++records;
  }
}

std::optional<std::uint64_t> walk_unproved(log::FileLayer& files, const char* dir) {
  const auto firsts = log::list_segments(files, dir);
  if (!firsts) return std::nullopt;
  std::uint64_t records = 0;
  for (const Sequence first : *firsts) {
    const auto segment = log::open_segment(files, dir, first);
    if (!segment) return std::nullopt;
    records += walk_segment(*segment);
  }
  return records;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const bool is_proved = count == 2 || std::strcmp(arguments[2], "--unproved") != 0;
  log::PosixFiles files;
  const auto began = std::chrono::steady_clock::now();
  const auto records = is_proved ? walk_proved(files, arguments[1]) : walk_unproved(files, arguments[1]);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  if (!records) return 3;
  std::printf("{\"records\":%llu,\"seconds\":%.6f}\n", static_cast<unsigned long long>(*records), took.count());
  return 0;
}
