"""What compiler and linker put into the program against whoever finds a mistake in its memory (cmake/hardening.cmake), read back from the file that runs."""

import re
import subprocess

import pytest

from live.server import BINARY, SANITIZED

pytestmark = pytest.mark.skipif(SANITIZED, reason="sanitizers see more, and want to be built otherwise")


def readelf(*options: str) -> str:
    return subprocess.run(["readelf", "--wide", *options, BINARY], capture_output=True, text=True, check=True).stdout


def test_it_can_be_put_anywhere():
    assert re.search(r"Type:\s+DYN ", readelf("--file-header"))
    assert re.search(r"\(FLAGS_1\).*\bPIE\b", readelf("--dynamic"))


def test_no_table_of_functions_can_be_written_after_the_start():
    assert "GNU_RELRO" in readelf("--program-headers")
    assert re.search(r"\(FLAGS\).*\bBIND_NOW\b|\(FLAGS_1\).*\bNOW\b", readelf("--dynamic"))


def test_nothing_can_be_written_and_run():
    segments = re.findall(r"^\s+(LOAD|GNU_STACK)\s+(?:0x\w+\s+){5}([RWE ]{3})", readelf("--program-headers"), re.MULTILINE)
    assert {name for name, _ in segments} == {"LOAD", "GNU_STACK"}
    assert not [name for name, flags in segments if "W" in flags and "E" in flags]
    assert not re.search(r"\(TEXTREL\)", readelf("--dynamic"))


def test_stacks_are_guarded_and_copies_are_checked():
    imported = set(re.findall(r"\bUND (\w+)@", readelf("--dyn-syms")))
    assert "__stack_chk_fail" in imported
    assert {name for name in imported if re.fullmatch(r"__\w+_chk", name)}, sorted(imported)


def test_calls_and_jumps_land_where_functions_begin():
    """Debian's start of a program (crt1.o) is without the mark, so that the whole cannot carry it; our functions have it."""
    code = subprocess.run(["objdump", "--disassemble=main", "--no-show-raw-insn", BINARY], capture_output=True, text=True, check=True).stdout
    if "elf64-x86-64" in code:
        first = re.search(r"<main>:\n\s+[0-9a-f]+:\s+(\S+)", code)
        assert first and first[1] == "endbr64", code[:600]
