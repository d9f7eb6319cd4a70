#pragma once
// The config object of the contract, as the log, answers and shown events have it. They differ in how they show the secret, so hmac is
// asked for.

#include "domain/config.h"
#include "infra/codec/json_writer.h"

namespace dialin::codec {

enum class HmacAs : std::uint8_t {
  seal,         ///< `{"key_id","sealed","fingerprint"}`: in the log
  fingerprint,  ///< its text: in shown events
  hole,         ///< `""`: in an answer, where the clear text goes in later
};

/// The members of the properties that are set, in the order of Property; the caller opens and closes the object. Returns where the hole is:
/// the length of `out` between the two quotes, 0 when there is none. `out` is what `writer` writes to.
std::size_t write_properties(const Config& config, HmacAs hmac_as, JsonWriter& writer, const std::string& out);

}  // namespace dialin::codec
