"""One line a request on stderr: what is in it and what never is, and that nobody waits for whoever reads it."""

import json
import re
import socket
import subprocess
import time
import urllib.parse
import uuid

import pytest

from live.client import Client, raw

SECONDS_LATE_MOST = 1


def lines_about(server, request_id: str, patience_s: float = SECONDS_LATE_MOST) -> list[str]:
    """The lines of the request, once there is one."""
    deadline = time.monotonic() + patience_s
    while True:
        found = [line for line in server.said().splitlines() if request_id in line]
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.01)


def fields_of(line: str) -> dict[str, str]:
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z (debug|info|warning) request ", line), line
    return dict(pair.split("=", 1) for pair in line.split(" ")[3:])


@pytest.fixture
def talking(own_server):
    def start(*options: str) -> tuple:
        own_server.options = list(options)
        own_server.start()
        return own_server, Client(own_server, own_server.key)
    return start


def test_a_line_tells_who_asked_for_what_and_what_came_of_it(talking):
    server, client = talking()
    config = client.pin(name_prefix="Desk of nobody else")
    path = f"/domain-dialin-config/{config['id']}"
    answer = client.get(path, query={"as_of": "2999-01-01T00:00:00Z"}, headers={"X-Request-Id": "line-1"}).expect(400)
    [line] = lines_about(server, "line-1")
    fields = fields_of(line)
    assert " info " in line and "2999" not in line
    assert float(fields.pop("milliseconds")) < 10_000
    assert fields == {"method": "GET", "path": path, "route": "/domain-dialin-config/{id}", "status": "400", "bytes": str(len(answer.body)),
                      "request_id": "line-1", "tenant": "own", "key": server.key_id(server.key), "peer": "127.0.0.1"}
    client.get("/healthz", headers={"X-Request-Id": "line-2"})
    Client(server, "dk_unknown").get("/", headers={"X-Request-Id": "line-3"}).expect(401)
    [line] = lines_about(server, "line-3")
    assert "tenant" not in fields_of(line) and "dk_unknown" not in server.said()
    assert lines_about(server, "line-2", patience_s=0) == [], "what machines ask all the time is of level debug"
    assert "Desk of nobody else" not in server.said(), "no bodies"


def test_lines_as_json(talking):
    server, client = talking("--log-format", "json", "--log-level", "debug")
    client.get("/healthz", headers={"X-Request-Id": "line-1"})
    client.get("/nowhere", headers={"X-Request-Id": "line-2"}).expect(404)
    [line] = lines_about(server, "line-1")
    assert json.loads(line)["level"] == "debug"
    [line] = lines_about(server, "line-2")
    said = json.loads(line)
    assert said.pop("time").endswith("Z") and said.pop("milliseconds") >= 0 and said.pop("bytes") > 0
    assert said == {"level": "info", "line": "request", "method": "GET", "route": "unknown", "status": 404, "request_id": "line-2", "peer": "127.0.0.1"}
    for line in server.said().splitlines():
        assert line.startswith("listening on ") or json.loads(line)["time"], line


@pytest.mark.parametrize("form", ["text", "json"])
def test_nobody_writes_lines_of_his_own(talking, form):
    server, client = talking("--log-format", form)
    paths = [b"/%0Ainfo%20forged", b'/"forged":"', b"/\\forged", b"/\xff\xfeforged", b"/\xc3\xbcforged", b"/\xe2\x80\xa8forged", b"/\x0bforged",
             b"/\x1b[2Jforged", b"/" + b"forged" * 1000]
    for path in paths:
        raw(server, b"GET /domain-dialin-config" + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    raw(server, b'GE"T\x0a / HTTP/1.1\r\nforged: 1\r\n\r\n')
    client.get("/nowhere", headers={"X-Request-Id": "last\"\\"}).expect(404)
    lines = lines_about(server, "last%22%5C")
    assert len(lines) == 1
    for line in server.output.read_bytes().splitlines():
        text = line.decode("ascii")
        assert text.isprintable(), text
        assert re.match(r"(\{\"time\":\"|)\d{4}-\d\d-\d\dT", text) or text.startswith("listening on "), text
        if form == "json" and text.startswith("{"):
            assert "forged" not in json.loads(text)


def test_a_secret_at_an_ids_place_is_not_shown(talking):
    """Whoever mistakes what goes where; ids and numbers are shown."""
    server, client = talking()
    config = client.pinless()
    kept = [f"/domain-dialin-config/{config['id']}", "/numbers/%2B1%20255%20559-9999", "/numbers/+12555599999/history"]
    secrets = [server.key, urllib.parse.quote(config["config"]["hmac"], safe=""), "no-id"]
    lost = [(f"{before}/{secret}{behind}", f"{before}/{name}{behind}") for secret in secrets for before, name, behind in
            [("/domain-dialin-config", "{id}", ""), ("/domain-dialin-config", "{id}", "/history"), ("/numbers", "{number}", ""),
             ("/numbers", "{number}", "/history")]]
    paths = [*((path, path) for path in kept), *lost]
    for number, (path, _) in enumerate(paths):
        client.get(path, headers={"X-Request-Id": f"line-{number}-"})
    for number, (path, shown) in enumerate(paths):
        [line] = lines_about(server, f"line-{number}-")
        assert fields_of(line)["path"] == shown, path
    for secret in secrets:
        assert secret not in server.said() and urllib.parse.unquote(secret) not in server.said()


def test_a_stream_has_its_line_at_its_end(talking):
    server, client = talking()
    client.pin()
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(f"GET /events/stream?after=0 HTTP/1.1\r\nHost: x\r\nX-Request-Id: stream-1\r\nAuthorization: Bearer {server.key}\r\n\r\n".encode())
        assert b"200 OK" in connection.recv(4096)
        assert lines_about(server, "stream-1", patience_s=0.5) == []
    fields = fields_of(lines_about(server, "stream-1", patience_s=20)[0])
    assert fields["route"] == "/events/stream" and fields["status"] == "200" and int(fields["bytes"]) > 100 and float(fields["milliseconds"]) > 400


def test_lines_can_be_left_out(talking):
    server, client = talking("--log-requests", "off")
    client.get("/nowhere").expect(404)
    assert server.stop() == 0
    assert "request" not in server.output.read_text().replace("requests in flight", "")


def test_an_orderly_end_loses_no_line(talking):
    server, client = talking()
    for number in range(300):
        client.get("/", headers={"X-Request-Id": f"line-{number}-"}).expect(200)
    assert server.stop() == 0
    lines = server.output.read_text().splitlines()
    said = [int(found[1]) for line in lines if (found := re.search(r"request_id=line-(\d+)-", line))]
    assert said == list(range(300))
    stopping = next(place for place, line in enumerate(lines) if "stopping" in line)
    assert stopping > max(place for place, line in enumerate(lines) if "request_id=line-" in line), "the operator's lines stand where they were said"


# Of some 400 bytes: more than the 5 MiB that may wait, and a pipe, take.
LINES_BEYOND_ALL_ROOM = 20_000


def pipelined(key: str, connection: socket.socket, count: int) -> int:
    """So many requests with long lines, for a config that there is not; how many of them were answered."""
    request = f"GET /domain-dialin-config/{uuid.uuid4()} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nX-Request-Id: {'x' * 128}\r\n\r\n".encode()
    answered, left = 0, b""
    for _ in range(count // 50):
        connection.sendall(request * 50)
        end = answered + 50
        while answered < end:
            left += connection.recv(1 << 20)
            answered += left.count(b"HTTP/1.1 404")
            left = left[left.rfind(b"HTTP/1.1 404") + 1:]
    return answered


def test_who_does_not_read_the_lines_delays_nobody(own_server):
    """stderr is a pipe that nobody reads: requests are answered as ever, and what is dropped is counted; it ends as asked."""
    with open(own_server.output, "wb") as output:
        own_server.began_at = 0
        own_server.process = subprocess.Popen(own_server.command(), stdout=output, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    own_server.wait_listening()
    client = Client(own_server, own_server.key)
    with socket.create_connection((own_server.host, own_server.port), 10) as connection:
        began = time.monotonic()
        assert pipelined(own_server.key, connection, LINES_BEYOND_ALL_ROOM) == LINES_BEYOND_ALL_ROOM
        assert time.monotonic() - began < 20
    began = time.monotonic()
    client.pin()
    assert time.monotonic() - began < 1
    dropped = re.search(rb"^dialin_lines_dropped_total (\S+)", client.get("/metrics").body, re.MULTILINE)
    deadline = time.monotonic() + 2
    while float(dropped[1]) == 0 and time.monotonic() < deadline:
        dropped = re.search(rb"^dialin_lines_dropped_total (\S+)", client.get("/metrics").body, re.MULTILINE)
    assert float(dropped[1]) > 0
    began = time.monotonic()
    own_server.terminate()
    assert own_server.process.wait(15) == 0
    assert time.monotonic() - began < 5
    own_server.process.stderr.close()
    own_server.process = None
