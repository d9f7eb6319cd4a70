#pragma once
// Why a log cannot be opened.

#include <cstdint>
#include <string>

#include "infra/log/fault.h"
#include "infra/log/file_layer.h"

namespace dialin::log {

enum class OpenError : std::uint8_t {
  locked,  ///< another process has it
  poison,  ///< a record below the synced mark is wrong
  no_space,
  unreachable,  ///< now; trying again is of use
  failed,       ///< anything else of the file system
};

struct OpenFailure {
  OpenError code = OpenError::failed;
  std::string text;  ///< a sentence for the operator: which file, where, what
};

inline OpenFailure open_failure(const Fault& fault) {
  return {fault.unreadable ? OpenError::failed : OpenError::poison, fault.text()};
}
inline OpenFailure open_failure(const std::string& what, Errno error) {
  return {error.no_space() ? OpenError::no_space : OpenError::failed, what + ": " + error.text()};
}

}  // namespace dialin::log
