// A socket of the test's own takes the place of systemd's. What a server tells is told by tests/end_to_end/test_notify.py.

#include "infra/systemd/notify_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace dialin::systemd {
namespace {

/// Where nobody else is: a name of this process's, with a file or without.
std::string own_name(std::string_view before) {
  return std::string(before) + "dialin-" + std::to_string(::getpid());
}

class Listening {
 public:
  explicit Listening(const std::string& name) : name_(name), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0) throw std::runtime_error("no socket at " + name);
  }
  ~Listening() {
    ::close(socket_);
    if (name_.front() == '/') std::filesystem::remove(name_);
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  /// The next datagram; empty: there is none.
  std::string next() const {
    std::array<char, 4096> buffer;
    const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    return got < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
  }

 private:
  std::string name_;
  int socket_;
};

class Said : public Telemetry {
 public:
  void say(Level, std::string_view line) override { lines.emplace_back(line); }
  void add(Counter, std::uint64_t) override {}
  void set(Gauge, double) override {}
  void observe(Histogram, double) override {}
  void answered(const AnsweredRequest&) override {}
  std::string expose() const override { return {}; }

  std::vector<std::string> lines;
};

TEST(NotifySocket, what_is_told_is_one_datagram_at_a_path_or_a_name_without_a_file) {
  Said said;
  for (const std::string& name : {own_name(std::filesystem::temp_directory_path().string() + "/"), own_name("@")}) {
    const Listening there(name);
    NotifySocket to(name, said);
    EXPECT_TRUE(to.tell("READY=1\nSTATUS=serving"));
    EXPECT_EQ(there.next(), "READY=1\nSTATUS=serving") << name;
    EXPECT_EQ(there.next(), "");
  }
}

TEST(NotifySocket, a_status_is_one_line_whatever_is_in_it) {
  Said said;
  const Listening there(own_name("@"));
  NotifySocket to(own_name("@"), said);
  to.tell_status("waiting\nMAINPID=1");
  EXPECT_EQ(there.next(), "STATUS=waiting MAINPID=1");
}

TEST(NotifySocket, nobody_is_told_when_nobody_asks) {
  Said said;
  NotifySocket to("", said);
  EXPECT_TRUE(to.tell("READY=1"));
  EXPECT_TRUE(said.lines.empty());
}

TEST(NotifySocket, a_manager_that_begins_again_is_told) {
  Said said;
  NotifySocket to(own_name("@"), said);
  for (int i = 0; i < 2; ++i) {
    const Listening there(own_name("@"));
    to.tell("READY=1");
    EXPECT_EQ(there.next(), "READY=1");
  }
}

TEST(NotifySocket, a_full_socket_is_not_waited_for_and_may_be_tried_again) {
  Said said;
  const Listening there(own_name("@"));
  NotifySocket to(own_name("@"), said);
  int told = 0;
  while (told < 100'000 && to.tell("STATUS=much")) ++told;
  ASSERT_LT(told, 100'000);
  EXPECT_EQ(said.lines.size(), 1U);
  EXPECT_EQ(there.next(), "STATUS=much");
  EXPECT_TRUE(to.tell("READY=1"));
}

TEST(NotifySocket, what_leads_nowhere_is_said_once_and_no_reason_to_try_again) {
  const std::string too_long = "/" + std::string(200, 'a');
  for (const std::string& name :
       {std::string("/nowhere/notify"), own_name("@nobody-"), std::string("relative"), std::string("@"), too_long}) {
    Said said;
    NotifySocket to(name, said);
    EXPECT_TRUE(said.lines.empty());
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(to.tell("READY=1")) << name;
    ASSERT_EQ(said.lines.size(), 1U) << name;
    EXPECT_EQ(said.lines[0].find("the service manager was not told at NOTIFY_SOCKET " + name + ": "), 0U) << said.lines[0];
  }
}

}  // namespace
}  // namespace dialin::systemd
