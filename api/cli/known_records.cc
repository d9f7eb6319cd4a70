#include "api/cli/known_records.h"

#include <charconv>
#include <chrono>
#include <filesystem>
#include <thread>

#include "infra/storage/rocks_store.h"
#include "projections/open_views.h"

namespace dialin::cli {
namespace {

/// A server that has the views open may remove a file between the list of files and this reader's look at it.
projections::ViewsPlace place_in(const std::string& dir) {
  constexpr int kTriesMax = 5;
  for (int tries = 1;; ++tries) {
    try {
      return projections::place_of(*storage::open_rocks_reader(dir));
    } catch (const StoreFailure&) {
      if (tries == kTriesMax) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(50) * tries);
    }
  }
}

}  // namespace

bool KnownRecords::expect(std::string_view expected) {
  Known known;
  const char* end = expected.data() + expected.size();
  const auto [stop, error] = std::from_chars(expected.data(), end, known.sequence.value);
  if (error != std::errc{} || stop == end || *stop != ':' || known.sequence.value == 0) return false;
  const auto id = RecordId::parse(expected.substr(static_cast<std::size_t>(stop + 1 - expected.data())));
  if (!id) return false;
  known.id = *id;
  known.who = "you";
  known_.push_back(std::move(known));
  return true;
}

void KnownRecords::expect_what_views_hold(const std::string& data) {
  const std::string dir = projections::current_views(data + "/views");
  if (!std::filesystem::exists(dir)) return;
  const auto place = place_in(dir);
  if (place.position.sequence.value == 0) return;
  known_.push_back({place.position.sequence, place.position.id, place.log, "the views in " + data + "/views", std::nullopt});
}

void KnownRecords::see(const Record& record) {
  for (Known& known : known_) {
    if (record.sequence == known.sequence) known.found = record.id;
  }
}

std::optional<std::string> KnownRecords::missing(const LogId& log, const Tail& head) const {
  for (const Known& known : known_) {
    if (known.log && *known.log != log) return known.who + " are of another log than " + log.text();
    const std::string name =
        "record " + std::to_string(known.sequence.value) + " with id " + known.id.hex() + ", which " + known.who + " know";
    if (!known.found) return name + ", is missing: the log ends at record " + std::to_string(head.sequence.value);
    if (*known.found != known.id) return name + ", is another one in the log: " + known.found->hex();
  }
  return std::nullopt;
}

}  // namespace dialin::cli
