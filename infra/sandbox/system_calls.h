#pragma once
// The list: which system calls a serving process makes, and with which arguments. Everything else is refused. For sandbox.cc alone.
//
// Where it comes from: what our own code calls; RocksDB, librdkafka, libcurl, OpenSSL and jemalloc in Debian 12; and what glibc does in
// their name, above all getaddrinfo(), which reads files of /etc, asks the kernel for addresses (netlink), and may load a library
// (nsswitch.conf(5)) long after the start.

namespace dialin::sandbox {

/// `filter`: of seccomp_init(), which refuses all. 0, or the negative errno of the first rule that the library would not have.
int allow_listed(void* filter);

}  // namespace dialin::sandbox
