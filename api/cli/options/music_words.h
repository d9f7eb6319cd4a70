#pragma once
// What `dialin serve` is told of the check of hold music.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/cli/options/command_line.h"
#include "infra/media/music_checks.h"

namespace dialin::cli {

struct HoldMusicOptions {
  bool is_checked = false;
  media::MusicOptions checks;
};

/// Made before the line is parsed, asked afterwards.
class MusicWords {
 public:
  explicit MusicWords(CommandLine& line);
  MusicWords(const MusicWords&) = delete;
  MusicWords& operator=(const MusicWords&) = delete;
  /// Why they cannot be used; empty: `music` is set.
  std::string read(HoldMusicOptions& music) const;

 private:
  std::string check_ = "off";
  std::vector<std::string> allow_;
  std::string ca_;
  std::optional<std::uint64_t> fresh_s_;  ///< absent: not said
};

}  // namespace dialin::cli
