// Preloaded into a process, stands for who made it run code of his own. Two threads of it, one begun before the process has given up
// anything and one begun when it serves, wait for the file that INTRUDER_GO names, make calls that no server needs, and write to the file
// that INTRUDER_TELLS names how each ended: `THREAD NAME ERRNO`. hostile/test_sandbox.py compiles it and reads that. Where nothing is
// refused each call does no harm: its arguments are wrong, or mean what is so already.
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <asm/ioctls.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr int kPage = 4096;
constexpr useconds_t kLook_us = 20'000;
constexpr long kFchmodat2 = 452;
constexpr long kCallOfNoKernel = 999;

int errno_of(long result) {
  return result == -1 ? errno : 0;
}

/// A second process ends at once.
int errno_of_process(long result) {
  if (result == 0) ::syscall(SYS_exit_group, 0);
  if (result > 0) ::waitpid(static_cast<pid_t>(result), nullptr, 0);
  return errno_of(result);
}

int errno_of_socket(int family, int type, int protocol) {
  return errno_of(::syscall(SYS_socket, family, type, protocol));
}

int errno_of_mapping(int protection, int flags, int file) {
  return errno_of(::syscall(SYS_mmap, nullptr, kPage, protection, flags, file, 0));
}

int errno_of_own_page(int call, int protection) {
  void* page = ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return errno_of(::syscall(call, page, kPage, protection, 0));
}

int errno_of_listening() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return socket < 0 ? -1 : errno_of(::syscall(SYS_listen, socket, 1));
}

using Call = std::pair<const char*, std::function<int()>>;

const std::vector<Call>& calls() {
  static const char* const nothing[] = {nullptr};
  static const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
  static const std::vector<Call> list = {
      {"execve", [] { return errno_of(::syscall(SYS_execve, "/nowhere", nothing, nothing)); }},
      {"execveat", [] { return errno_of(::syscall(SYS_execveat, -1, "/nowhere", nothing, nothing, 0)); }},
      {"fork", [] { return errno_of_process(::syscall(SYS_fork)); }},
      {"clone_of_a_process", [] { return errno_of_process(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }},
      {"clone_into_a_namespace", [] { return errno_of_process(::syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER | CLONE_NEWNET, 0, 0, 0, 0)); }},
      {"clone3", [] { return errno_of(::syscall(SYS_clone3, nullptr, 0)); }},
      {"unshare", [] { return errno_of(::syscall(SYS_unshare, -1)); }},
      {"setns", [] { return errno_of(::syscall(SYS_setns, -1, 0)); }},
      {"ptrace", [] { return errno_of(::syscall(SYS_ptrace, PTRACE_ATTACH, ::getpid(), 0, 0)) == ESRCH ? 0 : errno; }},
      {"process_vm_readv", [] { return errno_of(::syscall(SYS_process_vm_readv, ::getpid(), nullptr, 0, nullptr, 0, 0)); }},
      {"process_vm_writev", [] { return errno_of(::syscall(SYS_process_vm_writev, ::getpid(), nullptr, 0, nullptr, 0, 0)); }},
      {"pidfd_open", [] { return errno_of(::syscall(SYS_pidfd_open, ::getpid(), 0)); }},
      {"kill", [] { return errno_of(::syscall(SYS_kill, ::getpid(), SIGWINCH)); }},
      {"tgkill_of_another", [] { return errno_of(::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0)); }},
      {"listen", errno_of_listening},
      {"socket_packet", [] { return errno_of_socket(AF_PACKET, SOCK_RAW, 0); }},
      {"socket_raw", [] { return errno_of_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); }},
      {"socket_vsock", [] { return errno_of_socket(AF_VSOCK, SOCK_STREAM, 0); }},
      {"socket_alg", [] { return errno_of_socket(AF_ALG, SOCK_SEQPACKET, 0); }},
      {"socket_netfilter", [] { return errno_of_socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER); }},
      {"mmap_to_write_and_run", [] { return errno_of_mapping(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1); }},
      {"mmap_of_nothing_to_run", [] { return errno_of_mapping(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1); }},
      {"mprotect_to_run", [] { return errno_of_own_page(SYS_mprotect, PROT_READ | PROT_EXEC); }},
      {"pkey_mprotect", [] { return errno_of_own_page(SYS_pkey_mprotect, PROT_READ | PROT_EXEC); }},
      {"memfd_create", [] { return errno_of(::syscall(SYS_memfd_create, "intruder", MFD_CLOEXEC)); }},
      {"userfaultfd", [] { return errno_of(::syscall(SYS_userfaultfd, -1)); }},
      {"io_uring_setup", [] { return errno_of(::syscall(SYS_io_uring_setup, 0, nullptr)); }},
      {"bpf", [] { return errno_of(::syscall(SYS_bpf, -1, nullptr, 0)); }},
      {"perf_event_open", [] { return errno_of(::syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0)); }},
      {"keyctl", [] { return errno_of(::syscall(SYS_keyctl, -1, 0, 0, 0, 0)); }},
      {"mount", [] { return errno_of(::syscall(SYS_mount, nullptr, "/nowhere", nullptr, 0, nullptr)); }},
      {"umount2", [] { return errno_of(::syscall(SYS_umount2, "/nowhere", 0)); }},
      {"pivot_root", [] { return errno_of(::syscall(SYS_pivot_root, "/nowhere", "/nowhere")); }},
      {"chroot", [] { return errno_of(::syscall(SYS_chroot, "/nowhere")); }},
      {"mknod", [] { return errno_of(::syscall(SYS_mknodat, AT_FDCWD, "/nowhere/else", 0600, 0)); }},
      {"chown", [] { return errno_of(::syscall(SYS_fchownat, AT_FDCWD, "/nowhere", 0, 0, 0)); }},
      {"init_module", [] { return errno_of(::syscall(SYS_init_module, nullptr, 0, nullptr)); }},
      {"finit_module", [] { return errno_of(::syscall(SYS_finit_module, -1, nullptr, 0)); }},
      {"reboot", [] { return errno_of(::syscall(SYS_reboot, 0, 0, 0, 0)); }},
      {"swapon", [] { return errno_of(::syscall(SYS_swapon, "/nowhere", 0)); }},
      {"clock_settime", [] { return errno_of(::syscall(SYS_clock_settime, CLOCK_REALTIME, nullptr)); }},
      {"sethostname", [] { return errno_of(::syscall(SYS_sethostname, nullptr, -1)); }},
      {"setuid", [] { return errno_of(::syscall(SYS_setuid, ::getuid())); }},
      {"setgroups", [] { return errno_of(::syscall(SYS_setgroups, -1, nullptr)); }},
      {"capset", [] { return errno_of(::syscall(SYS_capset, nullptr, nullptr)); }},
      {"personality", [] { return errno_of(::syscall(SYS_personality, 0xFFFFFFFFUL)); }},
      {"prlimit_of_core", [] { return errno_of(::syscall(SYS_prlimit64, 0, RLIMIT_CORE, &all, nullptr)); }},
      {"setpriority_of_another",
       [] { return errno_of(::syscall(SYS_setpriority, PRIO_PROCESS, ::getppid(), ::getpriority(PRIO_PROCESS, ::getppid()))); }},
      {"prctl_dumpable", [] { return errno_of(::syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0)); }},
      {"seccomp", [] { return errno_of(::syscall(SYS_seccomp, -1, 0, nullptr)); }},
      {"typing_into_a_terminal", [] { return errno_of(::syscall(SYS_ioctl, STDERR_FILENO, TIOCSTI, "x")); }},
      {"syslog", [] { return errno_of(::syscall(SYS_syslog, -1, nullptr, 0)); }},
      // What libc has an older call for where the kernel is older.
      {"openat2", [] { return errno_of(::syscall(SYS_openat2, AT_FDCWD, "/nowhere", nullptr, 0)); }},
      {"close_range", [] { return errno_of(::syscall(SYS_close_range, 2, 1, 0)); }},
      {"epoll_pwait2", [] { return errno_of(::syscall(SYS_epoll_pwait2, -1, nullptr, 0, nullptr, nullptr, 0)); }},
      {"futex_waitv", [] { return errno_of(::syscall(SYS_futex_waitv, nullptr, 0, 0, nullptr, 0)); }},
      {"newer_than_the_list", [] { return errno_of(::syscall(kFchmodat2, AT_FDCWD, "/nowhere", 0600, 0)); }},
      {"newer_than_any_kernel", [] { return errno_of(::syscall(kCallOfNoKernel)); }},
  };
  return list;
}

std::string tried(const std::string& thread) {
  std::string told;
  for (const auto& [name, call] : calls()) told += thread + " " + name + " " + std::to_string(call()) + "\n";
  return told;
}

/// Whole or not at all for who looks for it.
void tell(const std::string& file, const std::string& told) {
  std::ofstream(file + ".part") << told;
  ::rename((file + ".part").c_str(), file.c_str());
}

void intrude(const std::string& go, const std::string& tells) {
  while (::access(go.c_str(), F_OK) != 0) ::usleep(kLook_us);
  std::string told = tried("old");
  std::thread([&told] { told += tried("new"); }).join();
  tell(tells, told);
}

[[gnu::constructor]] void get_in() {
  const char* go = std::getenv("INTRUDER_GO");
  const char* tells = std::getenv("INTRUDER_TELLS");
  if (go == nullptr || tells == nullptr) return;
  std::thread(intrude, std::string(go), std::string(tells)).detach();
}

}  // namespace
