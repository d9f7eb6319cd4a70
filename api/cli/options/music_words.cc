#include "api/cli/options/music_words.h"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace dialin::cli {
namespace {

constexpr std::uint64_t kFreshMax_s = 24 * 3600;
constexpr std::uint64_t kFreshByDefault_s = 300;

/// Appends the ranges of a comma list; the first that is none, or nothing.
std::string add_ranges(std::string_view list, std::vector<media::Range>& ranges) {
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view text = list.substr(0, comma);
    const auto range = media::Range::parse(text);
    if (!range) return "'" + std::string(text) + "'";
    ranges.push_back(*range);
    if (comma == list.size()) return {};
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

MusicWords::MusicWords(CommandLine& line) {
  line.option("--hold-music-check", check_,
              "whether a new hold_music_url is fetched, and refused unless it is a public MP3 of the right size")
      .one_of({"off", "on"});
  line.list("--hold-music-allow", allow_,
            "CIDR,… of addresses that hold music may come from although they are not public; may be repeated");
  line.option("--hold-music-ca", ca_, "file of certificates (PEM) that servers of hold music are trusted by, beside the system's");
  line.option("--hold-music-fresh", fresh_s_,
              "seconds for which a URL that was found good is not asked for again [" + std::to_string(kFreshByDefault_s) + "]")
      .range(0, kFreshMax_s);
}

std::string MusicWords::read(HoldMusicOptions& music) const {
  music.is_checked = check_ == "on";
  if (!music.is_checked && !(allow_.empty() && ca_.empty() && !fresh_s_))
    return "--hold-music-allow, --hold-music-ca and --hold-music-fresh go with --hold-music-check on";
  for (const std::string& list : allow_) {
    if (const std::string wrong = add_ranges(list, music.checks.allowed); !wrong.empty())
      return "--hold-music-allow must be CIDR,… such as 10.1.0.0/16 or fd00::/8, no bit set behind the prefix, not " + wrong;
  }
  music.checks.ca_file = ca_;
  music.checks.fit_for = std::chrono::seconds(fresh_s_.value_or(kFreshByDefault_s));
  return {};
}

}  // namespace dialin::cli
