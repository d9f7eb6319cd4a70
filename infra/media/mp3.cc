#include "infra/media/mp3.h"

#include <mpg123.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

#include "infra/media/id3v2.h"

namespace dialin::media {
namespace {

/// What is between two frames, or in front of the first, at most: libmpg123 keeps it until it finds a frame.
constexpr std::size_t kGapBytesMax = 64 * 1024;
constexpr long kResyncBytesMax = 16 * 1024;
/// A tag at the end, what is left of a frame that was cut, the Xing header: so many bytes that are no frames are passed over, and beyond
/// them one in eight.
constexpr std::uint64_t kJunkBytesFree = 4 * 1024;
constexpr std::uint64_t kJunkShare = 8;
/// A frame by itself is found in any bytes.
constexpr std::uint64_t kFramesMin = 2;
constexpr std::size_t kHeaderBytes = 4;
/// The least common multiple of all sampling rates there are (8,000 to 48,000): lengths add up exactly.
constexpr std::uint64_t kTicksASecond = 14'112'000;
constexpr std::uint64_t kTicksMax = kTicksASecond * static_cast<std::uint64_t>(kMusicLength.count());

struct Deleted {
  void operator()(mpg123_handle* handle) const { mpg123_delete(handle); }
};
using Handle = std::unique_ptr<mpg123_handle, Deleted>;

Handle opened() {
  int error = MPG123_OK;
  Handle handle(mpg123_new(nullptr, &error));
  const auto set = [&](mpg123_parms what, long value) {
    if (error == MPG123_OK) error = mpg123_param(handle.get(), what, value, 0);
  };
  if (handle) {
    set(MPG123_FLAGS, MPG123_QUIET | MPG123_IGNORE_STREAMLENGTH | MPG123_SKIP_ID3V2);
    set(MPG123_REMOVE_FLAGS, MPG123_GAPLESS | MPG123_AUTO_RESAMPLE | MPG123_PICTURE);
    set(MPG123_RESYNC_LIMIT, kResyncBytesMax);
    set(MPG123_RVA, MPG123_RVA_OFF);
    if (error == MPG123_OK) error = mpg123_open_feed(handle.get());
  }
  if (!handle || error != MPG123_OK) throw std::runtime_error(std::string("libmpg123: ") + mpg123_plain_strerror(error));
  return handle;
}

}  // namespace

class Mp3Judge::Decoding {
 public:
  Decoding() : handle_(opened()) {}

  bool feed(std::string_view bytes) {
    if (why_) return false;
    const std::string_view rest = tags_.past(bytes);
    take(tags_.take_held());
    take(rest);
    return !why_;
  }

  Result<std::chrono::microseconds, std::string> finish() {
    if (!why_ && frames_ < kFramesMin) why_ = "must name an MP3: no frames of MPEG audio layer III were found in it";
    if (!why_ && bytes_ - frame_bytes_ > kJunkBytesFree + bytes_ / kJunkShare) {
      why_ = "must name an MP3: " + std::to_string(bytes_ - frame_bytes_) + " of its " + std::to_string(bytes_) +
             " bytes are no frames of MPEG audio layer III";
    }
    if (why_) return *why_;
    return std::chrono::microseconds(ticks_ * 1'000'000 / kTicksASecond);
  }

 private:
  /// In pieces, so that a frame is taken out before much more goes in.
  void take(std::string_view bytes) {
    constexpr std::size_t kPieceBytes = 16 * 1024;
    while (!bytes.empty() && !why_) {
      const std::string_view piece = bytes.substr(0, kPieceBytes);
      bytes.remove_prefix(piece.size());
      bytes_ += piece.size();
      // Once it has lost its way, what comes is counted, no more.
      if (is_lost_) continue;
      since_frame_ += piece.size();
      if (mpg123_feed(handle_.get(), reinterpret_cast<const unsigned char*>(piece.data()), piece.size()) != MPG123_OK) {
        is_lost_ = true;
      } else {
        take_frames();
      }
    }
  }

  void take_frames() {
    while (!why_) {
      const int found = mpg123_framebyframe_next(handle_.get());
      if (found == MPG123_OK || found == MPG123_NEW_FORMAT) {
        take_frame();
      } else {
        is_lost_ = found != MPG123_NEED_MORE || since_frame_ > kGapBytesMax;
        return;
      }
    }
  }

  void take_frame() {
    unsigned long header = 0;
    unsigned char* body = nullptr;
    std::size_t body_bytes = 0;
    mpg123_frameinfo frame{};
    if (mpg123_framedata(handle_.get(), &header, &body, &body_bytes) != MPG123_OK || mpg123_info(handle_.get(), &frame) != MPG123_OK) {
      why_ = "must name an MP3: a frame in it cannot be read";
      return;
    }
    if (frame.layer != 3) {
      why_ = "must name an MP3: it is MPEG audio of layer " + std::string(static_cast<std::size_t>(frame.layer), 'I') + ", not III";
      return;
    }
    off_t number = 0;
    unsigned char* sound = nullptr;
    std::size_t sound_bytes = 0;
    const int decoded = mpg123_framebyframe_decode(handle_.get(), &number, &sound, &sound_bytes);
    if (decoded != MPG123_OK && decoded != MPG123_NEW_FORMAT) {
      why_ = "must name an MP3: a frame in it cannot be decoded";
      return;
    }
    const int samples = mpg123_spf(handle_.get());
    if (samples <= 0 || frame.rate <= 0) {
      why_ = "must name an MP3: a frame in it has no length";
      return;
    }
    ++frames_;
    frame_bytes_ += kHeaderBytes + body_bytes;
    since_frame_ = 0;
    ticks_ += static_cast<std::uint64_t>(samples) * kTicksASecond / static_cast<std::uint64_t>(frame.rate);
    if (ticks_ >= kTicksMax) why_ = "must name an MP3 of less than 60 s, and this lasts as long or longer";
  }

  Handle handle_;
  LeadingTags tags_;
  std::optional<std::string> why_;
  bool is_lost_ = false;
  std::uint64_t bytes_ = 0;  ///< but for tags at the beginning
  std::uint64_t frame_bytes_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t ticks_ = 0;
  std::size_t since_frame_ = 0;
};

Mp3Judge::Mp3Judge() : decoding_(std::make_unique<Decoding>()) {}
Mp3Judge::~Mp3Judge() = default;
Mp3Judge::Mp3Judge(Mp3Judge&&) noexcept = default;
Mp3Judge& Mp3Judge::operator=(Mp3Judge&&) noexcept = default;

bool Mp3Judge::feed(std::string_view bytes) {
  return decoding_->feed(bytes);
}

Result<std::chrono::microseconds, std::string> Mp3Judge::finish() {
  return decoding_->finish();
}

Result<std::chrono::microseconds, std::string> judge_mp3(std::string_view bytes) {
  Mp3Judge judge;
  judge.feed(bytes);
  return judge.finish();
}

}  // namespace dialin::media
