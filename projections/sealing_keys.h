#pragma once
// Which keys of the key ring the log's secrets were sealed with: noted in the views as events come in, so that a start can tell at once
// whether the key ring is the right one. Any thread.

#include <string>
#include <string_view>
#include <vector>

#include "domain/view_store.h"

namespace dialin::projections {

/// The key under which Family::meta notes that `key_id` is in use.
std::string sealing_key_note(std::string_view key_id);
/// The ids of all keys in use, in the order of their names.
std::vector<std::string> sealing_keys(const ViewReader& store);

/// Whether it is among them.
bool is_sealing_key(const ViewReader& store, std::string_view key_id);

}  // namespace dialin::projections
