#pragma once
// A record of the chain as a line of JSON: what `dialin export` writes and `dialin import` reads. Nothing of a record is lost: whoever
// reads the line can prove the record's hash, of the bytes as they were stored. Stateless; any thread. Reading keeps a parser and a buffer
// a thread, at most some 16 MB for the longest line.
//
//   {"sequence":7,"id":HEX,"previous":HEX,"type":TEXT,"tenant":UUID,"config_id":UUID,"time":RFC 3339,"value":TEXT}
//
// in this order, without white space; `tenant` and `config_id` only when the record has them. Bytes that are not UTF-8 stand as base64 in
// `value_base64` (`type_base64`) instead. Equal records are equal lines. Times from 1970 to 9999.

#include <string>
#include <string_view>

#include "domain/record.h"
#include "domain/result.h"

namespace dialin::codec {

/// Without its line end. The longest: a value of which every byte is escaped.
constexpr std::size_t kChainLineBytesMax = 6 * kRecordValueBytesMax + 4096;

/// Appends the line of `record`, its line end included.
void append_chain_line(const Record& record, std::string& out);

struct NotALine {
  std::string why;  ///< part of a sentence
};
/// `line` without its line end; members may stand in any order. Nothing of the record is proved but its form: not its hash, not its link.
Result<Record, NotALine> read_chain_line(std::string_view line);

}  // namespace dialin::codec
