#pragma once
// What the fuzz targets have in common. A target is one file: an entry for libFuzzer that feeds one reader of foreign bytes and checks what
// must hold of whatever it makes of them. What breaks ends the process, so that the input is kept.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace dialin::fuzz {

inline std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// Not the program's invariant(): that one aborts, too, but says of itself that it stands in the program.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

/// Takes pieces off the front of an input: the first bytes choose what is done with the rest.
class Pieces {
 public:
  explicit Pieces(std::string_view rest) : rest_(rest) {}
  /// 0 when nothing is left.
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  /// Up to the next line feed, which is dropped, or to the end.
  std::string_view line() {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return line;
  }
  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// A private file of this process that holds `text`: for what reads files and nothing else. The same one each time, gone at the exit.
const std::string& file_with(std::string_view text);

}  // namespace dialin::fuzz
