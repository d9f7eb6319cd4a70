#pragma once
// Callers send their key to the wrong place: as a property, a request id, in a path. What the store would say again, to them or to its log,
// is looked through for what looks like one, because it stays where it was said. Any thread.

#include <string>
#include <string_view>

namespace dialin::http {

/// So much of a key (`dk_` and 43 characters of base64url) makes it one; the rest may have been cut off.
constexpr std::size_t kKeyPieceBytesMin = 16;

bool holds_key(std::string_view text);
/// Each becomes `dk_…`.
void hide_keys(std::string& text);

}  // namespace dialin::http
