"""Readers so slow that the kernel does not ask for more within the time to take something: who takes a little goes on, and who takes nothing is cut off."""

import contextlib
import os
import pathlib
import re
import sys
import time

import pytest

from hostile.wire import Wire, as_key, get
from live.client import Client
from live.server import SANITIZED, Server

SEND_S = 20  # ServerOptions::send_timeout
# What was taken is looked at each time that the time is over: who takes nothing took the first bytes within the first one.
PATIENCE_S = 2 * SEND_S + 10
# Of what a reader takes the kernel tells by asking for more when 64 KiB are gone (listener.cc): within the time it must stay below.
TAKEN_EACH_S = 2000
SIOCOUTQ = 0x5411
LIST = "/domain-dialin-config?limit=100"


@pytest.fixture
def servers(tmp_path):
    """One as it is, and one whose kernel does not tell how much of an answer was taken."""
    with contextlib.ExitStack() as stack:
        def start(name: str, *under: str) -> Server:
            server = Server(tmp_path / name, under=under)
            server.key = server.add_key("acme")
            stack.callback(server.kill)
            return server.start(env={**os.environ, "PYTHONPATH": str(pathlib.Path(__file__).parents[1])})
        yield start("usual"), start("blind", sys.executable, "-B", "-m", "hostile.stricter", f"ioctl:1:{SIOCOUTQ}=EPERM", "--")


def begun(stack: contextlib.ExitStack, server: Server) -> Wire:
    """Has asked for the list."""
    wire = stack.enter_context(Wire(server, receive_bytes=4096))
    wire.send(get(LIST, as_key(server.key), "Connection: close"))
    return wire


def rest_of(wire: Wire) -> bytes:
    with contextlib.suppress(ConnectionError):
        while piece := wire.socket.recv(1 << 16):
            wire.held += piece
    return wire.held.partition(b"\r\n\r\n")[2]


def cut_off(server: Server) -> int:
    text = Client(server, None).get("/metrics").body.decode()
    return int(re.search(r"^dialin_connections_timed_out_total (\d+)$", text, re.MULTILINE)[1])


@pytest.mark.skipif(SANITIZED, reason="a sanitizer's server is in no sandbox")
def test_who_takes_a_little_is_not_cut_off_and_who_takes_nothing_is(servers):
    for server in servers:
        client = Client(server, server.key)
        for number in range(100):
            made = client.pin(name_prefix=f"desk {number}", timeout_config={"message": "𝄞" * 4096})
            client.update(made["id"], ivr_greeting={"message": "𝄢" * 4096})
    usual, blind = servers
    expected = Client(usual, usual.key).get(LIST).expect(200).body
    assert len(expected) > 3_000_000, "more than the kernel keeps for a reader"
    with contextlib.ExitStack() as stack:
        slow, silent, unseen = begun(stack, usual), begun(stack, usual), begun(stack, blind)
        began = time.monotonic()
        while cut_off(usual) == 0:
            assert time.monotonic() - began < PATIENCE_S
            for wire in (slow, unseen):
                with contextlib.suppress(ConnectionError):
                    wire.held += wire.socket.recv(TAKEN_EACH_S // 2)
            time.sleep(0.5)
        assert time.monotonic() - began > SEND_S
        assert rest_of(slow) == expected
        assert len(rest_of(silent)) < len(expected)
        assert len(rest_of(unseen)) < len(expected), "what nobody sees counts as nothing"
    assert (cut_off(usual), cut_off(blind)) == (1, 1)
    assert "the kernel does not say what a slow reader has taken" not in usual.said()
    assert "the kernel does not say what a slow reader has taken" in blind.said()
