"""A server of files that notes every byte it is asked with: for checks of hold music. What it answers is up to the test, byte by byte."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable

Answer = Callable[[socket.socket, bytes], None]


def answer(body: bytes = b"", status: str = "200 OK", **headers) -> bytes:
    """A whole answer. `headers` as `content_type`; a Content-Length of None is left out."""
    fields = {"content_length": len(body), "connection": "close", **headers}
    lines = "".join(f"{name.replace('_', '-').title()}: {value}\r\n" for name, value in fields.items() if value is not None)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return answer(status=status, location=location)


class MusicServer:
    """Answers each path with bytes, or with a function that gets the connection and the request's head. Anything else is 404."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, context=None):
        self.paths: dict[str, bytes | Answer] = {}
        self.requests: list[bytes] = []
        self.context = context
        self.arrived = 0  # connections
        self.lock = threading.Lock()
        self.socket = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=256)
        self.host, self.port = host, self.socket.getsockname()[1]
        self.closing = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def url(self, path: str = "", host: str | None = None) -> str:
        host = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"http{'s' if self.context else ''}://{host}:{self.port}/{path}"

    def __setitem__(self, path: str, what: bytes | Answer) -> None:
        self.paths["/" + path] = what

    def asked(self, path: str) -> list[bytes]:
        """The heads of the requests for it."""
        with self.lock:
            return [head for head in self.requests if head.split(b" ", 2)[1].partition(b"?")[0] == b"/" + path.encode()]

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with self.lock:
                self.arrived += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        # Who was refused, or has had enough, goes away in the middle.
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.settimeout(40)
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            with self.lock:
                self.requests.append(head)
            what = self.paths.get(head.split(b" ", 2)[1].partition(b"?")[0].decode(), answer(b"nothing", "404 Not Found"))
            if callable(what):
                what(connection, head)
            else:
                connection.sendall(what)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)

    def close(self) -> None:
        self.closing = True
        # Closing alone would leave the thread in accept().
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)

    def hang(self, connection: socket.socket, _head: bytes) -> None:
        """An answer that never begins; ends when the caller goes or the server is closed."""
        connection.settimeout(0.1)
        deadline = time.monotonic() + 40
        while not self.closing and time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    return
