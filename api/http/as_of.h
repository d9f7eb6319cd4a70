#pragma once
// `as_of`: the place in the log that a read looks back to, as a caller names it, by a sequence or by a time (contract.md, "Calls"). Who
// waits until this node has got there is read_position.h.

#include "api/http/call.h"
#include "domain/log_point.h"

namespace dialin::http {

/// As parse_log_point(), but an offset's plus sign may have become a blank, as in queries it does unless it was percent-encoded.
std::optional<LogPoint> parse_as_of(std::string_view text);

/// What the call asks for. Nothing when it asks for the present, or its query is refused anyway. A problem when the text is no place, the
/// key lacks the scope audit, or the views cannot look back yet.
Result<std::optional<LogPoint>, Problem> as_of_wish(const Call& call);

/// The refusal of `what` while views that know no past serve.
Problem cannot_look_back(const Wiring& wiring, std::string_view what);

/// Whether that place is applied here, so that nobody need be asked. Reads the views for a time.
bool is_applied(const LogPoint& as_of, const Wiring& wiring);
/// Whether a sequence lies behind the log's end, as the log has just told it.
std::optional<Problem> check_within(const LogPoint& as_of, Sequence end);
/// The sequence it stands for, both halves of a move or neither, once is_applied() or the log's end is. A time is refused when it lies in
/// the future: later than the clock and than all that is applied.
Result<Sequence, Problem> place_of(const LogPoint& as_of, const Wiring& wiring);

}  // namespace dialin::http
