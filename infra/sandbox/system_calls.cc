#include "infra/sandbox/system_calls.h"

#include <asm/ioctls.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace dialin::sandbox {
namespace {

/// Whatever their arguments: bytes of descriptors that are open, files by the process's own rights, memory, time, waiting.
constexpr std::array kAlways = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(preadv),
    SCMP_SYS(pwritev),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(fcntl),
    SCMP_SYS(flock),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(eventfd2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(timerfd_gettime),
    // Files.
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(rmdir),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(symlink),
    SCMP_SYS(symlinkat),
    SCMP_SYS(fchmod),
    SCMP_SYS(umask),
    SCMP_SYS(truncate),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(sync_file_range),
    SCMP_SYS(fadvise64),
    SCMP_SYS(readahead),
    SCMP_SYS(copy_file_range),
    SCMP_SYS(sendfile),
    // Connections; not listen(): the one place where callers come in was opened before.
    SCMP_SYS(accept4),
    SCMP_SYS(bind),
    SCMP_SYS(connect),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(shutdown),
    // Memory.
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(msync),
    SCMP_SYS(madvise),
    SCMP_SYS(mincore),
    SCMP_SYS(mlock),
    SCMP_SYS(munlock),
    SCMP_SYS(membarrier),
    // Threads and signals of the process itself.
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(get_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(getpriority),
    SCMP_SYS(getcpu),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(rt_sigpending),
    SCMP_SYS(sigaltstack),
    // What it is and what time it is.
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getgroups),
    SCMP_SYS(getrlimit),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrandom),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
};

/// Refused whatever their arguments, and the calls of rules() with others than those there: not missing, but not ours.
constexpr std::array kRefused = {
    // Programs, other processes, the means to become somebody else.
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise),
    SCMP_SYS(process_mrelease),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(kcmp),
    SCMP_SYS(tkill),
    SCMP_SYS(rt_sigqueueinfo),
    SCMP_SYS(rt_tgsigqueueinfo),
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setreuid),
    SCMP_SYS(setregid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
    SCMP_SYS(setfsuid),
    SCMP_SYS(setfsgid),
    SCMP_SYS(setgroups),
    SCMP_SYS(capset),
    SCMP_SYS(setrlimit),
    SCMP_SYS(personality),
    // Namespaces, mounts, what a file is.
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(open_tree),
    SCMP_SYS(move_mount),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(chown),
    SCMP_SYS(lchown),
    SCMP_SYS(fchown),
    SCMP_SYS(fchownat),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(fanotify_init),
    // A door of its own.
    SCMP_SYS(listen),
    // Memory to run, and the ways into the kernel that mistakes in it are found by.
    SCMP_SYS(pkey_mprotect),
    SCMP_SYS(memfd_create),
    SCMP_SYS(memfd_secret),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(modify_ldt),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(keyctl),
    // The machine.
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(settimeofday),
    SCMP_SYS(adjtimex),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(syslog),
    SCMP_SYS(vhangup),
};

struct Rule {
  int call;
  std::vector<scmp_arg_cmp> arguments;  ///< all of them must be so
};

scmp_arg_cmp is(unsigned argument, std::uint64_t value) {
  return scmp_arg_cmp{argument, SCMP_CMP_EQ, value, 0};
}
/// Of the bits in `mask`, those of `value` and no others.
scmp_arg_cmp has(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, mask, value};
}

constexpr std::uint64_t kInt = 0xFFFFFFFF;      // what the kernel reads of an argument that is an int
constexpr std::uint64_t kSocketTypeMask = 0xF;  // else flags: SOCK_CLOEXEC, SOCK_NONBLOCK

/// A thread, and not in namespaces of its own. (The kernel wants CLONE_VM and CLONE_SIGHAND with CLONE_THREAD.)
constexpr std::uint64_t kCloneMask = CLONE_THREAD | CLONE_VFORK | CLONE_PTRACE | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                     CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

std::vector<Rule> rules() {
  std::vector<Rule> rules = {
      {SCMP_SYS(clone), {has(0, kCloneMask, CLONE_THREAD)}},
      // abort(), and what librdkafka wakes its threads with.
      {SCMP_SYS(tgkill), {is(0, static_cast<std::uint64_t>(::getpid()))}},
      // Whether the process that a lock file names still lives.
      {SCMP_SYS(kill), {has(1, kInt, 0)}},
      {SCMP_SYS(prctl), {has(0, kInt, PR_SET_NAME)}},
      // How soon one of its own threads gets a processor.
      {SCMP_SYS(sched_setattr), {has(0, kInt, 0)}},
      {SCMP_SYS(setpriority), {has(0, kInt, PRIO_PROCESS), has(1, kInt, 0)}},
      // Asked, not set.
      {SCMP_SYS(prlimit64), {is(0, 0), is(2, 0)}},
      // Executable is what was in a file: a library of the resolver's. Never what was written here.
      {SCMP_SYS(mmap), {has(2, PROT_EXEC, 0)}},
      {SCMP_SYS(mmap), {has(2, PROT_WRITE | PROT_EXEC, PROT_EXEC), has(3, MAP_ANONYMOUS, 0)}},
      {SCMP_SYS(mprotect), {has(2, PROT_EXEC, 0)}},
      {SCMP_SYS(socketpair), {has(0, kInt, AF_UNIX)}},
      // The kernel's own addresses, for getaddrinfo().
      {SCMP_SYS(socket), {has(0, kInt, AF_NETLINK), has(2, kInt, 0)}},
  };
  // Unix sockets: nscd, systemd-resolved, the service manager.
  for (const int family : {AF_INET, AF_INET6, AF_UNIX}) {
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
      rules.push_back({SCMP_SYS(socket),
                       {has(0, kInt, static_cast<std::uint64_t>(family)), has(1, kSocketTypeMask, static_cast<std::uint64_t>(type))}});
    }
  }
  // Asio, curl, the resolver; how much a slow reader has not taken yet; the number of the interface that an address names (fe80::1%eth0);
  // whether stderr is a terminal; RocksDB's names for files in its cache.
  for (const std::uint64_t request : {std::uint64_t{FIONBIO}, std::uint64_t{FIONREAD}, std::uint64_t{SIOCOUTQ}, std::uint64_t{SIOCGIFINDEX},
                                      std::uint64_t{TCGETS}, std::uint64_t{FS_IOC_GETVERSION}}) {
    rules.push_back({SCMP_SYS(ioctl), {has(1, kInt, request & kInt)}});
  }
  return rules;
}

}  // namespace

int allow_listed(void* filter) {
  for (const int call : kAlways) {
    if (const int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0); error != 0) return error;
  }
  for (const Rule& rule : rules()) {
    const auto count = static_cast<unsigned>(rule.arguments.size());
    if (const int error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rule.call, count, rule.arguments.data()); error != 0) return error;
  }
  // For the other list, which then refuses it.
  return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(seccomp), 0);
}

int pass_known(void* filter) {
  // Not clone3(): its flags stand in memory, where no filter can look. Without it libc takes clone(), whose flags are an argument.
  std::vector<int> known(kAlways.begin(), kAlways.end());
  known.insert(known.end(), kRefused.begin(), kRefused.end());
  for (const Rule& rule : rules()) known.push_back(rule.call);
  for (const int call : known) {
    if (const int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0); error != 0) return error;
  }
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(seccomp), 0);
}

}  // namespace dialin::sandbox
