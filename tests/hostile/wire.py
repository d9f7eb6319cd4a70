"""What the attackers have in common: connections on which every byte is their own, and a reader of whatever comes back."""

import dataclasses
import re
import socket
import time

HEAD_END = b"\r\n\r\n"


@dataclasses.dataclass
class Got:
    """One answer as it stood on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def says_close(self) -> bool:
        return self.headers.get("connection", "") == "close"


def first_answer(data: bytes) -> tuple[Got | None, bytes]:
    """The first answer in `data`, which is not chunked, and what is behind it; nothing while it is not all there. A 100 is passed over."""
    head, separator, rest = data.partition(HEAD_END)
    if not separator:
        return None, data
    line, *lines = head.decode("latin-1").split("\r\n")
    status = int(re.fullmatch(r"HTTP/1\.1 (\d{3}) .*", line)[1])
    if status == 100:
        return first_answer(rest)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = 0 if status in (204, 304) else int(headers["content-length"])
    return (Got(status, headers, rest[:length]), rest[length:]) if len(rest) >= length else (None, data)


class Wire:
    """One connection. `source`: the loopback address that it comes from."""

    def __init__(self, server, timeout: float = 10, receive_bytes: int | None = None, source: str | None = None):
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        if source:
            self.socket.bind((source, 0))
        self.socket.settimeout(timeout)
        self.socket.connect((server.host, server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.held = b""

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def send(self, data: bytes) -> bool:
        """False when the server has closed before it took all."""
        try:
            self.socket.sendall(data)
            return True
        except ConnectionError:
            return False

    def answers(self, quiet_s: float) -> tuple[list[Got], bool]:
        """What comes until the server closes or has said nothing for so long, and whether it closed."""
        self.socket.settimeout(quiet_s)
        closed = False
        try:
            while piece := self.socket.recv(1 << 16):
                self.held += piece
            closed = True
        except TimeoutError:
            pass
        except ConnectionError:
            closed = True
        answers = []
        while self.held:
            got, self.held = first_answer(self.held)
            assert got, f"bytes that are no answer: {self.held[:200]!r}"
            answers.append(got)
        return answers, closed

    def answer(self) -> Got:
        """The next one."""
        while True:
            got, self.held = first_answer(self.held)
            if got:
                return got
            piece = self.socket.recv(1 << 16)
            if not piece:
                raise ConnectionError(f"closed after {self.held[:200]!r}")
            self.held += piece

    def seconds_until_closed(self, most_s: float) -> float:
        """What comes meanwhile is thrown away."""
        began = time.monotonic()
        self.socket.settimeout(0.1)
        while time.monotonic() - began < most_s:
            try:
                if not self.socket.recv(1 << 16):
                    return time.monotonic() - began
            except TimeoutError:
                continue
            except ConnectionError:
                return time.monotonic() - began
        raise AssertionError(f"still open after {most_s} s")

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """Closes so that the server gets a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()


def get(path: str = "/healthz", *lines: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode()


def as_key(key: str) -> str:
    return f"Authorization: Bearer {key}"
