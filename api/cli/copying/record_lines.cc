#include "api/cli/copying/record_lines.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "infra/codec/chain_lines.h"
#include "projections/projector.h"

namespace dialin::cli {
namespace {

constexpr std::size_t kGroupRecords = 4096;
constexpr std::size_t kGroupBytes = 4 * 1024 * 1024;
constexpr std::size_t kGroupsAhead = 4;
constexpr std::size_t kReadBytes = 256 * 1024;
constexpr int kWait_ms = 100;

std::string name_of(Sequence sequence) {
  return "record " + std::to_string(sequence.value);
}

/// What a line says of its place in the chain, and of its content.
class Proof {
 public:
  /// Empty, or what is wrong.
  std::string wrong(const Record& record) {
    if ((record.type == kLogCreated) != (record.sequence == Sequence{1}))
      return name_of(record.sequence) + ": only the first one founds a log, and it must";
    if (!tail_) tail_ = before(record);
    if (record.sequence != tail_->sequence.next()) return name_of(record.sequence) + " does not follow " + name_of(tail_->sequence);
    const LinkCheck check = check_link(*tail_, record);
    tail_ = tail_of(record);
    if (check.link == Link::next) return {};
    return name_of(record.sequence) + ": " +
           std::string(check.link == Link::poison ? check.fault : "its previous id is not that of the record before");
  }

 private:
  /// Of the first line: the log is asked whether it holds that record.
  static Tail before(const Record& first) {
    if (first.sequence == Sequence{1}) return {};
    return {{first.sequence.value - 1}, first.previous, {std::numeric_limits<std::int64_t>::min()}};
  }

  std::optional<Tail> tail_;
};

/// Cuts what is read into lines.
class Lines {
 public:
  Lines(int descriptor, const std::atomic<bool>& stopping) : descriptor_(descriptor), stopping_(stopping) {}

  enum class Next : std::uint8_t { line, end, too_long, unreadable };
  /// `line` without its end, valid until the next call. Whoever stops finds the end.
  Next next(std::string_view& line) {
    for (std::size_t looked = begin_;;) {
      if (const auto end = buffer_.find('\n', looked); end != std::string::npos) return give(line, end, end + 1);
      looked = buffer_.size();
      if (looked - begin_ > codec::kChainLineBytesMax) return Next::too_long;
      looked -= begin_;
      buffer_.erase(0, std::exchange(begin_, 0));
      buffer_.resize(looked + kReadBytes);
      const ssize_t got = read(buffer_.data() + looked);
      buffer_.resize(looked + static_cast<std::size_t>(got > 0 ? got : 0));
      if (got < 0) return Next::unreadable;
      if (got > 0) continue;
      if (buffer_.empty()) return Next::end;
      is_cut_ = true;
      return give(line, buffer_.size(), buffer_.size());
    }
  }
  /// The last line was given, and nothing ended it.
  bool is_cut() const { return is_cut_; }

 private:
  ssize_t read(char* out) const {
    while (!stopping_) {
      pollfd wanted{descriptor_, POLLIN, 0};
      if (::poll(&wanted, 1, kWait_ms) == 0) continue;
      const ssize_t got = ::read(descriptor_, out, kReadBytes);
      if (got >= 0 || errno != EINTR) return got;
    }
    return 0;
  }
  Next give(std::string_view& line, std::size_t end, std::size_t next) {
    line = std::string_view(buffer_).substr(begin_, end - begin_);
    begin_ = next;
    return Next::line;
  }

  const int descriptor_;
  const std::atomic<bool>& stopping_;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool is_cut_ = false;
};

}  // namespace

RecordLines::RecordLines(int descriptor, const Codec& codec) : descriptor_(descriptor), codec_(codec), thread_([this] { run(); }) {}

RecordLines::~RecordLines() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

RecordLines::Group RecordLines::next() {
  if (ended_) return {};
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !ready_.empty(); });
  Piece piece = std::move(ready_.front());
  ready_.pop_front();
  lock.unlock();
  changed_.notify_all();
  fault_ = std::move(piece.fault);
  bytes_ += piece.bytes;
  ended_ = piece.is_last;
  return piece;
}

/// False: nobody wants more.
bool RecordLines::put(Piece piece) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || ready_.size() < kGroupsAhead; });
  if (stopping_) return false;
  ready_.push_back(std::move(piece));
  lock.unlock();
  changed_.notify_all();
  return true;
}

/// Empty, or what is wrong.
std::string RecordLines::take(Record record, Group& group) const {
  auto event = projections::event_of(record, codec_);
  if (!event) return name_of(record.sequence) + ": the value is not an event: " + std::string(event.error().why);
  group.records.push_back(std::move(record));
  group.events.push_back(std::move(*event));
  return {};
}

void RecordLines::run() {
  Lines lines(descriptor_, stopping_);
  Proof proof;
  std::uint64_t number = 0;
  for (bool is_last = false; !is_last;) {
    Piece piece;
    piece.first_line = number + 1;
    while (!is_last && piece.records.size() < kGroupRecords && piece.bytes < kGroupBytes) {
      std::string_view line;
      const Lines::Next found = lines.next(line);
      const int error = errno;
      ++number;
      is_last = true;
      if (found == Lines::Next::end) break;
      std::string wrong;
      if (found == Lines::Next::unreadable) wrong = std::string("it cannot be read: ") + std::strerror(error);
      if (found == Lines::Next::too_long) wrong = "it is longer than any record's line";
      if (found == Lines::Next::line) {
        piece.bytes += line.size() + 1;
        auto record = codec::read_chain_line(line);
        wrong = record ? proof.wrong(*record) : lines.is_cut() ? "it is cut off: the stream ended within it" : record.error().why;
        if (wrong.empty()) wrong = take(std::move(*record), piece);
      }
      is_last = !wrong.empty();
      if (is_last) piece.fault = "line " + std::to_string(number) + ": " + wrong;
    }
    piece.is_last = is_last;
    if (!put(std::move(piece))) return;
  }
}

}  // namespace dialin::cli
