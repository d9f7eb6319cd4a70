"""A caller of the API over one keep-alive connection, and of its event stream."""

import dataclasses
import http.client
import itertools
import json
import os
import socket
import threading
import urllib.parse

_numbers = itertools.count(0)
_numbers_lock = threading.Lock()


def fresh_number() -> str:
    """A number that no other test of this run uses."""
    with _numbers_lock:
        return f"+1{5_000_000_000 + next(_numbers)}"


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def etag(self) -> str:
        return self.headers["ETag"]

    @property
    def sequence(self) -> int:
        return int(self.headers["Dialin-Sequence"])

    def expect(self, status: int) -> "Answer":
        assert self.status == status, f"{self.status}, not {status}: {self.body[:2000]!r}"
        return self

    def refused(self, status: int, error: str) -> dict:
        """The error object, which must have this status and code and a sentence."""
        self.expect(status)
        problem = self.json
        assert problem["error"] == error, problem
        assert len(problem["info"]) > 10, problem
        return problem


@dataclasses.dataclass
class Place:
    """A server that somebody else has started, without TLS."""
    host: str
    port: int

    def connection(self, timeout: float) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)


class Client:
    """Not for two threads at once."""

    def __init__(self, server, key: str | None, timeout: float = 60):
        self.server, self.key, self.timeout = server, key, timeout
        self.connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        if self.connection:
            self.connection.close()
            self.connection = None

    def call(self, method: str, path: str, body=None, headers: dict | None = None, query: dict | None = None) -> Answer:
        """`body`: bytes go as they are, anything else as JSON. Errors of the connection are the caller's."""
        if query:
            path += ("&" if "?" in path else "?") + urllib.parse.urlencode(query)
        sent = dict(headers or {})
        if self.key is not None:
            sent.setdefault("Authorization", f"Bearer {self.key}")
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
        if self.connection is None:
            self.connection = self.server.connection(self.timeout)
            self.connection.connect()
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.connection.request(method, path, body, sent)
            got = self.connection.getresponse()
            answer = Answer(got.status, got.headers, got.read())
        except BaseException:
            self.close()
            raise
        if got.will_close:
            self.close()
        return answer

    def get(self, path, **options) -> Answer:
        return self.call("GET", path, **options)

    def post(self, path, body=None, **options) -> Answer:
        return self.call("POST", path, body, **options)

    def put(self, path, body=None, **options) -> Answer:
        return self.call("PUT", path, body, **options)

    def delete(self, path, **options) -> Answer:
        return self.call("DELETE", path, **options)

    # The calls of the contract, by their names in it.

    def create(self, **wishes) -> dict:
        return self.post("/domain-dialin-config", wishes).expect(200).json

    def pinless(self, **wishes) -> dict:
        return self.create(type="pinless_dialin", **{"phone_number": fresh_number(), **wishes})

    def pin(self, **wishes) -> dict:
        return self.create(type="pin_dialin", **wishes)

    def config(self, config_id: str) -> dict:
        return self.get(f"/domain-dialin-config/{config_id}").expect(200).json

    def update(self, config_id: str, **wishes) -> dict:
        return self.put(f"/domain-dialin-config/{config_id}", wishes).expect(200).json

    def remove(self, config_id: str) -> dict:
        return self.delete(f"/domain-dialin-config/{config_id}").expect(200).json

    def move(self, config_id: str, **wishes) -> dict:
        return self.post(f"/domain-dialin-config/{config_id}/move", wishes).expect(200).json

    def restore(self, config_id: str, version: int) -> dict:
        return self.post(f"/domain-dialin-config/{config_id}/restore", {"version": version}).expect(200).json

    def page(self, **query) -> dict:
        return self.get("/domain-dialin-config", query=query).expect(200).json

    def all_configs(self, limit: int = 100, **query) -> list[dict]:
        configs = []
        while True:
            more = {"starting_after": configs[-1]["id"]} if configs else {}
            data = self.page(limit=limit, **query, **more)["data"]
            configs += data
            if len(data) < limit:
                return configs

    def all_events(self, path: str = "/events", after: int = 0, limit: int | None = None) -> list[dict]:
        events = []
        while True:
            page = self.get(path, query={"after": after, **({"limit": limit} if limit else {})}).expect(200).json
            events += page["data"]
            after = page["next_after"]
            if not page["more"]:
                return events

    def history(self, config_id: str, **options) -> list[dict]:
        return self.all_events(f"/domain-dialin-config/{config_id}/history", **options)


@dataclasses.dataclass
class Message:
    """One event of a stream, as its lines said it."""

    id: int
    name: str
    data: dict


class Stream:
    """Reads /events/stream by hand, chunk by chunk."""

    def __init__(self, server, key: str, after: int | None = None, last_event_id: int | None = None, timeout: float = 30):
        self.connection = server.connection(timeout)
        path = "/events/stream" + (f"?after={after}" if after is not None else "")
        headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        self.connection.request("GET", path, headers=headers)
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.status, self.headers = self.answer.status, self.answer.headers

    def next(self) -> Message | None:
        """Waits for an event; comments are passed over; None when the stream has ended."""
        fields: dict[str, str] = {}
        while True:
            line = self.answer.readline()
            if not line:
                return None
            line = line.decode().rstrip("\r\n")
            if not line:
                if "data" in fields:
                    return Message(int(fields["id"]), fields["event"], json.loads(fields["data"]))
                fields = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                fields[name] = fields[name] + "\n" + value if name in fields else value

    def take(self, count: int) -> list[Message]:
        messages = []
        while len(messages) < count:
            message = self.next()
            assert message is not None, f"the stream ended after {len(messages)} of {count} events"
            messages.append(message)
        return messages

    def close(self) -> None:
        # Shut down first: a response that still holds the socket would keep it open.
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.answer.close()
        self.connection.close()


def raw(server, request: bytes, timeout: float = 30) -> tuple[int, bytes]:
    """Sends bytes as they are; the status of the answer and all of it, until the server closes or says no more for a second."""
    with socket.create_connection((server.host, server.port), timeout) as connection:
        try:
            connection.sendall(request)
        except ConnectionError:
            pass  # the answer may come before all was taken
        got = b""
        try:
            while True:
                piece = connection.recv(65536)
                if not piece:
                    break
                got += piece
                connection.settimeout(1)
        except (TimeoutError, ConnectionError):
            pass
    return (int(got.split(b" ", 2)[1]) if got.startswith(b"HTTP/1.") else 0), got


def seed() -> int:
    """DIALIN_SEED, or a fresh one; the test prints it."""
    return int(os.environ.get("DIALIN_SEED") or int.from_bytes(os.urandom(4), "big"))
