"""A machine that is as busy as beside an attack, without one: a loop on each processor that runs only when nobody else wants to, and a
program that writes and syncs.

`busy_machine.py loop SECONDS` and `busy_machine.py sync SECONDS FILE` are the programs."""

import contextlib
import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Iterator

SECONDS_MAX = 120
SYNCED_BYTES = 16 * 1024
FILE_BYTES_MAX = 64 * 1024 * 1024


def loop(until: float) -> None:
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    while time.monotonic() < until:
        pass


def sync(until: float, file: str) -> None:
    block, at = b"x" * SYNCED_BYTES, 0
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY, 0o600)
    while time.monotonic() < until:
        os.pwrite(descriptor, block, at)
        os.fdatasync(descriptor)
        at = (at + SYNCED_BYTES) % FILE_BYTES_MAX


@contextlib.contextmanager
def busy_machine(home: pathlib.Path) -> Iterator[None]:
    file = home / "busy"
    words = [["loop", str(SECONDS_MAX)] for _ in os.sched_getaffinity(0)] + [["sync", str(SECONDS_MAX), str(file)]]
    running = [subprocess.Popen([sys.executable, "-B", __file__, *each]) for each in words]
    try:
        yield
        assert all(each.poll() is None for each in running), "it was not busy all the time"
    finally:
        for each in running:
            each.kill()
            each.wait()
        file.unlink(missing_ok=True)


if __name__ == "__main__":
    name, seconds, *file = sys.argv[1:]
    {"loop": loop, "sync": sync}[name](time.monotonic() + min(float(seconds), SECONDS_MAX), *file)
