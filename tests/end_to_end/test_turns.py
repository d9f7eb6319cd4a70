"""Who gets a processor first when there are more threads that want one (docs/decisions/0028-callers-come-before-the-work-they-left.md)."""

import ctypes
import os
import pathlib
import struct

import pytest

from live.client import Client
from live.server import SANITIZED

SYS_SCHED_GETATTR = 315
ATTRIBUTES = struct.Struct("=IIQiIQQQ")
SLICE_NS = 100_000
STEPS = 3
BEGAN_BEFORE = {"lines", "files"}  # some of them


def slice_ns(thread: int) -> int:
    """0: the kernel knows none."""
    space = ctypes.create_string_buffer(ATTRIBUTES.size)
    assert ctypes.CDLL(None).syscall(SYS_SCHED_GETATTR, thread, space, ATTRIBUTES.size, 0) == 0
    return ATTRIBUTES.unpack(space.raw)[5]


@pytest.mark.skipif(SANITIZED, reason="the thread sanitizer has a thread of its own, which comes before all")
def test_io_threads_come_first_and_take_short_turns(own_server):
    own_server.start()
    client = Client(own_server, own_server.key)
    client.update(client.pinless()["id"], name_prefix="so that all threads have worked")
    own = os.getpriority(os.PRIO_PROCESS, 0)
    knows_slices = slice_ns(0) > 0
    nice = {}
    for task in pathlib.Path(f"/proc/{own_server.process.pid}/task").iterdir():
        name, thread = (task / "comm").read_text().strip(), int(task.name)
        nice.setdefault(name, set()).add(os.getpriority(os.PRIO_PROCESS, thread))
        if name.startswith("http-") and knows_slices:
            assert slice_ns(thread) == SLICE_NS
    io = {name for name in nice if name.startswith("http-")}
    assert io and all(nice[name] == {own} for name in io)
    others = set(nice) - io - BEGAN_BEFORE
    assert others and all(nice[name] == {own + STEPS} for name in others), nice
