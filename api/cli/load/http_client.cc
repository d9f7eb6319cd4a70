#include "api/cli/load/http_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <chrono>

#include "api/http/tls_context.h"

namespace dialin::cli {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kConnectMost{5};
constexpr std::chrono::seconds kAnswerMost{30};
constexpr std::uint64_t kBodyBytesMax = 1 << 20;

class KeptConnection : public HttpClient {
 public:
  /// `authority` is host and port as a URL writes them: an IPv6 address in brackets.
  /// `tls` is null for http.
  KeptConnection(std::shared_ptr<ssl_ctx_st> tls, std::string host, std::string port, std::string authority, std::string path,
                 std::string key)
      : tls_(std::move(tls)),
        host_(std::move(host)),
        port_(std::move(port)),
        authority_(std::move(authority)),
        path_(std::move(path)),
        key_(std::move(key)) {}

  Result<HttpAnswer, NotAnswered> call(const char* method, const std::string& target, const Headers& headers,
                                       const std::string& body) override {
    http::request<http::string_body> request(http::string_to_verb(method), path_ + target, 11, body);
    request.set(http::field::host, authority_);
    request.set(http::field::authorization, "Bearer " + key_);
    if (!body.empty()) request.set(http::field::content_type, "application/json");
    for (const auto& [name, value] : headers) request.set(name, value);
    request.prepare_payload();
    http::response_parser<http::string_body> parser;
    parser.body_limit(kBodyBytesMax);
    why_.clear();
    if (const auto error = exchange(request, parser)) {
      disconnect();
      return NotAnswered{(tls_ ? "https://" : "http://") + authority_ + ": " + (why_.empty() ? error.message() : why_)};
    }
    if (!parser.keep_alive()) disconnect();
    auto& answer = parser.get();
    HttpAnswer made{answer.result_int(), std::move(answer.body()), std::nullopt};
    if (const auto found = answer.find(http::field::retry_after); found != answer.end()) made.retry_after = std::string(found->value());
    return made;
  }

 private:
  error_code exchange(const http::request<http::string_body>& request, http::response_parser<http::string_body>& parser) {
    const bool was_kept = stream_.has_value();
    if (!was_kept) {
      if (const auto error = connect()) return error;
    }
    error_code error;
    const auto keep = [&](error_code outcome, std::size_t) { error = outcome; };
    const auto speak = [&](auto& stream) {
      http::async_write(stream, request, keep);
      run();
      if (error) return;
      http::async_read(stream, buffer_, parser, keep);
      run();
    };
    stream_->expires_after(kAnswerMost);
    if (encrypted_) {
      speak(*encrypted_);
    } else {
      speak(*stream_);
    }
    // The server may close what nobody used for a while, at any moment.
    const bool was_closed = error == http::error::end_of_stream || error == asio::error::connection_reset ||
                            error == asio::error::broken_pipe || error == asio::ssl::error::stream_truncated;
    if (!was_kept || !was_closed || parser.got_some()) return error;
    disconnect();
    return exchange(request, parser);
  }

  error_code connect() {
    error_code error;
    tcp::resolver resolver(io_);
    const auto addresses = resolver.resolve(host_, port_, error);
    if (error) return error;
    buffer_.clear();
    stream_.emplace(io_);
    stream_->expires_after(kConnectMost);
    stream_->async_connect(addresses, [&](error_code outcome, const tcp::endpoint&) { error = outcome; });
    run();
    error_code ignored;
    if (!error) stream_->socket().set_option(tcp::no_delay(true), ignored);
    return error || !tls_ ? error : encrypt();
  }

  error_code encrypt() {
    error_code error;
    const auto made = dialin::http::calling_connection(*tls_, host_);
    if (!made) {
      why_ = made.error().text;
      return asio::error::invalid_argument;
    }
    encrypted_.emplace(*stream_, *made);
    encrypted_->async_handshake(asio::ssl::stream_base::client, [&](error_code outcome) { error = outcome; });
    run();
    if (error) why_ = dialin::http::certificate_fault(**made);
    return error;
  }

  void disconnect() {
    encrypted_.reset();
    stream_.reset();
  }

  void run() {
    io_.restart();
    io_.run();
  }

  const std::shared_ptr<ssl_ctx_st> tls_;
  const std::string host_, port_, authority_, path_, key_;
  asio::io_context io_{1};
  std::optional<boost::beast::tcp_stream> stream_;
  std::optional<asio::ssl::stream<boost::beast::tcp_stream&>> encrypted_;  ///< over it
  std::string why_;                                                        ///< it failed, where an error code says too little
  boost::beast::flat_buffer buffer_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>, NotAnswered> HttpClient::make(const std::string& url, const std::string& ca_file,
                                                                  const std::string& key) {
  const auto parsed = boost::urls::parse_uri(url);
  const bool is_encrypted = parsed && parsed->scheme() == "https";
  if (!parsed || (parsed->scheme() != "http" && !is_encrypted) || parsed->host_address().empty() || parsed->has_query() ||
      parsed->has_fragment()) {
    return NotAnswered{"--server must be http://HOST:PORT or https://HOST:PORT, not '" + url + "'"};
  }
  if (!is_encrypted && !ca_file.empty()) return NotAnswered{"--tls-ca goes with a --server of https://"};
  std::shared_ptr<ssl_ctx_st> tls;
  if (is_encrypted) {
    auto made = dialin::http::calling_context(ca_file);
    if (!made) return NotAnswered{made.error().text};
    tls = std::move(*made);
  }
  std::string path(parsed->encoded_path());
  while (path.ends_with('/')) path.pop_back();
  std::string port = parsed->has_port() ? std::string(parsed->port()) : is_encrypted ? "443" : "80";
  std::string authority = std::string(parsed->encoded_host()) + ":" + port;
  return std::make_unique<KeptConnection>(std::move(tls), parsed->host_address(), std::move(port), std::move(authority), std::move(path),
                                          key);
}

}  // namespace dialin::cli
