#pragma once
// One request for music, to addresses that were looked up beforehand, with libcurl: nothing is followed, sent along or believed that need
// not be. The addresses are judged here again, at the moment of connecting, so that whatever libcurl makes of the URL, no other is ever
// connected to. Lives on the thread that drives the multi handle; destroying it ends the request.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "infra/media/music_url.h"

namespace dialin::media {

/// The music is smaller than this (contract, "The config object").
constexpr std::uint64_t kMusicBytes = 10'000'000;

/// What a server said of a file, by which it can be asked whether it is still the same (RFC 9110, 8.8). Empty: it did not say.
struct Validators {
  std::string etag;
  std::string last_modified;
  bool empty() const { return etag.empty() && last_modified.empty(); }
};

struct TransferRules {
  std::vector<Range> allowed;  ///< beside what is public
  std::string ca_file;         ///< certificates that are trusted beside the system's; empty: none
};

class Transfer {
 public:
  struct Wanted {
    MusicUrl url;
    std::vector<Address> addresses;  ///< of its host, in the order to try them
    Validators known;                ///< when not empty, only what differs is asked for
    std::chrono::milliseconds most;  ///< from now to the end
  };
  struct End {
    enum class Kind : std::uint8_t { fit, unfit, unreached, redirected, not_modified };
    Kind kind = Kind::unreached;
    std::string text;  ///< of unfit and unreached the rule that is broken; of redirected the `Location`
    Validators validators;
  };

  /// `multi` is a CURLM. Throws std::runtime_error when libcurl or libmpg123 cannot.
  Transfer(void* multi, Wanted wanted, const TransferRules& rules);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// What curl_multi_info_read() calls it.
  const void* handle() const;
  /// Once it is over; `code` is its CURLcode. Throws what was thrown meanwhile, such as std::bad_alloc.
  End end(int code);

 private:
  class Request;
  const std::unique_ptr<Request> request_;
};

}  // namespace dialin::media
