#include "infra/log/kafka/copy.h"

#include <filesystem>

#include <algorithm>
#include <cerrno>
#include <sstream>

#include "domain/event.h"
#include "domain/event_log.h"

namespace dialin::log::kafka {
namespace {

constexpr const char* kPlaceFile = "/place";
constexpr std::chrono::seconds kNoteEvery{1};
constexpr std::size_t kPlaceBytesMax = 256;

}  // namespace

bool is_copy(const std::string& dir) {
  return std::filesystem::exists(dir + kPlaceFile);
}

std::optional<NotedPlace> read_place(FileLayer& files, const std::string& dir) {
  const auto file = files.open(dir + kPlaceFile, FileLayer::Mode::read);
  if (!file) return std::nullopt;
  std::string text(kPlaceBytesMax, '\0');
  const auto size = (*file)->read(text.data(), text.size(), 0);
  if (!size) return std::nullopt;
  std::istringstream in(text.substr(0, *size));
  NotedPlace place;
  std::string hex;
  if (!(in >> place.at >> place.sequence.value >> hex >> place.opened.value) || place.at < 0) return std::nullopt;
  const auto id = RecordId::parse(hex);
  if (!id) return std::nullopt;
  place.id = *id;
  return place;
}

Errno write_place(FileLayer& files, const std::string& dir, const NotedPlace& place) {
  const std::string path = dir + kPlaceFile;
  auto file = files.open(path + ".new", FileLayer::Mode::create);
  if (!file) return file.error();
  const std::string text = std::to_string(place.at) + " " + std::to_string(place.sequence.value) + " " + place.id.hex() + " " +
                           std::to_string(place.opened.value) + "\n";
  const Errno error = (*file)->write(text, 0);
  return error.failed() ? error : files.rename(path + ".new", path);
}

Result<std::unique_ptr<Copy>, OpenFailure> Copy::open(FileLayer& files, const Options& options, const LogId& log, const Codec& codec) {
  if (const Errno error = files.make_dir(options.dir); error.failed()) return open_failure(options.dir + " cannot be made", error);
  auto lock = files.lock(options.dir + "/lock");
  if (!lock) return OpenFailure{OpenError::locked, options.dir + " is in use by another process"};
  std::unique_ptr<Copy> copy(new Copy(files, options));
  copy->lock_ = std::move(*lock);
  const ChainFileOptions chain_options{options.dir, options.segment_bytes, options.idle, false};
  const auto exists = ChainFile::exists(files, options.dir);
  if (!exists) return exists.error();
  std::uint64_t term = 0;
  auto chain = !*exists ? ChainFile::create(files, chain_options, log) : ChainFile::open(files, chain_options, [&](const Record& record) {
    if (record.type != kLogOpened) return;
    if (const auto opened = codec.decode_opened(record)) term = std::max(term, opened->term);
  });
  if (!chain) return chain.error();
  copy->chain_ = std::move(*chain);
  if (copy->index().log() != log) {
    return OpenFailure{OpenError::failed, options.dir + " is a copy of log " + copy->index().log().text() + ", the topic holds log " +
                                              log.text() + ": log-diverged"};
  }
  copy->chain_->set_term(std::max(term, copy->chain_->term()));
  if (const auto cut = copy->chain_->prepare_to_append(); !cut) return cut.error();
  copy->find_place();
  return copy;
}

Copy::~Copy() {
  if (chain_) note_place();
}

Protocol::Start Copy::start(const Codec& codec) const {
  Protocol::Start start;
  start.kept = whole_tail(codec);
  start.term = chain_->term();
  if (place_.tail.sequence.value == 0) return start;
  if (const auto last = index().at(place_.tail.sequence)) {
    start.tail = place_.tail;
    start.at = place_.at;
    start.last = *last;
    start.leader = leader_at(place_.opened, codec);
  }
  return start;
}

/// A crash may have left the first record of a move alone at the end.
Tail Copy::whole_tail(const Codec& codec) const {
  const Tail tail = index().tail();
  const auto last = index().at(tail.sequence);
  const auto event = last && last->type == record_type_of(EventName::deleted) ? codec.decode(*last) : NotAnEvent{};
  if (!event || !event->moved_to) return tail;
  const auto before = index().at({tail.sequence.value - 1});
  return before ? tail_of(*before) : Tail{};
}

std::optional<LogOpened> Copy::leader_at(Sequence opened, const Codec& codec) const {
  const auto record = index().at(opened);
  return record ? codec.decode_opened(*record) : std::nullopt;
}

/// Takes off the front what the copy has already; nothing: it can be kept.
std::optional<Kept> Copy::compare(std::span<const Record>& records) const {
  const Sequence tail = index().tail().sequence;
  for (; !records.empty() && records.front().sequence <= tail; records = records.subspan(1)) {
    const auto kept = index().at(records.front().sequence);
    if (!kept) return Kept::no_room;  // cannot be read now
    if (kept->id != records.front().id) return Kept::diverged;
  }
  return std::nullopt;
}

Kept Copy::keep(std::span<const Record> records, Offset last_at, const Codec& codec, Telemetry& telemetry) {
  const Tail last = tail_of(records.back());
  Sequence last_opened = place_.opened;
  for (const Record& record : records) {
    if (record.type == kLogOpened) last_opened = record.sequence;
  }
  if (const auto hindrance = compare(records)) return *hindrance;
  while (!records.empty()) {
    const auto group = records.first(std::min(records.size(), kGroupRecordsMax));
    if (const Errno error = chain_->append(group); error.failed()) {
      telemetry.add(Counter::log_append_failures);
      telemetry.say(Level::error, "the copy of the log takes no records: " + error.text());
      return Kept::no_room;  // what was appended is compared when it comes again
    }
    for (const Record& record : group) {
      if (record.type != kLogOpened) continue;
      if (const auto opened = codec.decode_opened(record)) chain_->set_term(std::max(chain_->term(), opened->term));
    }
    records = records.subspan(group.size());
  }
  place_ = {last, last_at, last_opened};
  if (std::chrono::steady_clock::now() - noted_ > kNoteEvery) note_place();
  return Kept::done;
}

/// Whatever it says must fit the chain; else the topic is read from its beginning, which only takes longer.
void Copy::find_place() {
  const auto noted = read_place(files_, options_.dir);
  if (!noted) return;
  const auto record = index().at(noted->sequence);
  if (record && record->id == noted->id) place_ = {tail_of(*record), noted->at, noted->opened};
}

void Copy::note_place() {
  noted_ = std::chrono::steady_clock::now();
  (void)write_place(files_, options_.dir, {place_.tail.sequence, place_.tail.id, place_.at, place_.opened});
}

}  // namespace dialin::log::kafka
