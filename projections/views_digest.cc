#include "projections/views_digest.h"

#include <utility>

#include "domain/evolve.h"
#include "projections/keys.h"
#include "projections/open_views.h"
#include "projections/projector.h"

namespace dialin::projections {
namespace {

constexpr std::size_t kConfigKeyBytes = 32;

class Fold {
 public:
  Fold(const ViewReader& views, const EventLog& log, const Codec& codec) : views_(views), log_(log), codec_(codec) {}

  /// The config's last event stands at `sequence`. Empty, or what is wrong.
  std::string add(std::string_view config, Sequence sequence);
  std::uint64_t live() const { return live_; }
  StateDigest& state() { return state_; }

 private:
  std::string compare(std::string_view config, const ConfigState& state);

  const ViewReader& views_;
  const EventLog& log_;
  const Codec& codec_;
  StateDigest state_;
  std::uint64_t live_ = 0;
  std::string row_;
};

std::string Fold::add(std::string_view config, Sequence sequence) {
  const std::string name = "record " + std::to_string(sequence.value) + ", which the views name as a config's last, ";
  auto record = log_.at(sequence);
  if (!record) return name + "cannot be read from the log";
  auto event = event_of(*record, codec_);
  if (!event || !*event) return name + "is no event";
  const ConfigState state = state_after(**event, record->sequence, record->time);
  if (config != config_key(state.tenant, state.id)) return name + "is of another config";
  state_.put(state.tenant, state.id, state_leaf(state));
  return compare(config, state);
}

std::string Fold::compare(std::string_view config, const ConfigState& state) {
  const bool is_there = views_.get(Family::configs, config, row_);
  const std::string name = "config " + state.id.text() + " of tenant " + state.tenant.text();
  if (state.deleted) return is_there ? name + " is deleted, but the views have it" : "";
  if (!is_there) return name + " is missing in the views";
  ++live_;
  return row_ == ConfigRow::of(state, codec_).encode()
             ? ""
             : name + " is another in the views than record " + std::to_string(state.sequence.value) + " says";
}

std::uint64_t rows(const ViewReader& views, Family family) {
  std::uint64_t count = 0;
  const auto cursor = views.cursor(family, {});
  for (cursor->seek({}); cursor->valid(); cursor->next()) ++count;
  return count;
}

/// Whether the log holds the record that the views stand at. Equal sequences prove nothing. Empty, or what is wrong.
std::string why_of_another_log(const ViewsPlace& place, const EventLog& log) {
  if (place.log && *place.log != log.id()) return "the views are of another log, " + place.log->text();
  const auto& [sequence, id, time] = place.position;
  if (sequence.value == 0) return {};
  const std::string name = "record " + std::to_string(sequence.value) + ", which the views stand at, ";
  const auto record = log.at(sequence);
  if (!record) return name + "cannot be read from the log";
  return record->id == id ? "" : name + "is another one in the log: " + record->id.hex() + ", and they know " + id.hex();
}

}  // namespace

ViewsDigest digest_of_views(const ViewReader& views, const EventLog& log, const Codec& codec,
                            const std::function<void(std::uint64_t)>& seen) {
  ViewsDigest digest;
  const ViewsPlace place = place_of(views);
  digest.position = place.position;
  digest.fault = why_of_another_log(place, log);
  Fold fold(views, log, codec);
  std::string config;
  Sequence last;
  std::uint64_t count = 0;
  const auto finish = [&] {
    if (config.empty() || !digest.fault.empty()) return;
    digest.fault = fold.add(config, last);
    seen(++count);
  };
  // By tenant, config and version: the last key of a config is its last event.
  const auto cursor = views.cursor(Family::history, {});
  for (cursor->seek({}); cursor->valid() && digest.fault.empty(); cursor->next()) {
    if (const auto of = cursor->key().substr(0, kConfigKeyBytes); of != config) {
      finish();
      config = of;
    }
    last = {decode_number(cursor->value())};
  }
  finish();
  if (digest.fault.empty() && rows(views, Family::configs) != fold.live()) digest.fault = "the views have configs that no event made";
  digest.state = std::move(fold.state());
  return digest;
}

}  // namespace dialin::projections
