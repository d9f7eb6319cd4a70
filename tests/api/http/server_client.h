#pragma once
// A client that sends exactly the bytes it is told to and gives up loudly instead of waiting for ever.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace dialin::http::server_tests {

struct ReadAnswer {
  unsigned status = 0;                         ///< 0: the connection ended instead
  std::map<std::string, std::string> headers;  ///< lower-case names
  std::string body;                            ///< chunks put together
  bool is_complete = false;
};

class Client {
 public:
  /// `receive_bytes`: the kernel's receive buffer, 0 for its default.
  explicit Client(std::uint16_t port, int receive_bytes = 0);
  /// Over TLS from here on: to the name that the certificate must have. Throws std::runtime_error with OpenSSL's reason.
  void begin_tls(ssl_ctx_st& context, const std::string& name, ssl_session_st* ticket = nullptr);
  ssl_st* tls() { return tls_.get(); }
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view bytes);
  /// As much as the server takes without waiting.
  std::size_t send_what_fits(std::string_view bytes);
  void end_sending();
  /// Whether TLS has said that no more comes.
  bool was_told_the_end() const;
  /// Closes so that the server gets a reset.
  void reset();

  ReadAnswer read_answer(bool head_only = false);
  /// Until `end` was read, or the connection ended; gives all of it.
  std::string read_until(std::string_view end);
  /// Until the connection ends.
  std::string read_all();
  /// Whether the server ends the connection, without a byte, within `time`.
  bool is_closed_within(std::chrono::milliseconds time);
  /// Whether nothing comes for `time`.
  bool is_silent_for(std::chrono::milliseconds time);

 private:
  bool fill(std::chrono::milliseconds time);
  bool fill_tls(std::chrono::milliseconds time);
  std::string take(std::size_t bytes);

  int socket_ = -1;
  std::shared_ptr<ssl_st> tls_;
  bool is_over_ = false;
  std::string held_;
};

/// `GET path` with a Host.
std::string get(std::string_view path, std::string_view more_headers = {});

}  // namespace dialin::http::server_tests
