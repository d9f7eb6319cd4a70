#include "infra/media/transfer.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "infra/media/mp3.h"
#include "infra/media/response_head.h"

namespace dialin::media {
namespace {

constexpr long kConnectMost_ms = 4000;  ///< the TLS handshake, too
constexpr long kSlowBytesASecond = 2000;
constexpr long kSlowMost_s = 4;
constexpr long kBufferBytes = 32 * 1024;
constexpr std::size_t kAddressesMax = 16;
constexpr std::size_t kValidatorBytesMax = 256;
constexpr std::string_view kNoHttp = "what its server says is no HTTP";
constexpr std::string_view kEndlessHead = "its server sends headers without end";

// libcurl's handles are all of one type.
struct EasyDeleted {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ShareDeleted {
  void operator()(CURLSH* share) const { curl_share_cleanup(share); }
};
struct ListDeleted {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string why_not(std::string_view what) {
  return std::string(kMustBeReached) + std::string(what);
}

std::string_view what_failed(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return "its server is too slow";
    case CURLE_COULDNT_CONNECT:
      return "nobody answers at its address";
    case CURLE_PARTIAL_FILE:
      return "its server ended before all of it had come";
    case CURLE_RECV_ERROR:
      return "its server broke off, or broke the rules of HTTP";
    case CURLE_GOT_NOTHING:
      return "its server said nothing";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "the certificate of its server cannot be verified";
    case CURLE_SSL_CONNECT_ERROR:
      return "no TLS 1.2 or newer could be agreed on with its server";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return kNoHttp;
    default:
      return {};
  }
}

bool is_redirect(unsigned status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Fit to be sent back in a header.
std::string validator(const std::string& text) {
  const bool is_fit =
      text.size() <= kValidatorBytesMax && std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7F'; });
  return is_fit ? text : std::string();
}

}  // namespace

class Transfer::Request {
 public:
  Request(CURLM* multi, Wanted wanted, const TransferRules& rules)
      : multi_(multi), rules_(rules), share_(curl_share_init()), easy_(curl_easy_init()), is_conditional_(!wanted.known.empty()) {
    if (!easy_ || !share_) throw std::runtime_error("libcurl gives no handle");
    set_bounds(wanted.most);
    set_what_is_sent(wanted);
    set_callbacks();
    if (const CURLMcode code = curl_multi_add_handle(multi_, easy_.get()); code != CURLM_OK)
      throw std::runtime_error(curl_multi_strerror(code));
  }
  ~Request() { curl_multi_remove_handle(multi_, easy_.get()); }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  const void* handle() const { return easy_.get(); }

  End end(CURLcode code) {
    if (fault_) std::rethrow_exception(fault_);
    if (!end_ && code == CURLE_OK && head_.is_complete()) {
      if (const auto length = judge_.finish(); !length)
        unfit(length.error());
      else
        end_ = End{End::Kind::fit, {}, validators()};
    }
    if (!end_) unreached(what_failed_here(code));
    return *std::move(end_);
  }

 private:
  template <class T>
  void set(CURLoption option, T value) {
    if (const CURLcode code = curl_easy_setopt(easy_.get(), option, value); code != CURLE_OK)
      throw std::runtime_error(std::string("libcurl: ") + curl_easy_strerror(code));
  }

  bool is_connected() const {
    curl_off_t after_us = 0;
    return curl_easy_getinfo(easy_.get(), CURLINFO_CONNECT_TIME_T, &after_us) == CURLE_OK && after_us > 0;
  }

  std::string_view what_failed_here(CURLcode code) const {
    if (code == CURLE_OPERATION_TIMEDOUT && !is_connected())
      return has_begun_tls_ ? "its server does not agree on TLS in time" : "nobody answers at its address in time";
    // A line that is longer than libcurl takes has no code of its own.
    if (code == CURLE_OUT_OF_MEMORY && !head_.is_complete()) return kEndlessHead;
    // It ended within the head, as libcurl leaves it to who reads the lines.
    if (code == CURLE_OK) return what_failed(CURLE_PARTIAL_FILE);
    const std::string_view what = what_failed(code);
    return what.empty() ? curl_easy_strerror(code) : what;
  }

  void set_bounds(std::chrono::milliseconds most) {
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(most.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS, kConnectMost_ms);
    set(CURLOPT_LOW_SPEED_LIMIT, kSlowBytesASecond);
    set(CURLOPT_LOW_SPEED_TIME, kSlowMost_s);
    set(CURLOPT_BUFFERSIZE, kBufferBytes);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_HTTP09_ALLOWED, 0L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    // What was agreed on with a server for one tenant is none of another's business.
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
    set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    if (!rules_.ca_file.empty()) set(CURLOPT_CAINFO, rules_.ca_file.c_str());
  }

  void set_what_is_sent(const Wanted& wanted) {
    set(CURLOPT_URL, wanted.url.text.c_str());
    // Not even those that the environment names.
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_USERAGENT, "dialin");
    send("Accept: audio/mpeg, */*;q=0.5");
    send("Accept-Encoding: identity");
    if (!wanted.known.etag.empty()) send("If-None-Match: " + wanted.known.etag);
    if (!wanted.known.last_modified.empty()) send("If-Modified-Since: " + wanted.known.last_modified);
    set(CURLOPT_HTTPHEADER, headers_.get());
    // Names that libcurl knows of stand in a share of this transfer's own: in the multi handle they would be everybody's.
    curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    set(CURLOPT_SHARE, share_.get());
    if (wanted.url.address) return;
    std::string pinned = wanted.url.host + ":" + std::to_string(wanted.url.port) + ":";
    const std::size_t count = std::min(wanted.addresses.size(), kAddressesMax);
    for (std::size_t i = 0; i < count; ++i) {
      const Address& address = wanted.addresses[i];
      pinned += (i == 0 ? "" : ",") + (address.is_v4 ? address.text() : "[" + address.text() + "]");
    }
    addresses_.reset(curl_slist_append(nullptr, pinned.c_str()));
    set(CURLOPT_RESOLVE, addresses_.get());
  }

  void send(const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) throw std::runtime_error("libcurl: out of memory");
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  }

  void set_callbacks() {
    using OpenSocket = curl_socket_t (*)(void*, curlsocktype, curl_sockaddr*);
    using BeginTls = CURLcode (*)(CURL*, void*, void*);
    using TakeBytes = std::size_t (*)(char*, std::size_t, std::size_t, void*);
    const OpenSocket open = [](void* self, curlsocktype, curl_sockaddr* to) {
      return static_cast<Request*>(self)->guarded<curl_socket_t>(CURL_SOCKET_BAD,
                                                                 [&](Request& request) { return request.open_socket(*to); });
    };
    const TakeBytes line = [](char* bytes, std::size_t, std::size_t size, void* self) {
      const bool goes_on = static_cast<Request*>(self)->guarded(false, [&](Request& request) { return request.take_line({bytes, size}); });
      return goes_on ? size : CURL_WRITEFUNC_ERROR;
    };
    const TakeBytes body = [](char* bytes, std::size_t, std::size_t size, void* self) {
      const bool goes_on = static_cast<Request*>(self)->guarded(false, [&](Request& request) { return request.take_body({bytes, size}); });
      return goes_on ? size : CURL_WRITEFUNC_ERROR;
    };
    // For libcurl who is in the midst of TLS is not connected.
    const BeginTls begin_tls = [](CURL*, void*, void* self) {
      static_cast<Request*>(self)->has_begun_tls_ = true;
      return CURLE_OK;
    };
    set(CURLOPT_SSL_CTX_FUNCTION, begin_tls);
    set(CURLOPT_SSL_CTX_DATA, static_cast<void*>(this));
    set(CURLOPT_OPENSOCKETFUNCTION, open);
    set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
    set(CURLOPT_HEADERFUNCTION, line);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_WRITEFUNCTION, body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  }

  /// No exception may pass through libcurl, which is C: end() throws it.
  template <class T, class Step>
  T guarded(T when_it_throws, const Step& step) noexcept {
    try {
      return step(*this);
    } catch (...) {
      fault_ = std::current_exception();
      return when_it_throws;
    }
  }

  curl_socket_t open_socket(const curl_sockaddr& to) {
    const auto address = Address::of(to.addr);
    const std::string_view why = address ? why_not_reached(*address, rules_.allowed) : "no address of the Internet";
    if (why.empty()) return ::socket(to.family, to.socktype | SOCK_CLOEXEC, to.protocol);
    unreached("its host is " + std::string(why));
    return CURL_SOCKET_BAD;
  }

  bool take_line(std::string_view line) {
    const bool was_complete = head_.is_complete();
    if (!head_.add(line)) return unreached(kEndlessHead);
    if (!head_.is_http1) return unreached(kNoHttp);
    return was_complete || !head_.is_complete() || takes_body();
  }

  /// Whether the answer is one whose body is the music.
  bool takes_body() {
    if (head_.status == 304 && is_conditional_) {
      end_ = End{End::Kind::not_modified, {}, {}};
      return false;
    }
    if (is_redirect(head_.status) && !head_.location.empty()) {
      end_ = End{End::Kind::redirected, head_.location, {}};
      return false;
    }
    if (head_.status != 200) return unreached("its server answers with status " + std::to_string(head_.status));
    if (!head_.content_encoding.empty() && head_.content_encoding != "identity") return unreached("it comes with a Content-Encoding");
    if (!head_.transfer_encoding.empty() && head_.transfer_encoding != "chunked")
      return unreached("it comes with a Transfer-Encoding other than chunked");
    return head_.content_length.value_or(0) < kMusicBytes || too_large();
  }

  bool take_body(std::string_view bytes) {
    bytes_ += bytes.size();
    if (bytes_ >= kMusicBytes) return too_large();
    if (judge_.feed(bytes)) return true;
    const auto length = judge_.finish();
    return unfit(length ? std::string() : length.error());
  }

  bool too_large() { return unfit("must name an MP3 of less than 10,000,000 bytes, and this has as many or more"); }
  // False, for who stops because of it. The first reason counts.
  bool unfit(std::string why) {
    if (!end_) end_ = End{End::Kind::unfit, std::move(why), validators()};
    return false;
  }
  bool unreached(std::string_view what) {
    if (!end_) end_ = End{End::Kind::unreached, why_not(what), {}};
    return false;
  }

  Validators validators() const { return {validator(head_.etag), validator(head_.last_modified)}; }

  CURLM* multi_;
  const TransferRules& rules_;
  // The easy handle uses what stands before it.
  std::unique_ptr<CURLSH, ShareDeleted> share_;
  std::unique_ptr<curl_slist, ListDeleted> headers_;
  std::unique_ptr<curl_slist, ListDeleted> addresses_;
  std::unique_ptr<CURL, EasyDeleted> easy_;
  const bool is_conditional_;
  bool has_begun_tls_ = false;
  ResponseHead head_;
  Mp3Judge judge_;
  std::uint64_t bytes_ = 0;
  std::optional<End> end_;  ///< as soon as it is clear
  std::exception_ptr fault_;
};

Transfer::Transfer(void* multi, Wanted wanted, const TransferRules& rules)
    : request_(std::make_unique<Request>(static_cast<CURLM*>(multi), std::move(wanted), rules)) {}
Transfer::~Transfer() = default;

const void* Transfer::handle() const {
  return request_->handle();
}

Transfer::End Transfer::end(int code) {
  return request_->end(static_cast<CURLcode>(code));
}

}  // namespace dialin::media
