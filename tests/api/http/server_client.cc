#include "api/http/server_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace dialin::http::server_tests {

namespace {

constexpr std::chrono::seconds kPatience{10};

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::string get(std::string_view path, std::string_view more_headers) {
  return std::string("GET ").append(path).append(" HTTP/1.1\r\nHost: test\r\n").append(more_headers).append("\r\n");
}

Client::Client(std::uint16_t port, int receive_bytes) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0) fail("socket");
  if (receive_bytes > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
}

void Client::begin_tls(ssl_ctx_st& context, const std::string& name, ssl_session_st* ticket) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  tls_.reset(SSL_new(&context), &SSL_free);
  SSL_clear_mode(tls_.get(), SSL_MODE_AUTO_RETRY);  // else it would wait behind a ticket
  SSL_set_fd(tls_.get(), socket_);
  if (ticket != nullptr) SSL_set_session(tls_.get(), ticket);
  SSL_set1_host(tls_.get(), name.c_str());
  const timeval patience{kPatience.count(), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ERR_clear_error();
  if (SSL_connect(tls_.get()) == 1) return;
  const char* reason = ERR_reason_error_string(ERR_get_error());
  throw std::runtime_error(reason != nullptr ? reason : "the connection ended");
}

bool Client::was_told_the_end() const {
  return tls_ && (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

Client::~Client() {
  if (socket_ >= 0) ::close(socket_);
}

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t Client::send_what_fits(std::string_view bytes) {
  const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

void Client::end_sending() {
  if (tls_) SSL_shutdown(tls_.get());
  ::shutdown(socket_, SHUT_WR);
}

void Client::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket_);
  socket_ = -1;
}

bool Client::fill(std::chrono::milliseconds time) {
  if (is_over_) return false;
  if (tls_) return fill_tls(time);
  pollfd wish{socket_, POLLIN, 0};
  if (::poll(&wish, 1, static_cast<int>(time.count())) == 0) return false;
  std::array<char, 16 * 1024> bytes;
  const ssize_t received = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (received <= 0) {
    is_over_ = true;
    return false;
  }
  held_.append(bytes.data(), static_cast<std::size_t>(received));
  return true;
}

bool Client::fill_tls(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wish{socket_, POLLIN, 0};
    if (SSL_has_pending(tls_.get()) != 1 && ::poll(&wish, 1, static_cast<int>(std::max<long>(left.count(), 0))) == 0) return false;
    std::array<char, 16 * 1024> bytes;
    std::size_t received = 0;
    ERR_clear_error();
    const int outcome = SSL_read_ex(tls_.get(), bytes.data(), bytes.size(), &received);
    held_.append(bytes.data(), received);
    if (outcome == 1) return true;
    if (SSL_get_error(tls_.get(), outcome) == SSL_ERROR_WANT_READ) continue;
    is_over_ = true;
    return false;
  }
}

std::string Client::take(std::size_t bytes) {
  std::string taken = held_.substr(0, bytes);
  held_.erase(0, bytes);
  return taken;
}

std::string Client::read_until(std::string_view end) {
  for (;;) {
    const std::size_t place = held_.find(end);
    if (place != std::string::npos) return take(place + end.size());
    if (fill(kPatience)) continue;
    if (!is_over_) throw std::runtime_error("nothing more came; so far: " + held_);
    return take(held_.size());
  }
}

std::string Client::read_all() {
  while (fill(kPatience)) {}
  if (!is_over_) throw std::runtime_error("the connection does not end; so far: " + held_);
  return take(held_.size());
}

bool Client::is_closed_within(std::chrono::milliseconds time) {
  if (fill(time)) return false;
  return is_over_ && held_.empty();
}

bool Client::is_silent_for(std::chrono::milliseconds time) {
  return held_.empty() && !fill(time) && !is_over_;
}

ReadAnswer Client::read_answer(bool head_only) {
  ReadAnswer answer;
  const std::string head = read_until("\r\n\r\n");
  if (head.rfind("HTTP/1.1 ", 0) != 0) return answer;
  answer.status = static_cast<unsigned>(std::stoul(head.substr(9, 3)));
  for (std::size_t line = head.find("\r\n") + 2; line + 2 < head.size(); line = head.find("\r\n", line) + 2) {
    const std::size_t colon = head.find(": ", line);
    answer.headers[lower(head.substr(line, colon - line))] = head.substr(colon + 2, head.find("\r\n", line) - colon - 2);
  }
  answer.is_complete = true;
  if (head_only || answer.status == 100 || answer.status == 204 || answer.status == 304) return answer;
  if (answer.headers.contains("transfer-encoding")) {
    for (;;) {
      const std::string line = read_until("\r\n");
      if (line.empty()) {
        answer.is_complete = false;
        return answer;
      }
      const std::size_t bytes = std::stoul(line, nullptr, 16);
      while (held_.size() < bytes + 2 && fill(kPatience)) {}
      const std::string chunk = take(bytes + 2);
      if (bytes == 0) return answer;
      answer.body += chunk.substr(0, bytes);
    }
  }
  if (!answer.headers.contains("content-length")) {
    answer.body = read_all();
    return answer;
  }
  const std::size_t bytes = std::stoul(answer.headers["content-length"]);
  while (held_.size() < bytes && fill(kPatience)) {}
  answer.is_complete = held_.size() >= bytes;
  answer.body = take(bytes);
  return answer;
}

}  // namespace dialin::http::server_tests
