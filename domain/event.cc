#include "domain/event.h"

namespace dialin {

std::string_view name_of(EventName name) {
  constexpr std::string_view names[] = {"ConfigCreated", "ConfigUpdated", "ConfigDeleted"};
  return names[static_cast<std::size_t>(name)];
}

std::string_view record_type_of(EventName name) {
  constexpr std::string_view types[] = {"dialin.config.created.v1", "dialin.config.updated.v1", "dialin.config.deleted.v1"};
  return types[static_cast<std::size_t>(name)];
}

bool is_event_type(std::string_view record_type) {
  for (const EventName name : {EventName::updated, EventName::created, EventName::deleted}) {
    if (record_type == record_type_of(name)) return true;
  }
  return false;
}

}  // namespace dialin
