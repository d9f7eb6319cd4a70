#include "projections/history_in_a_log.h"

#include <algorithm>
#include <stdexcept>

namespace dialin::projections {

HistoryInALog::HistoryInALog(const std::string& dir, unsigned seed) : random_(seed) {
  auto opened = log::EmbeddedLog::open({.dir = dir, .segment_bytes = 256 * 1024, .url = ""}, {files_, clock_, bytes_, codec_, telemetry_});
  if (!opened) throw std::runtime_error(opened.error().text);
  log_ = std::move(*opened);
}

void HistoryInALog::happen(int commands) {
  for (int i = 0; i < commands; ++i) happen(random_command());
}

void HistoryInALog::happen(const Command& command) {
  auto decision = decide(command, *this, Rules{});
  if (auto* events = std::get_if<Decided>(&decision)) append(std::move(*events));
}

/// Of few numbers, which are fought over. Ids are made in turn; most commands are their own tenant's.
Command HistoryInALog::random_command() {
  const auto draw = [this](unsigned below) { return static_cast<unsigned>(random_() % below); };
  const unsigned fresh = configs() + 1;
  const unsigned id = 1 + draw(std::max(configs(), 1U));
  const std::string number = "+1555000" + std::to_string(draw(30) + 100);
  const std::string name = "desk " + std::to_string(draw(50));
  const auto command = [&]() -> Command {
    switch (draw(10)) {
      case 0:
      case 1:
        return given::create(fresh, {{"type", "pinless_dialin"}, {"phone_number", number.c_str()}, {"name_prefix", name.c_str()}});
      case 2:
      case 3:
        return given::create(fresh, {{"type", "pin_dialin"}, {"ivr_greeting.message", name.c_str()}});
      case 4:
        return given::update(id, {{"name_prefix", name.c_str()}});
      case 5:
        return given::update(id, {{"phone_number", number.c_str()}});
      case 6:
        return given::remove(id);
      case 7:
        return given::move(id, fresh, {{"type", draw(2) == 0 ? "pin_dialin" : "pinless_dialin"}});
      default:
        return given::restore(id, 1 + draw(4));
    }
  }();
  const auto known = ledger_.configs().find(given::config(id));
  const bool is_strange = known == ledger_.configs().end() || draw(8) == 0;
  const bool is_second = is_strange ? draw(2) == 1 : known->second.tenant == given::tenant(2);
  Command by_someone = given::by(is_second ? 2 : 1, command);
  // As the codec wants it; what is in the box is of no account here.
  if (by_someone.fresh.hmac) by_someone.fresh.hmac = Sealed{"seal_test", "box", "00000000000000" + std::to_string(draw(90) + 10)};
  return by_someone;
}

void HistoryInALog::append(Decided events) {
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
