#pragma once
// Whether bytes are an MP3 that may be hold music, judged by decoding them with libmpg123 as they come: nothing is kept but the frame that
// is being read. Only frames that are there count; what headers say of length, frames or rate of the whole is not believed (a Xing or Info
// header is passed over). Work and memory are bounded whatever the bytes are: judging ends as soon as it is clear that they are not fit.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "domain/result.h"

namespace dialin::media {

/// Music lasts less than this (contract, "The config object").
constexpr std::chrono::seconds kMusicLength{60};

/// One judgement. One thread.
class Mp3Judge {
 public:
  Mp3Judge();  ///< throws std::runtime_error when libmpg123 cannot be had
  ~Mp3Judge();
  Mp3Judge(Mp3Judge&&) noexcept;
  Mp3Judge& operator=(Mp3Judge&&) noexcept;

  /// The next bytes. False: it is already clear that they are not fit, and more need not come.
  bool feed(std::string_view bytes);
  /// There are no more: how long the music lasts, or what is wrong, as the end of a sentence whose subject is the property.
  Result<std::chrono::microseconds, std::string> finish();

 private:
  class Decoding;
  std::unique_ptr<Decoding> decoding_;
};

/// All bytes at once.
Result<std::chrono::microseconds, std::string> judge_mp3(std::string_view bytes);

}  // namespace dialin::media
