"""The ways that can be cut do what they are told, on an echo of our own."""

import socket
import threading
import time

import pytest

from live.kafka_nodes import free_ports
from live.links import Links, Way


@pytest.fixture
def way():
    """An echo behind a link, and the port to come by."""
    own, told = free_ports(2)
    server = socket.create_server(("127.0.0.1", own))
    heard: list[bytes] = []

    def echo(connection: socket.socket) -> None:
        with connection:
            try:
                while piece := connection.recv(65536):
                    heard.append(piece)
                    connection.sendall(piece)
            except OSError:
                return  # cut

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return  # closed: the test is over
            threading.Thread(target=echo, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    links = Links([[(own, told)]])
    yield links, told, heard
    links.close()
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def come(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 5)


def asked(connection: socket.socket, text: bytes, patience_s: float = 5) -> bytes | None:
    """What comes back; None when nothing does in time; empty when the connection ended."""
    connection.settimeout(patience_s)
    try:
        connection.sendall(text)
        return connection.recv(65536)
    except TimeoutError:
        return None
    except ConnectionError:
        return b""


def test_an_open_way_passes_all_bytes(way):
    links, port, _ = way
    text = bytes(range(256)) * 8000
    with come(port) as connection:
        threading.Thread(target=connection.sendall, args=(text,), daemon=True).start()
        got = b""
        while len(got) < len(text):
            got += connection.recv(65536)
        assert got == text


def test_a_cut_way_closes_what_stands_and_whoever_comes(way):
    links, port, _ = way
    with come(port) as connection:
        assert asked(connection, b"a") == b"a"
        links.set(0, Way.CUT)
        time.sleep(0.1)
        assert asked(connection, b"b") == b""
    with come(port) as another:
        assert asked(another, b"c") == b""
    links.set(0, Way.OPEN)
    time.sleep(0.1)
    with come(port) as again:
        assert asked(again, b"d") == b"d"


def test_a_stalled_way_passes_what_it_held_when_it_opens(way):
    links, port, _ = way
    with come(port) as connection:
        assert asked(connection, b"a") == b"a"
        links.set(0, Way.STALLED)
        time.sleep(0.1)
        assert asked(connection, b"b", 0.3) is None
        links.set(0, Way.OPEN)
        connection.settimeout(5)
        assert connection.recv(10) == b"b"


def test_on_a_deaf_way_the_answer_alone_is_lost(way):
    links, port, heard = way
    with come(port) as connection:
        assert asked(connection, b"a") == b"a"
        links.set(0, Way.DEAF)
        time.sleep(0.1)
        assert asked(connection, b"b", 0.3) is None
        assert b"".join(heard) == b"ab"
        links.set(0, Way.OPEN, drop=True)
        time.sleep(0.1)
        assert asked(connection, b"c") == b""
