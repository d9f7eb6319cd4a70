"""Few file descriptors: strangers who hold connections take neither the callers' places nor the descriptors of the log and the views."""

import contextlib
import os
import re
import resource
import socket
import time

import pytest

from live.client import Client
from live.server import PATIENCE_S, NotServing, Server

FEW = 400
STRANGERS = 260
LARGE = "x" * 4000
THREADS = ["--threads", "2"]  # not as many as the machine has processors: some descriptors are kept back for each


def limited(descriptors: int) -> dict:
    """For Server.start: the limit that the process begins with, soft and hard."""
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))}


def metric(server: Server, name: str) -> int:
    text = Client(server, None).get("/metrics").expect(200).body.decode()
    return int(float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1]))


def segments(server: Server) -> int:
    return len(list((server.data / "log").glob("*.segment")))


def wait_until_taken(server: Server, connections: int) -> None:
    """Who comes while they are still being taken by the dozen may be closed without a word."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(OSError):
            if metric(server, "dialin_connections_accepted_total") >= connections:
                return
        assert time.monotonic() < deadline, server.said()
        time.sleep(0.05)


def lines_on_connections(server: Server) -> list[str]:
    return [line for line in server.said().splitlines() if "--connections-max" in line]


def test_idle_strangers_take_neither_places_nor_the_descriptors_of_the_log(own_server):
    own_server.options = THREADS
    server = own_server.start(**limited(FEW))
    (line,) = lines_on_connections(server)
    most = metric(server, "dialin_connections_max")
    assert 50 <= most < FEW and f"no more than {most} connections" in line and "--connections-max 20000" in line and f"limit of {FEW} " in line
    early = Client(server, server.key)
    config = early.pin()
    with contextlib.ExitStack() as stack:
        for _ in range(STRANGERS):
            stack.enter_context(socket.create_connection((server.host, server.port), timeout=10))
        wait_until_taken(server, STRANGERS)
        for _ in range(20):
            with contextlib.closing(Client(server, server.key, timeout=8)) as caller:
                caller.pin()
        assert len(os.listdir(f"/proc/{server.process.pid}/fd")) >= most, "the strangers are there"
        writer, before = Client(server, server.key), segments(server)
        for number in range(4_000):
            writer.update(config["id"], ivr_greeting={"message": f"{number} {LARGE}"})
            if segments(server) > before:
                break
        assert segments(server) > before, "the log has not come to a new segment"
        writer.pin()
    assert writer.page()["total_count"] == 22
    assert "Too many open files" not in server.said()
    assert server.stop() == 0


def test_a_limit_that_leaves_enough_is_not_spoken_of(own_server):
    own_server.options = [*THREADS, "--connections-max", "50"]
    server = own_server.start(**limited(FEW))
    assert metric(server, "dialin_connections_max") == 50 and not lines_on_connections(server)


def test_a_limit_that_leaves_too_little_is_refused_and_nothing_is_made(own_server):
    own_server.options = THREADS
    with pytest.raises(NotServing) as refused:
        own_server.start(**limited(100))
    assert refused.value.status == 3
    (least,) = re.findall(r"a limit of 100 file descriptors leaves too few .* must be (\d+) at least", refused.value.output)
    assert not own_server.data.exists()
    own_server.start(**limited(int(least)))
    Client(own_server, own_server.key).pin()
