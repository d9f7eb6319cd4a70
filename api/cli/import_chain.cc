#include "api/cli/import_chain.h"

#include <algorithm>
#include <utility>

#include "domain/event.h"

namespace dialin::cli {
namespace {

std::string name_of(Sequence sequence) {
  return "record " + std::to_string(sequence.value);
}

CannotImport refused(std::uint64_t line, std::string why) {
  return {kNotSo, "line " + std::to_string(line) + ": " + std::move(why)};
}

class Import {
 public:
  Import(ImportTarget& target, const Codec& codec, Imported& imported) : target_(target), codec_(codec), imported_(imported) {}

  Result<void, CannotImport> add(RecordLines::Group& group) {
    std::span<const Record> records(group.records);
    std::uint64_t line = group.first_line;
    if (!began_) {
      auto held = target_.hold({records.front().sequence.value - std::min<std::uint64_t>(records.front().sequence.value, 2)});
      if (!held) return held.error();
      held_ = *held;
      if (auto joined = join(records.front(), line); !joined) return joined;
      began_ = true;
    }
    if (auto compared = pass_over(records, line); !compared || records.empty()) return compared;
    last_ = records.back();
    return target_.append(records);
  }

  bool begins_move() const {
    const Record& last = last_;
    if (last.type != record_type_of(EventName::deleted)) return false;
    const auto event = codec_.decode(last);
    return event && event->moved_to;
  }

 private:
  /// The stream may begin anywhere within what is held, or just behind it.
  Result<void, CannotImport> join(const Record& first, std::uint64_t line) {
    if (first.sequence == Sequence{1}) return {};
    Record before;
    const auto step = held_ ? held_->next(before) : log::LogWalk::Step::end;
    if (step == log::LogWalk::Step::fault) return damaged();
    if (step == log::LogWalk::Step::end) {
      return refused(line, name_of(first.sequence) + " does not follow " + name_of(held_ ? held_->tail().sequence : Sequence{}) +
                               ", with which the log ends");
    }
    if (before.id != first.previous) return another(line, before.sequence);
    see(before);
    return {};
  }

  /// Takes off the front what the log holds.
  Result<void, CannotImport> pass_over(std::span<const Record>& records, std::uint64_t line) {
    Record held;
    while (held_ && !records.empty()) {
      const auto step = held_->next(held);
      if (step == log::LogWalk::Step::fault) return damaged();
      if (step == log::LogWalk::Step::end) break;
      if (held.id != records.front().id) return another(line, held.sequence);
      see(held);
      ++imported_.passed_over;
      ++line;
      last_ = records.front();
      records = records.subspan(1);
    }
    if (records.empty() || is_appending_) return {};
    // A log that was begun and never came to its first record is none yet.
    const bool founds = records.front().sequence == Sequence{1};
    const auto created = founds ? codec_.decode_created(records.front()) : LogCreated{held_->log()};
    if (!created) return refused(line, "the first record names no log");
    const LogId log = created->log;
    is_appending_ = true;
    held_ = nullptr;
    return target_.begin(log, imported_.head);
  }

  void see(const Record& held) { imported_.head = tail_of(held); }

  CannotImport damaged() const {
    return {held_->fault().unreadable ? kCouldNotRun : kNotSo, "the log cannot be gone on with: " + held_->fault().text};
  }
  CannotImport another(std::uint64_t line, Sequence sequence) const {
    return refused(line, "the log holds another " + name_of(sequence) + " (" + held_->place().text() +
                             "): this is not the chain that it holds a beginning of");
  }

  ImportTarget& target_;
  const Codec& codec_;
  Imported& imported_;
  log::LogWalk* held_ = nullptr;  ///< as long as it has something to compare with
  Record last_;
  bool began_ = false;
  bool is_appending_ = false;
};

}  // namespace

Result<void, CannotImport> import_chain(RecordLines& lines, ImportTarget& target, const Codec& codec,
                                        const std::function<void(std::uint64_t)>& told, Imported& imported) {
  Import import(target, codec, imported);
  std::uint64_t looked_at = 0;
  Result<void, CannotImport> outcome;
  for (auto group = lines.next(); outcome && !group.records.empty(); group = outcome ? lines.next() : RecordLines::Group()) {
    outcome = import.add(group);
    told(looked_at += group.records.size());
  }
  // What came before a line that is wrong stays.
  if (outcome && lines.fault()) outcome = CannotImport{kNotSo, *lines.fault()};
  if (outcome && looked_at == 0) outcome = CannotImport{kNotSo, "no record came"};
  if (auto finished = target.finish(); !finished && outcome) outcome = finished;
  const Tail stored = target.stored();
  if (stored.sequence > imported.head.sequence) {
    imported.appended = stored.sequence.value - imported.head.sequence.value;
    imported.head = stored;
  }
  imported.ends_within_move = outcome && import.begins_move();
  return outcome;
}

}  // namespace dialin::cli
