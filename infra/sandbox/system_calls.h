#pragma once
// The list: which system calls a serving process makes, and with which arguments. Everything else fails. For sandbox.cc alone.
//
// Where it comes from: what our own code calls; RocksDB, librdkafka, libcurl, OpenSSL and jemalloc in Debian 12; and what glibc does in
// their name, above all getaddrinfo(), which reads files of /etc, asks the kernel for addresses (netlink), and may load a library
// (nsswitch.conf(5)) long after the start.

namespace dialin::sandbox {

// Two lists, because a filter of the library's has one answer for all that it does not name, and two are wanted: what somebody has thought
// of is refused, and what is newer than this list is not there, so that a newer libc takes the older call that it has for such kernels.
// Of two filters that refuse, the kernel gives the answer of the newer one (seccomp(2)).

/// What may be called. `filter` refuses all that is not named. 0, or the negative errno of the first rule that the library would not have.
int allow_listed(void* filter);

/// What is known: listed, or refused on purpose. `filter`, which is loaded after the other one, knows nothing. As above.
int pass_known(void* filter);

}  // namespace dialin::sandbox
