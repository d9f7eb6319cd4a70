#include "projections/history_in_a_log.h"

#include <stdexcept>

namespace dialin::projections {

HistoryInALog::HistoryInALog(const std::string& dir, unsigned seed) : random_(seed) {
  auto opened = log::EmbeddedLog::open({.dir = dir, .segment_bytes = 256 * 1024, .url = ""}, {files_, clock_, bytes_, codec_, telemetry_});
  if (!opened) throw std::runtime_error(opened.error().text);
  log_ = std::move(*opened);
}

void HistoryInALog::happen(int commands) {
  for (int i = 0; i < commands; ++i) {
    auto decision = decide(random_command(), *this, Rules{});
    if (auto* events = std::get_if<Decided>(&decision)) append(std::move(*events));
  }
}

/// Of few ids, so that they meet: most commands find their config, and numbers are fought over.
Command HistoryInALog::random_command() {
  const auto draw = [this](unsigned below) { return static_cast<unsigned>(random_() % below); };
  const unsigned id = 1 + draw(30);
  const std::string number = "+1555000" + std::to_string(draw(20) + 100);
  const std::string name = "desk " + std::to_string(draw(50));
  const auto command = [&]() -> Command {
    switch (draw(8)) {
      case 0:
      case 1:
        return given::create(id, {{"type", "pinless_dialin"}, {"phone_number", number.c_str()}, {"name_prefix", name.c_str()}});
      case 2:
        return given::create(id, {{"type", "pin_dialin"}, {"ivr_greeting.message", name.c_str()}});
      case 3:
        return given::update(id, {{"name_prefix", name.c_str()}});
      case 4:
        return given::update(id, {{"phone_number", number.c_str()}});
      case 5:
        return given::remove(id);
      case 6:
        return given::move(id, 1 + draw(30), {{"type", draw(2) == 0 ? "pin_dialin" : "pinless_dialin"}});
      default:
        return given::restore(id, 1 + draw(4));
    }
  }();
  Command by_someone = given::by(1 + draw(2), command);
  // As the codec wants it; what is in the box is of no account here.
  if (by_someone.fresh.hmac) by_someone.fresh.hmac = Sealed{"seal_test", "box", "00000000000000" + std::to_string(draw(90) + 10)};
  return by_someone;
}

void HistoryInALog::append(Decided events) {
  for (const Event& event : events) {
    // An id is made once; the commands here draw them anew.
    if (event.name == EventName::created && !event.restored_from && ledger_.configs().contains(event.config_id)) return;
  }
  std::vector<Record> group;
  Instant time = next_time(clock_.now(), log_->tail().time);
  for (const Event& event : events) {
    Record& record = group.emplace_back();
    record.type = record_type_of(event.name);
    record.tenant = event.tenant;
    record.config = event.config_id;
    record.time = time;
    codec_.encode(event, record.value);
    ++time.us;
  }
  group.front().previous = log_->end().id;
  log_->append(group, [](Result<Tail, LogError> appended) {
    if (!appended) throw std::runtime_error("the log refused a group");
  });
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (const auto fault = ledger_.add(group[i], &events[i]); !fault.empty()) throw std::runtime_error(std::string(fault));
    versions_[events[i].config_id].push_back(events[i].config);
  }
}

const ConfigState* HistoryInALog::state(const TenantId& tenant, const ConfigId& id) {
  const auto found = ledger_.configs().find(id);
  return found == ledger_.configs().end() || found->second.tenant != tenant ? nullptr : &found->second;
}

std::optional<Holder> HistoryInALog::holder(const PhoneNumber& number) {
  const auto found = ledger_.numbers().find(number.text());
  return found == ledger_.numbers().end() ? std::nullopt : std::optional(found->second);
}

std::optional<Config> HistoryInALog::past(const TenantId& tenant, const ConfigId& id, Version version) {
  if (state(tenant, id) == nullptr || version.value == 0 || version.value > versions_[id].size()) return std::nullopt;
  return versions_[id][version.value - 1];
}

}  // namespace dialin::projections
