"""A manager of services that asked to be told, as systemd does of a unit with Type=notify: what a real server tells it, and when."""

import re
import shutil
import signal
import socket
import time
import uuid

import pytest

from live.client import Client
from live.notified import TOLD_WITHIN_S, Notified

@pytest.fixture(params=["path", "name without a file"])
def notified(request, tmp_path, monkeypatch):
    notified = Notified(str(tmp_path / "notify") if request.param == "path" else f"@dialin-{uuid.uuid4()}")
    monkeypatch.setenv("NOTIFY_SOCKET", notified.name)
    yield notified
    notified.socket.close()


def lines_of(messages: list[list[str]]) -> list[str]:
    return [line for message in messages for line in message]


def test_it_tells_that_it_is_ready_that_it_reloads_and_that_it_stops(own_server, notified):
    own_server.start()
    started = notified.wait_for("READY=1")
    own_server.wait_ready(patience_s=1)
    assert lines_of(started) == ["STATUS=the store is being opened", "READY=1", f"STATUS=serving at http://127.0.0.1:{own_server.port}"]
    before_us = time.monotonic_ns() // 1000
    own_server.process.send_signal(signal.SIGHUP)
    reloading, done = notified.wait_for("READY=1")
    assert reloading[0] == "RELOADING=1" and done == ["READY=1"]
    assert before_us <= int(re.fullmatch(r"MONOTONIC_USEC=(\d+)", reloading[1])[1]) <= time.monotonic_ns() // 1000
    assert own_server.stop() == 0
    assert notified.wait_for("STOPPING=1") == [["STOPPING=1", "STATUS=requests in flight are answered"]]
    assert not notified.has_more() and "NOTIFY_SOCKET" not in own_server.said()


def test_views_that_are_rebuilt_come_before_ready(own_server, notified):
    own_server.start()
    client = Client(own_server, own_server.key)
    for _ in range(20):
        client.pin()
    own_server.stop()
    notified.wait_for("STOPPING=1")
    shutil.rmtree(own_server.data / "views")
    own_server.start()
    notified.wait_for("READY=1")
    assert len(Client(own_server, own_server.key).all_events()) == 20
    assert re.search(r"rebuilt: \d+ records applied", own_server.said())


def test_who_cannot_serve_is_never_ready(own_server, notified):
    own_server.keys.write_text("{")
    own_server.spawn()
    assert own_server.process.wait(TOLD_WITHIN_S) == 3
    own_server.process = None
    notified.socket.settimeout(1)
    assert notified.socket.recv(4096) == b"STATUS=the store is being opened" and not notified.has_more()


@pytest.mark.parametrize("name", ["{tmp}/nobody", "@dialin-nobody", "vsock:2:1234", "{tmp}/" + "long" * 40])
def test_a_manager_that_cannot_be_told_is_said_once_and_keeps_nobody_from_serving(own_server, tmp_path, monkeypatch, name):
    monkeypatch.setenv("NOTIFY_SOCKET", name.format(tmp=tmp_path))
    own_server.start()
    Client(own_server, own_server.key).pin()
    own_server.process.send_signal(signal.SIGHUP)
    assert own_server.stop() == 0
    assert own_server.said().count("the service manager was not told at NOTIFY_SOCKET") == 1


def test_a_manager_that_reads_nothing_delays_nobody(own_server, tmp_path, monkeypatch):
    """Its socket is full before the server starts; when it reads at last, it is told that the server is ready."""
    notified = Notified(f"@dialin-{uuid.uuid4()}")
    monkeypatch.setenv("NOTIFY_SOCKET", notified.name)
    filler = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    filler.setblocking(False)
    with pytest.raises(BlockingIOError):
        for _ in range(100_000):
            filler.sendto(b"X=1", "\0" + notified.name[1:])
    own_server.start()
    Client(own_server, own_server.key).pin()
    assert own_server.said().count("the service manager was not told at NOTIFY_SOCKET") == 1
    assert notified.wait_for("READY=1")[-1] == ["READY=1", f"STATUS=serving at http://127.0.0.1:{own_server.port}"]
    assert own_server.stop() == 0


def test_without_a_manager_nothing_is_said_of_one(own_server, monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    own_server.start()
    assert own_server.stop() == 0 and "NOTIFY_SOCKET" not in own_server.said()
