#pragma once
// One event of each kind, as a caller's morning might make them, and what comparing events needs. The fixture events.v1.jsonl holds the
// same in JSON.

#include <string>
#include <vector>

#include "domain/event.h"
#include "domain/record.h"

namespace dialin::codec {

ConfigId config_id(std::string_view text);
Record record_of(const Event& event, std::string value);

Event created_pinless();
Event updated_pinless();  ///< name changed, URL added, message removed
Event deleted_pinless();
Event restored_after_delete();
Event moved_to_pin();        ///< the deletion that begins a move
Event moved_from_pinless();  ///< the creation that ends it
std::vector<Event> one_of_each();
Event traced();  ///< as updated_pinless(), but made by a call that belonged to a trace

/// In every field, the seal's bytes included; empty, or the name of the first field that differs.
std::string first_difference(const Event& a, const Event& b);

}  // namespace dialin::codec
