#include "api/cli/serve/serving_views.h"

namespace dialin::cli {

ServingViews::ServingViews(std::string dir, projections::OpenViews& opened) : dir_(std::move(dir)), schema_(opened.schema) {
  if (schema_ == projections::kSchema) {
    store_ = std::move(opened.store);
    return;
  }
  auto switched = std::make_unique<projections::SwitchedStore>(std::move(opened.store));
  switched_ = switched.get();
  store_ = std::move(switched);
}

void ServingViews::begin_rebuild(const EventLog& log, const Codec& codec, Telemetry& telemetry, service::Writer& writer) {
  if (switched_ == nullptr) return;
  const auto between_groups = [&writer](std::function<bool()> step) { writer.between_groups(std::move(step)); };
  rebuild_ = std::make_unique<projections::Rebuild>(
      dir_, schema_, projections::Rebuild::Ports{*switched_, log, codec, view_stores(telemetry), telemetry, between_groups});
  rebuild_->start();
}

void ServingViews::ask_to_stop() {
  if (rebuild_) rebuild_->ask_to_stop();
}

void ServingViews::stop() {
  if (rebuild_) rebuild_->stop();
}

std::optional<projections::RebuildProgress> ServingViews::rebuilding() const {
  return rebuild_ ? rebuild_->progress() : std::nullopt;
}

}  // namespace dialin::cli
