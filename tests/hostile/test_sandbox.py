"""Who makes the process run code of his own: what the kernel lets him do then (hostile/intruder.cc is that code).

Every other test here runs inside the same walls.
"""

import errno
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest

from live.client import Client
from live.server import SANITIZED, NotServing

pytestmark = pytest.mark.skipif(SANITIZED, reason="sanitizers trace the process from outside")

SOURCE = pathlib.Path(__file__).with_name("intruder.cc")
PATIENCE_S = 20
PR_SET_SECCOMP = 22
# Not refused, but missing: so that libc takes the older call that it has for older kernels.
NOT_THERE = {"clone3", "openat2", "close_range", "epoll_pwait2", "futex_waitv", "newer_than_the_list", "newer_than_any_kernel"}
# What anybody may do where nothing keeps him: else a refusal shows nothing.
FREE_TO_ALL = {"execve", "fork", "clone_of_a_process", "clone3", "kill", "listen", "mmap_to_write_and_run", "mmap_of_nothing_to_run", "mprotect_to_run",
               "memfd_create", "personality", "prctl_dumpable", "process_vm_readv", "pidfd_open", "setuid", "openat2", "close_range", "epoll_pwait2"}


@pytest.fixture(scope="module")
def intruder(tmp_path_factory) -> pathlib.Path:
    library = tmp_path_factory.mktemp("intruder") / "intruder.so"
    subprocess.run(["g++", "-std=c++20", "-O1", "-shared", "-fPIC", "-pthread", "-o", library, SOURCE], check=True)
    return library


def tasks(server) -> list[str]:
    """The status of each thread."""
    return [path.read_text() for path in pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/status")]


def let_in(server, library: pathlib.Path) -> dict[str, set[int]]:
    """Starts it with the intruder inside, and lets him go about when it serves: how each call ended in his two threads."""
    go, tells = server.home / "go", server.home / "told.txt"
    server.under = ["env", f"LD_PRELOAD={library}", f"INTRUDER_GO={go}", f"INTRUDER_TELLS={tells}"]
    server.start()
    client = Client(server, server.key)
    client.pin()
    go.touch()
    deadline = time.monotonic() + PATIENCE_S
    while not tells.exists():
        assert server.alive() and time.monotonic() < deadline, server.said()
        time.sleep(0.02)
    lines = [line.split() for line in tells.read_text().splitlines()]
    assert {thread for thread, _, _ in lines} == {"old", "new"}
    client.pin()  # and it goes on serving
    return {name: {int(status) for _, other, status in lines if other == name} for _, name, _ in lines}


def test_all_threads_are_inside_and_gain_nothing_by_programs(server, client):
    client.pin()
    statuses = tasks(server)
    assert len(statuses) > 4, "io threads, the writer, RocksDB's"
    for status in statuses:
        assert re.search(r"^Seccomp:\t2$", status, re.MULTILINE), status
        assert re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE), status


def test_what_no_server_needs_is_refused_in_every_thread(own_server, intruder):
    ended = let_in(own_server, intruder)
    assert NOT_THERE <= ended.keys() and len(ended) > len(NOT_THERE) + 45
    assert {name: status for name, status in ended.items() if status != {errno.ENOSYS if name in NOT_THERE else errno.EPERM}} == {}


def test_without_the_sandbox_the_same_calls_are_anybodys(own_server, intruder):
    own_server.options = ["--sandbox", "off"]
    ended = let_in(own_server, intruder)
    assert {name for name in FREE_TO_ALL if ended[name] & {errno.EPERM, errno.ENOSYS}} == set()
    assert all("Seccomp:\t0\n" in status for status in tasks(own_server))


def test_a_kernel_that_takes_no_list_is_told_of_and_nothing_is_served(own_server):
    """A process in a stricter sandbox than its own, as some containers are: seccomp(2) and prctl(PR_SET_SECCOMP) are refused."""
    own_server.under = [sys.executable, "-B", "-m", "hostile.stricter", "seccomp=EINVAL", f"prctl:0:{PR_SET_SECCOMP}=EINVAL", "--"]
    with pytest.raises(NotServing) as refused:
        own_server.start(env={**os.environ, "PYTHONPATH": str(SOURCE.parents[1])})
    assert refused.value.status == 3 and "seccomp" in refused.value.output and "--sandbox off" in refused.value.output
    assert not (own_server.data / "log").exists()
    own_server.options = ["--sandbox", "off"]
    own_server.start(env={**os.environ, "PYTHONPATH": str(SOURCE.parents[1])})
    Client(own_server, own_server.key).pin()


def core_limit(server) -> str:
    return re.search(r"^Max core file size\s+(\S+)\s+(\S+)", pathlib.Path(f"/proc/{server.process.pid}/limits").read_text(), re.MULTILINE).groups()


def test_an_abort_leaves_no_core_file(own_server):
    own_server.under = ["prlimit", "--core=unlimited"]
    own_server.start(cwd=own_server.home)
    assert core_limit(own_server) == ("0", "0")
    # The kernel's own word on who may look into its memory: files of it are root's, whoever runs it.
    before = set(own_server.home.rglob("*"))
    own_server.process.send_signal(signal.SIGABRT)
    assert own_server.process.wait(PATIENCE_S) == -signal.SIGABRT
    own_server.process = None
    assert {path for path in own_server.home.rglob("*") if path not in before and "core" in path.name} == set()


def test_core_dumps_can_be_had_for_debugging(own_server):
    own_server.under = ["prlimit", "--core=unlimited"]
    own_server.options = ["--core-dumps", "on"]
    own_server.start()
    assert core_limit(own_server) == ("unlimited", "unlimited")
