"""Runs a command in a process that may make no list of allowed system calls of its own: python -m hostile.without_seccomp COMMAND …"""

import ctypes
import errno
import os
import sys

ALLOW, REFUSE = 0x7FFF0000, 0x00050000
EQUAL = 4  # SCMP_CMP_EQ
PR_SET_SECCOMP = 22


class Comparison(ctypes.Structure):
    """struct scmp_arg_cmp"""

    _fields_ = [("argument", ctypes.c_uint), ("operation", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def main() -> None:
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison)]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    name = library.seccomp_syscall_resolve_name
    name.argtypes = [ctypes.c_char_p]
    outer = library.seccomp_init(ALLOW)
    set_seccomp = Comparison(0, EQUAL, PR_SET_SECCOMP, 0)
    assert library.seccomp_rule_add_array(outer, REFUSE | errno.EINVAL, name(b"seccomp"), 0, None) == 0
    assert library.seccomp_rule_add_array(outer, REFUSE | errno.EINVAL, name(b"prctl"), 1, ctypes.byref(set_seccomp)) == 0
    assert library.seccomp_load(outer) == 0
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
