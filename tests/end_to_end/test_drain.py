"""SIGTERM: nothing answered is lost, what is in flight is answered, and it takes no longer than it may."""

import http.client
import json
import socket
import threading
import time

from live.client import Client, Stream
from live.server import PATIENCE_S, run


def test_sigterm_under_load_loses_nothing_that_was_answered(own_server):
    server = own_server.start()
    answered: list[list[tuple[str, int]]] = [[] for _ in range(8)]
    unanswered = []
    ready = threading.Barrier(9)

    def write(number: int) -> None:
        client = Client(server, server.key)
        made = client.pin(name_prefix="0")
        ready.wait()
        for count in range(1, 1_000_000):
            try:
                answer = client.put(f"/domain-dialin-config/{made['id']}", {"name_prefix": str(count)})
            except (OSError, http.client.HTTPException) as trouble:
                unanswered.append(trouble)
                return
            if answer.status != 200:
                answer.refused(503, "unavailable")
                return
            answered[number].append((made["id"], answer.json["version"]))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    ready.wait()
    time.sleep(0.5)
    started = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - started < 11
    for thread in threads:
        thread.join()
    assert all(answered)
    assert "ok:" in run("verify", "--data", server.data).stdout
    server.start()
    client = Client(server, server.key)
    for written in answered:
        config_id, version = written[-1]
        # A connection that broke without an answer may hide at most the one write that was on it.
        assert version <= client.config(config_id)["version"] <= version + 1


def test_a_request_in_flight_is_finished(own_server):
    """Its head was taken before the stop, its body comes after: it is answered, stored, and the connection is closed."""
    server = own_server.start()
    body = json.dumps({"type": "pin_dialin", "name_prefix": "in flight"}).encode()
    head = (f"POST /domain-dialin-config HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()
    with socket.create_connection((server.host, server.port), 20) as connection:
        connection.sendall(head + body[:10])
        time.sleep(0.3)
        server.terminate()
        time.sleep(0.5)
        connection.sendall(body[10:])
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    assert b"connection: close" in answer.lower()
    assert server.process.wait(PATIENCE_S) == 0
    server.process = None
    server.start()
    assert Client(server, server.key).page()["data"][0]["config"]["name_prefix"] == "in flight"


def test_idle_connections_and_streams_do_not_hold_the_stop(own_server):
    server = own_server.start()
    stream = Stream(server, server.key)
    idle = Client(server, server.key)
    idle.get("/")
    started = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - started < 5
    assert stream.next() is None


def test_a_caller_that_never_finishes_does_not_hold_the_stop_for_ever(own_server):
    server = own_server.start()
    with socket.create_connection((server.host, server.port), 20) as connection:
        connection.sendall(b"POST /domain-dialin-config HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n")
        time.sleep(0.2)
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 15
