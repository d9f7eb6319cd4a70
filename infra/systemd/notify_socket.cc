#include "infra/systemd/notify_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace dialin::systemd {
namespace {

bool is_an_address(std::string_view name) {
  return name.size() < sizeof(sockaddr_un::sun_path) && (name.starts_with('/') || (name.starts_with('@') && name.size() > 1));
}

}  // namespace

NotifySocket::NotifySocket(std::string_view socket, Telemetry& telemetry) : name_(socket), telemetry_(telemetry) {
  if (is_an_address(name_)) socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

NotifySocket::~NotifySocket() {
  if (socket_ >= 0) ::close(socket_);
}

bool NotifySocket::tell(std::string_view state) {
  if (name_.empty()) return true;
  if (!is_an_address(name_)) return complain("that is neither a path nor @ and a name"), true;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(name_.begin(), name_.end(), address.sun_path);
  if (name_.front() == '@') address.sun_path[0] = '\0';
  // A name without a file ends where the address does; a path, with the zero that is there.
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size() + (name_.front() == '/' ? 1 : 0));
  // Not connected, so that a manager that has begun again under the same name is told, too.
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  if (::sendto(socket_, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT, to, size) >= 0) return true;
  const int error = errno;
  complain(std::generic_category().message(error));
  return error != EAGAIN;
}

void NotifySocket::tell_status(std::string text) {
  // A line of its own would be something else that is told.
  std::replace(text.begin(), text.end(), '\n', ' ');
  tell("STATUS=" + text);
}

void NotifySocket::complain(std::string_view why) {
  if (has_complained_.exchange(true)) return;
  telemetry_.say(Level::warning, "the service manager was not told at NOTIFY_SOCKET " + name_ + ": " + std::string(why));
}

}  // namespace dialin::systemd
