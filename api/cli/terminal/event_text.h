#pragma once
// An event as people read it on a terminal, and as programs do. Neither shows a secret. Stateless; any thread.

#include <string>
#include <string_view>

#include "domain/codec.h"
#include "domain/event.h"
#include "domain/record.h"

namespace dialin::cli {

/// Appends a block of lines: what happened, where and when, who did it, and each property that changed, `property: from → to`. `event` is
/// null for records that have none.
void append_event_text(const Record& record, const Event* event, const Codec& codec, std::string& out);

/// Appends a line of JSON: the event as REST shows it, with `"tenant"`; a record without one with its `"ce_type"` and what it says.
void append_event_json(const Record& record, const Event* event, const Codec& codec, std::string& out);

/// Appends `text` so that no terminal does anything but show it: control characters, those that turn the direction of writing, and what is
/// no UTF-8 stand as escapes.
void append_printable(std::string_view text, std::string& out);

}  // namespace dialin::cli
