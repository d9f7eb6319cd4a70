#include "infra/log/kafka/stray_account.h"

#include <cstring>

namespace dialin::log::kafka {
namespace {

std::uint64_t first_bytes(const RecordId& id) {
  std::uint64_t bytes;
  std::memcpy(&bytes, id.bytes.data(), sizeof bytes);
  return bytes;
}

/// A record that may take the place of one that is in flight.
bool begins_lead(const Record& record) {
  return record.type == kLogOpened || record.type == kLogCreated;
}

std::string name_of(const FoundRecord& found) {
  return "record " + std::to_string(found.record->sequence.value) + " at offset " + std::to_string(found.offset);
}

}  // namespace

void StrayAccount::join(const Record& record) {
  chain_.push_back(first_bytes(record.id));
  if (begins_lead(record)) openings_.insert(record.sequence.value);
  behind_ = 0;
}

bool StrayAccount::is_on_chain(Sequence sequence, const RecordId& id) const {
  return sequence.value < chain_.size() && chain_[sequence.value] == first_bytes(id);
}

StrayAccount::Kind StrayAccount::kind_of(const Record& record) const {
  if (is_on_chain(record.sequence, record.id)) return Kind::usual;
  if (record.sequence.value > 0 && is_on_chain({record.sequence.value - 1}, record.previous)) {
    return begins_lead(record) || openings_.contains(record.sequence.value) ? Kind::usual : Kind::breach;
  }
  if (record.type == kLogOpened) return Kind::breach;
  return usual_.contains(first_bytes(record.previous)) ? Kind::usual : Kind::orphan;
}

void StrayAccount::stray(const FoundRecord& found, const std::optional<LogId>& log) {
  if (found.is_mark) return;
  ++count_;
  // Anybody can write what is no record, or another log's.
  if (!found.record || (log && found.log != log) || found.record->id != chain_id(*found.record)) return;
  const Kind kind = kind_of(*found.record);
  if (kind == Kind::usual) {
    usual_.insert(first_bytes(found.record->id));
    return;
  }
  if (behind_++ == 0) first_behind_ = name_of(found);
  if (kind == Kind::orphan || !breach_.empty()) return;
  breach_ = name_of(found) + " is sound, but not on the chain: ";
  breach_ += found.record->type == kLogOpened ? "a node took the lead behind a record that is not here any more"
                                              : "another record stands in its place, where no node took the lead";
}

std::optional<std::string> StrayAccount::loss() const {
  if (!breach_.empty()) return breach_;
  if (behind_ == 0) return std::nullopt;
  const bool is_one = behind_ == 1;
  return std::to_string(behind_) + (is_one ? " record" : " records") + " behind the head " + (is_one ? "does" : "do") +
         " not chain, the first of them " + first_behind_ + ": a record before it is gone";
}

}  // namespace dialin::log::kafka
