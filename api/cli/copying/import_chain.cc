#include "api/cli/copying/import_chain.h"

#include <utility>

#include "api/cli/copying/rule_check.h"
#include "projections/projector.h"

namespace dialin::cli {
namespace {

std::string name_of(Sequence sequence) {
  return "record " + std::to_string(sequence.value);
}

CannotImport refused(std::uint64_t line, const std::string& why) {
  return {kNotSo, "line " + std::to_string(line) + ": " + why};
}

class Import {
 public:
  Import(ImportTarget& target, const Codec& codec, Imported& imported) : target_(target), codec_(codec), imported_(imported) {}

  /// What is sound of the group is appended, whatever comes behind it.
  Result<void, CannotImport> add(const RecordLines::Group& group) {
    if (!began_) {
      if (auto begun = begin(group); !begun) return begun;
      began_ = true;
    }
    std::size_t at = 0;
    if (auto compared = pass_over(group, at); !compared || at == group.records.size()) return compared;
    const std::size_t first_new = at;
    std::string fault;
    while (at < group.records.size() && (fault = rules_.add(group.records[at], group.events[at])).empty()) ++at;
    if (at > first_new) {
      if (auto appended = target_.append(std::span(group.records).subspan(first_new, at - first_new)); !appended) return appended;
    }
    return fault.empty() ? Result<void, CannotImport>() : refused(group.first_line + at, fault);
  }

  bool is_within_move() const { return rules_.is_within_move(); }

 private:
  /// The stream may begin anywhere within what is held, or just behind it.
  Result<void, CannotImport> begin(const RecordLines::Group& group) {
    auto held = target_.hold();
    if (!held) return held.error();
    held_ = *held;
    const Record& first = group.records.front();
    while (imported_.head.sequence.next() < first.sequence) {
      const auto record = next_held();
      if (!record) return record.error();
      if (!*record) {
        return refused(group.first_line,
                       name_of(first.sequence) + " does not follow " + name_of(imported_.head.sequence) + ", with which the log ends");
      }
    }
    if (imported_.head.id != first.previous) return another(group.first_line, imported_.head.sequence);
    return {};
  }

  /// `at`: of the first record of the group that the log does not hold.
  Result<void, CannotImport> pass_over(const RecordLines::Group& group, std::size_t& at) {
    for (; !is_appending_ && at < group.records.size(); ++at) {
      const auto record = next_held();
      if (!record) return record.error();
      if (!*record) return begin_to_append(group.records[at], group.first_line + at);
      if ((*record)->id != group.records[at].id) return another(group.first_line + at, (*record)->sequence);
      ++imported_.passed_over;
    }
    return {};
  }

  /// Nothing: the log holds no more.
  Result<std::optional<Tail>, CannotImport> next_held() {
    Record record;
    const auto step = held_ == nullptr ? log::LogWalk::Step::end : held_->next(record);
    if (step == log::LogWalk::Step::end) return std::optional<Tail>();
    if (step == log::LogWalk::Step::fault) return cannot_go_on({held_->fault().text, held_->fault().unreadable});
    const auto event = projections::event_of(record, codec_);
    const std::string fault = event ? rules_.add(record, *event) : name_of(record.sequence) + " is not an event";
    if (!fault.empty()) return cannot_go_on({fault, false});
    imported_.head = tail_of(record);
    return std::optional(imported_.head);
  }

  Result<void, CannotImport> begin_to_append(const Record& next, std::uint64_t line) {
    // A log that was begun and never came to its first record is none yet.
    const bool founds = next.sequence == Sequence{1};
    const auto created = founds ? codec_.decode_created(next) : LogCreated{held_->log()};
    if (!created) return refused(line, "the first record names no log");
    is_appending_ = true;
    return target_.begin(created->log, imported_.head);
  }

  static CannotImport cannot_go_on(const log::LogWalk::Fault& fault) {
    return {fault.unreadable ? kCouldNotRun : kNotSo, "the log that is there cannot be gone on with: " + fault.text};
  }
  CannotImport another(std::uint64_t line, Sequence sequence) const {
    return refused(line, "the log holds another " + name_of(sequence) + " (" + held_->place().text() +
                             "): this is not the chain that it holds a beginning of");
  }

  ImportTarget& target_;
  const Codec& codec_;
  Imported& imported_;
  log::LogWalk* held_ = nullptr;
  RuleCheck rules_;
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
  imported.ends_within_move = outcome && import.is_within_move();
  return outcome;
}

}  // namespace dialin::cli
