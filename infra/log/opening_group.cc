#include "infra/log/opening_group.h"

#include <utility>

namespace dialin::log {

void OpeningGroup::found(const LogId& log) {
  Record record;
  record.type = kLogCreated;
  record.time = next_time(ports_.clock.now(), tail_.time);
  ports_.codec.encode(LogCreated{log}, record.value);
  add(std::move(record));
}

void OpeningGroup::complete(const Record& deleted, const Event& creation) {
  Record record;
  record.type = record_type_of(creation.name);
  record.tenant = deleted.tenant;
  record.config = creation.config_id;
  record.time = {deleted.time.us + 1};
  ports_.codec.encode(creation, record.value);
  add(std::move(record));
}

void OpeningGroup::open(const std::string& node, const std::string& url, std::uint64_t term) {
  LogOpened opened{node, url, term, {}};
  ports_.random.fill(opened.nonce);
  Record record;
  record.type = kLogOpened;
  record.time = next_time(ports_.clock.now(), tail_.time);
  ports_.codec.encode(opened, record.value);
  add(std::move(record));
}

void OpeningGroup::add(Record record) {
  chain_after(tail_, record);
  tail_ = tail_of(record);
  records_.push_back(std::move(record));
}

}  // namespace dialin::log
