"""Who attacks a server that speaks TLS: by waiting, by garbage, by old versions, by going away in the midst. Callers who behave go on."""

import contextlib
import itertools
import os
import re
import socket
import ssl
import struct
import subprocess
import time

import pytest

from hostile.wire import as_key, get
from live.certificates import Authority
from live.client import Client, Stream
from live.server import SANITIZED, Server

IDLE = 2000
# Of the process, for one idle connection: its session, its place in the kernel's lists, and what OpenSSL keeps.
IDLE_BYTES_MAX = 20_000
HANDSHAKE_S = 10  # ServerOptions::header_timeout
SLOW = 200


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"), "authority")


@pytest.fixture(scope="module")
def server(tmp_path_factory, authority):
    server = Server(tmp_path_factory.mktemp("tls"), *authority.issue("hostile").options())
    server.key = server.add_key("acme")
    server.tls = authority.trusting()
    server.start()
    yield server
    assert server.stop() == 0, server.said()


@pytest.fixture
def client(server):
    client = Client(server, server.key)
    yield client
    client.close()


def figure(server, name: str) -> float:
    text = Client(server, None).get("/metrics").body.decode()
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)[1])


def bare(server, timeout: float = 30) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout)


def over_tls(server, receive_bytes: int | None = None, timeout: float = 30) -> ssl.SSLSocket:
    connection = socket.socket()
    connection.settimeout(timeout)
    if receive_bytes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.connect((server.host, server.port))
    return server.tls.wrap_socket(connection, server_hostname="localhost")


def whole(connection: ssl.SSLSocket) -> bytes:
    got = b""
    with contextlib.suppress(ssl.SSLEOFError, ConnectionError):
        while piece := connection.recv(1 << 16):
            got += piece
    return got


def hello_record(claimed: int, sent: int) -> bytes:
    """The beginning of a ClientHello that claims to have so many bytes."""
    return b"\x16\x03\x01" + struct.pack(">H", sent + 4) + b"\x01" + claimed.to_bytes(3, "big") + b"\x03\x03" + bytes(sent - 2)


def hello_without_a_key_share() -> bytes:
    """A whole ClientHello of TLS 1.3 that names groups and has a key for none: RFC 8446, 4.1.4, asks such a client for a second one."""
    def extension(kind: int, content: str) -> bytes:
        return struct.pack(">HH", kind, len(content) // 2) + bytes.fromhex(content)
    extensions = extension(43, "020304") + extension(10, "0004001d0017") + extension(13, "0006040308040401") + extension(51, "0000")
    hello = b"\x03\x03" + bytes(32) + b"\x20" + bytes(32) + b"\x00\x02\x13\x01" + b"\x01\x00" + struct.pack(">H", len(extensions)) + extensions
    return b"\x16\x03\x01" + struct.pack(">H", len(hello) + 4) + b"\x01" + len(hello).to_bytes(3, "big") + hello


def claim_at_once(connection: socket.socket) -> None:
    connection.sendall(hello_record(131_000, 100))


def claim_when_asked_again(connection: socket.socket) -> None:
    connection.sendall(hello_without_a_key_share())
    assert connection.recv(4096)[5] == 2, "a HelloRetryRequest, which is a ServerHello"
    connection.sendall(b"\x14\x03\x03\x00\x01\x01" + hello_record(131_000, 100))


def test_slow_handshakes_are_ended_and_delay_nobody(server, client):
    before = figure(server, "dialin_connections_timed_out_total")
    began = time.monotonic()
    with contextlib.ExitStack() as all_of_them:
        slow = [all_of_them.enter_context(bare(server)) for _ in range(SLOW)]
        for at, connection in enumerate(slow):
            connection.sendall((b"", b"\x16\x03", hello_record(8000, 1000))[at % 3])
        for _ in range(50):
            client.get("/healthz").expect(200)
        assert time.monotonic() - began < HANDSHAKE_S / 2, "callers who behave wait for those who do not"
        for connection in slow:
            connection.settimeout(HANDSHAKE_S + 5)
            with contextlib.suppress(ConnectionError):
                assert connection.recv(1) == b""
    assert HANDSHAKE_S - 1 < time.monotonic() - began < HANDSHAKE_S + 5
    assert figure(server, "dialin_connections_timed_out_total") >= before + SLOW


@pytest.mark.parametrize("garbage", [bytes(600), b"\xff" * 600, b"SSH-2.0-OpenSSH_9\r\n", b"\x80\x2e\x01\x03\x01" + bytes(60), b"\x15\x03\x01\x00\x02\x01\x00",
                                     hello_record(100_000, 1000), hello_record(16_000_000, 1000), hello_record(20, 600)],
                         ids=["zeros", "ones", "ssh", "sslv2", "alert", "large-hello", "huge-hello", "hello-and-more"])
def test_garbage_ends_at_once(server, client, garbage):
    with bare(server) as connection:
        connection.sendall(garbage)
        with contextlib.suppress(ConnectionError):
            if garbage.startswith(b"SSH"):
                assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")
            else:
                assert len(connection.recv(4096)) < 16, "more than an alert"
    client.get("/healthz").expect(200)


@pytest.mark.parametrize("claim", [claim_at_once, claim_when_asked_again])
def test_hellos_that_claim_to_be_large_get_no_memory(server, client, claim):
    before = server.resident_kb()
    with contextlib.ExitStack() as all_of_them:
        for _ in range(1000):
            with contextlib.suppress(ConnectionError):
                claim(all_of_them.enter_context(bare(server)))
        client.get("/healthz").expect(200)
        assert server.resident_kb() - before < 20_000


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_versions_are_refused(server, version):
    done = subprocess.run(["openssl", "s_client", "-connect", f"{server.host}:{server.port}", version, "-cipher", "ALL:@SECLEVEL=0"], input="",
                          capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and "alert protocol version" in done.stderr, done.stderr


def test_renegotiation_is_refused(server):
    done = subprocess.run(["openssl", "s_client", "-connect", f"{server.host}:{server.port}", "-tls1_2"], input="R\n", capture_output=True, text=True,
                          timeout=30)
    assert "no renegotiation" in done.stderr, done.stderr


@pytest.mark.skipif(SANITIZED, reason="a sanitizer's memory is another")
def test_idle_connections_are_small(server):
    with contextlib.ExitStack() as all_of_them:
        def come(count: int) -> None:
            for _ in range(count):
                all_of_them.enter_context(over_tls(server))
        come(100)  # what is kept for all is there then
        before = server.resident_kb()
        come(IDLE)
        each = (server.resident_kb() - before) * 1024 / IDLE
        assert each < IDLE_BYTES_MAX, f"{each:,.0f} bytes each"
        Client(server, server.key).get("/healthz").expect(200)


def test_a_half_closed_connection_gets_its_answer(server):
    """Without a word of TLS: tests/api/http/tls_server_test.cc has who says that it sends no more."""
    with over_tls(server) as connection:
        connection.sendall(get("/", as_key(server.key)))
        socket.socket.shutdown(connection, socket.SHUT_WR)  # the method of its own class would end TLS in this program, too
        assert b"domain_id" in whole(connection)
    assert figure(server, "dialin_connections_open") < 20


def test_large_lists_reach_slow_readers_whole(server, client):
    for at in range(100):
        client.pin(name_prefix=f"desk {at}", timeout_config={"message": "m" * 2000})
    path = "/domain-dialin-config?limit=100"
    expected = client.get(path).expect(200).body
    assert len(expected) > 150_000
    with contextlib.ExitStack() as all_of_them:
        slow = [all_of_them.enter_context(over_tls(server, receive_bytes=4096)) for _ in range(10)]
        for connection in slow:
            connection.sendall(get(path, as_key(server.key), "Connection: close"))
        time.sleep(2)
        client.get(path).expect(200)
        for connection in slow:
            assert whole(connection).partition(b"\r\n\r\n")[2] == expected


def test_streams_go_on_while_connections_die_in_the_midst_of_records(server, client):
    stream = Stream(server, server.key, after=client.get("/").sequence)
    for at in range(200):
        connection = over_tls(server)
        if at % 2:
            connection.sendall(get("/domain-dialin-config?limit=100", as_key(server.key)))
        # Half a record of 256 bytes, and then a reset.
        os.write(connection.fileno(), b"\x17\x03\x03\x01\x00" + bytes(100))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        if at % 20 == 0:
            client.pin(name_prefix=f"{at}")
    messages = stream.take(10)
    assert [message.data["config"]["name_prefix"] for message in messages] == [f"{at}" for at in range(0, 200, 20)]
    stream.close()
    deadline = time.monotonic() + 10
    while figure(server, "dialin_connections_open") > 10 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert figure(server, "dialin_connections_open") <= 10


def test_records_that_were_changed_on_the_way_end_the_connection(server):
    with over_tls(server) as connection:
        connection.sendall(get("/healthz"))
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        os.write(connection.fileno(), b"\x17\x03\x03\x00\x40" + bytes(64))
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            assert connection.recv(4096) == b""


def test_a_kill_in_the_midst_of_answers_leaves_what_was_answered(tmp_path, authority):
    server = Server(tmp_path / "killed", *authority.issue("killed").options())
    server.key = server.add_key("acme")
    server.tls = authority.trusting()
    server.start()
    made = []
    client = Client(server, server.key)
    with contextlib.suppress(OSError, ssl.SSLError):
        for at in itertools.count():
            made.append(client.pin(name_prefix=f"{at}")["id"])
            if at == 150:
                server.kill()
    server.start()
    kept = {config["id"] for config in Client(server, server.key).all_configs()}
    assert len(made) == 151 and kept >= set(made)
    assert server.stop() == 0
