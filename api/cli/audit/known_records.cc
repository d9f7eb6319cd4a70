#include "api/cli/audit/known_records.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "api/cli/audit/views_reader.h"
#include "projections/open_views.h"

namespace dialin::cli {

void KnownRecords::add(Known known) {
  const auto after = [](const Known& a, const Known& b) { return a.sequence < b.sequence; };
  known_.insert(std::upper_bound(known_.begin(), known_.end(), known, after), std::move(known));
}

bool KnownRecords::expect(std::string_view expected) {
  Sequence sequence;
  const char* end = expected.data() + expected.size();
  const auto [stop, error] = std::from_chars(expected.data(), end, sequence.value);
  if (error != std::errc{} || stop == end || *stop != ':' || sequence.value == 0) return false;
  const auto id = RecordId::parse(expected.substr(static_cast<std::size_t>(stop + 1 - expected.data())));
  if (!id) return false;
  add({sequence, *id, std::nullopt, "you", "know", std::nullopt});
  return true;
}

void KnownRecords::expect(const std::vector<KeptCheckpoint>& checkpoints, const std::string& file) {
  for (const auto& [says, line] : checkpoints) {
    add({says.sequence, says.id, says.log, "the checkpoint of " + says.time.rfc3339() + " in line " + std::to_string(line) + " of " + file,
         "knows", std::nullopt});
  }
}

void KnownRecords::expect_what_views_hold(const std::string& data) {
  const std::string dir = projections::current_views(data + "/views");
  if (!std::filesystem::exists(dir)) return;
  const auto place = projections::place_of(*open_views_reader(dir));
  if (place.position.sequence.value == 0) return;
  add({place.position.sequence, place.position.id, place.log, "the views in " + data + "/views", "know", std::nullopt});
}

void KnownRecords::see(const Record& record) {
  for (; seen_ < known_.size() && known_[seen_].sequence <= record.sequence; ++seen_) known_[seen_].found = record.id;
}

std::optional<std::string> KnownRecords::missing(const LogId& log, const Tail& head) const {
  const Known* sound = nullptr;
  for (const Known& known : known_) {
    if (known.log && *known.log != log) return known.who + (known.knows == "know" ? " are" : " is") + " of another log than " + log.text();
    if (known.found && *known.found == known.id) {
      sound = &known;
      continue;
    }
    const std::string unchanged = sound == nullptr ? ""
                                                   : "; up to record " + std::to_string(sound->sequence.value) + " the log is what " +
                                                         sound->who + " " + std::string(sound->knows);
    const std::string name = "record " + std::to_string(known.sequence.value) + " with id " + known.id.hex() + ", which " + known.who +
                             " " + std::string(known.knows);
    if (!known.found) return name + ", is missing: the log ends at record " + std::to_string(head.sequence.value) + unchanged;
    return name + ", is another one in the log: " + known.found->hex() + unchanged;
  }
  return std::nullopt;
}

}  // namespace dialin::cli
