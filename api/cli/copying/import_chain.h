#pragma once
// Imports a chain: what the log holds already is compared and passed over, the rest is appended. Whatever happens, the log holds a
// beginning of the chain afterwards, and a second run goes on from there. One thread.

#include <cstdint>
#include <functional>

#include "api/cli/copying/import_target.h"
#include "api/cli/copying/record_lines.h"
#include "domain/codec.h"

namespace dialin::cli {

struct Imported {
  std::uint64_t appended = 0;     ///< certainly stored
  std::uint64_t passed_over = 0;  ///< were there before
  Tail head;                      ///< of the log, as far as it was looked at
  /// The last record taken begins a move whose other half did not come: the next node that leads completes it.
  bool ends_within_move = false;
};

/// `imported` is filled in whatever comes of it. `told` is called between groups with the records looked at.
Result<void, CannotImport> import_chain(RecordLines& lines, ImportTarget& target, const Codec& codec,
                                        const std::function<void(std::uint64_t)>& told, Imported& imported);

}  // namespace dialin::cli
