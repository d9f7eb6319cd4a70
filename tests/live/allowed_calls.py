"""Runs a command under a list of system calls, as systemd's SystemCallFilter= does: python -m live.allowed_calls CALL,CALL,… COMMAND …

What is not on the list fails with EPERM. Names that this machine's kernel has no number for are passed over, as systemd does.
"""

import ctypes
import errno
import os
import sys

ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NO_SUCH_CALL = -1


def main() -> None:
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    library.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    listed = library.seccomp_init(REFUSE | errno.EPERM)
    for name in sys.argv[1].split(","):
        call = library.seccomp_syscall_resolve_name(name.encode())
        # Calls of other machines have numbers below zero.
        if call > NO_SUCH_CALL:
            assert library.seccomp_rule_add_array(listed, ALLOW, call, 0, None) == 0, name
    assert library.seccomp_load(listed) == 0
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
