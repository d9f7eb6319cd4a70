#pragma once
// What is looked at in the head of an answer. Fed line by line as libcurl reads them; bounded in bytes, whatever comes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dialin::media {

class ResponseHead {
 public:
  static constexpr std::size_t kBytesMax = 32 * 1024;  ///< all heads, interim ones and trailers too

  /// One line with its end. False: there were too many.
  bool add(std::string_view line);
  /// The empty line behind the last head has come, and it was no interim one.
  bool is_complete() const { return is_complete_; }

  unsigned status = 0;
  bool is_http1 = false;
  std::string location;
  std::string etag;
  std::string last_modified;
  std::string content_encoding;
  std::string transfer_encoding;
  std::optional<std::uint64_t> content_length;  ///< as it claims; what is beyond all numbers is the largest

 private:
  void begin(std::string_view status_line);
  void take_field(std::string_view line);

  std::size_t bytes_ = 0;
  bool is_complete_ = false;
};

}  // namespace dialin::media
