#pragma once
// What a command prints, to stdout, in great pieces, and whether it got there: a full disk behind `>` is an error, and is said. The only
// way to stdout: std::cout tells nobody. One thread.

#include <string>
#include <string_view>

namespace dialin::cli {

class Output {
 public:
  /// From here on a reader that goes ends no process any more: write() tells.
  Output();

  /// The buffer to append to; flush() is due by is_full().
  std::string& text() { return text_; }
  bool is_full() const { return text_.size() >= kFull_bytes; }
  /// Writes all of it. False: it cannot be written, see is_unread() and fault().
  bool flush();

  /// Whoever reads has gone, as `head` does.
  bool is_unread() const;
  std::string fault() const;

  /// For a result that is of use only as a whole: writes what is left, and gives how the command ends. `status`, or kCouldNotRun when it
  /// did not get out, which `name`, as `dialin verify`, says on stderr; not of a reader that has gone, who knows.
  int end(std::string_view name, int status);

 private:
  static constexpr std::size_t kFull_bytes = 256 * 1024;
  std::string text_;
  int error_ = 0;
};

/// Output::end() of a result that is there at once.
int print(std::string_view name, std::string text, int status = 0);

}  // namespace dialin::cli
