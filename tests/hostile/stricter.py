"""Runs a command where the kernel refuses system calls already, as some containers do: python -m hostile.stricter CALL[:ARGUMENT:VALUE]=ERROR … -- COMMAND …

`prctl:0:22=EINVAL` refuses prctl() when its first argument is 22."""

import ctypes
import errno
import os
import sys

ALLOW, REFUSE = 0x7FFF0000, 0x00050000
EQUAL = 4  # SCMP_CMP_EQ


class Comparison(ctypes.Structure):
    """struct scmp_arg_cmp"""

    _fields_ = [("argument", ctypes.c_uint), ("operation", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def refuse(library: ctypes.CDLL, outer: int, rule: str) -> None:
    call, _, error = rule.partition("=")
    name, *compared = call.split(":")
    comparisons = [Comparison(int(compared[0]), EQUAL, int(compared[1]), 0)] if compared else []
    number = library.seccomp_syscall_resolve_name(name.encode())
    assert library.seccomp_rule_add_array(outer, REFUSE | getattr(errno, error), number, len(comparisons), (Comparison * 1)(*comparisons)) == 0


def main() -> None:
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison)]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    library.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    outer = library.seccomp_init(ALLOW)
    end = sys.argv.index("--")
    for rule in sys.argv[1:end]:
        refuse(library, outer, rule)
    assert library.seccomp_load(outer) == 0
    os.execvp(sys.argv[end + 1], sys.argv[end + 1:])


if __name__ == "__main__":
    main()
