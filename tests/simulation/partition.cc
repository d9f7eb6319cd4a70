#include "simulation/partition.h"

#include <algorithm>

namespace dialin::simulation {
namespace {

std::string name_of(const Record& record) {
  return record.type + " " + std::to_string(record.sequence.value) + ":" + record.id.hex().substr(0, 8);
}
std::string name_of(const Partition::FoundRecord& found) {
  if (found.record) return name_of(*found.record);
  return found.is_mark ? "a mark" : "garbage";
}

}  // namespace

Partition::ProducerId Partition::new_producer() {
  producers_.emplace_back();
  return producers_.size() - 1;
}

void Partition::send(ProducerId producer, log::kafka::Token token, const Record& record) {
  if (producers_[producer].in_flight.empty()) busy_.push_back(producer);
  producers_[producer].in_flight.emplace_back(token, record);
  ++in_flight_;
}

std::optional<Report> Partition::next_report(ProducerId producer) {
  auto& reports = producers_[producer].reports;
  if (reports.empty()) return std::nullopt;
  const Report report = reports.front();
  reports.pop_front();
  return report;
}

void Partition::step(bool faults) {
  if (!is_up_) return;
  if (!repeated_.empty() && (busy_.empty() || world_.one_in(4))) {
    add(repeated_.front());
    repeated_.pop_front();
    return;
  }
  if (busy_.empty()) return;
  const std::size_t at = world_.below(busy_.size());
  Producer& producer = producers_[busy_[at]];
  land_oldest(producer, faults);
  if (producer.in_flight.empty()) busy_.erase(busy_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Partition::land_oldest(Producer& producer, bool faults) {
  const auto [token, record] = std::move(producer.in_flight.front());
  producer.in_flight.pop_front();
  --in_flight_;
  const bool is_bad = faults && world_.one_in(producer.is_heard ? 40 : 8);
  const bool lands = !is_bad || world_.one_in(2);
  Report report{token, std::nullopt};
  if (lands) {
    if (!is_bad) report.offset = end();
    add(record);
    if (faults && world_.one_in(50)) repeated_.push_back(record);
  } else {
    world_.note([&] { return "lost: " + name_of(record); });
  }
  const bool report_is_lost = is_bad && world_.one_in(3) && !producer.in_flight.empty();
  if (producer.is_heard && !report_is_lost) producer.reports.push_back(report);
}

void Partition::go_down() {
  is_up_ = false;
  ++world_.counts.restarts;
  world_.note([] { return std::string("the broker goes down"); });
  for (std::size_t at = 0; at < busy_.size(); ++at) {
    Producer& producer = producers_[busy_[at]];
    if (!world_.one_in(2)) continue;
    for (std::size_t landed = world_.below(producer.in_flight.size() + 1); landed > 0; --landed) {
      add(producer.in_flight.front().second);
      if (producer.is_heard) producer.reports.push_back({producer.in_flight.front().first, std::nullopt});
      producer.in_flight.pop_front();
      --in_flight_;
    }
  }
  std::erase_if(busy_, [this](std::size_t producer) { return producers_[producer].in_flight.empty(); });
}

void Partition::add(const Record& record) {
  FoundRecord found;
  found.record = record;
  found.previous = record.previous;
  add(std::move(found));
}

Partition::Offset Partition::add_mark() {
  FoundRecord mark;
  mark.is_mark = true;
  add(std::move(mark));
  return end();
}

void Partition::add_garbage() {
  FoundRecord garbage;
  if (world_.one_in(2)) DrawnRandom(world_).fill(garbage.previous.emplace().bytes);
  add(std::move(garbage));
}

void Partition::add(FoundRecord found) {
  found.offset = end();
  found.stamped = world_.true_time();
  world_.note([&] { return "offset " + std::to_string(found.offset) + ": " + name_of(found); });
  landed_(found);
  records_.push_back(std::move(found));
}

}  // namespace dialin::simulation
