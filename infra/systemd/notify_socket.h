#pragma once
// Tells the manager of services that started the process, if one did, how far it is: sd_notify(3), a datagram to the socket that
// NOTIFY_SOCKET names. The protocol itself rather than libsystemd, which brings libraries for archives and ciphers into the process, and
// waits while the socket is full. Any thread.

#include <atomic>
#include <string>
#include <string_view>

#include "domain/telemetry.h"

namespace dialin::systemd {

class NotifySocket {
 public:
  /// `socket`: a path, or `@` and a name without a file; empty: nobody is told. Made before the sandbox is entered. What is wrong with it
  /// is said when something is to be told.
  NotifySocket(std::string_view socket, Telemetry& telemetry);
  ~NotifySocket();
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  /// `state`: lines of NAME=VALUE. Waits for nothing: false when the socket is full, then it may be told again. Another failure is said on
  /// the first time, and trying again would not help.
  bool tell(std::string_view state);
  /// What the process is doing, for who asks the manager. No answer: it is of no account when it is lost.
  void tell_status(std::string text);

 private:
  void complain(std::string_view why);

  const std::string name_;
  Telemetry& telemetry_;
  int socket_ = -1;
  std::atomic<bool> has_complained_{false};
};

}  // namespace dialin::systemd
