#include "simulated_partition.h"

#include <utility>

namespace dialin::log::kafka {

SimulatedPartition::ProducerId SimulatedPartition::new_producer() {
  producers_.emplace_back();
  return producers_.size() - 1;
}

void SimulatedPartition::send(ProducerId producer, Token token, const Record& record) {
  producers_[producer].in_flight.emplace_back(token, record);
  ++in_flight_;
}

std::optional<Report> SimulatedPartition::next_report(ProducerId producer) {
  auto& reports = producers_[producer].reports;
  if (reports.empty()) return std::nullopt;
  const Report report = reports.front();
  reports.pop_front();
  return report;
}

void SimulatedPartition::step(bool faults) {
  if (in_flight_ == 0) return;
  std::size_t at = draw_() % producers_.size();
  while (producers_[at].in_flight.empty()) at = (at + 1) % producers_.size();
  Producer& producer = producers_[at];
  const auto [token, record] = std::move(producer.in_flight.front());
  producer.in_flight.pop_front();
  --in_flight_;
  const bool is_bad = faults && one_in(draw_, 40);
  const bool lands = !is_bad || one_in(draw_, 2);
  Report report{token, std::nullopt};
  if (lands) {
    if (!is_bad) report.offset = end();
    add({0, record, record.previous, {}});
    if (faults && one_in(draw_, 50)) add({0, record, record.previous, {}});
  }
  const bool report_is_lost = is_bad && one_in(draw_, 3) && !producer.in_flight.empty();
  if (producer.is_heard && !report_is_lost) producer.reports.push_back(report);
}

void SimulatedPartition::add(FoundRecord found) {
  found.offset = end();
  if (found.record && check_link(tail_, *found.record).link == Link::next) extend(*found.record);
  records_.push_back(std::move(found));
}

void SimulatedPartition::extend(const Record& record) {
  tail_ = tail_of(record);
  chain_.push_back(record.id);
  on_chain_.insert(record.id);
  const std::string at = " at sequence " + std::to_string(record.sequence.value);
  if (denied_.contains(record.id)) violation = "a record joined the chain of which it was said that it is not stored" + at;
  if (promised_ && record.config != promised_) violation = "half a move" + at;
  promised_.reset();
  if (record.type != record_type_of(EventName::deleted)) return;
  const auto event = codec_.decode(record);
  if (event && event->moved_to) promised_ = event->moved_to->config_id;
}

void SimulatedPartition::deny(const RecordId& id) {
  denied_.insert(id);
  if (on_chain_.contains(id)) violation = "a record is on the chain of which it was said that it is not stored";
}

}  // namespace dialin::log::kafka
