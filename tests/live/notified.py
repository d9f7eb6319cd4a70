"""Takes the place of systemd at the socket that NOTIFY_SOCKET names."""

import socket
import time

TOLD_WITHIN_S = 20


class Notified:
    """Takes datagrams at `name`: a path, or @ and a name without a file."""

    def __init__(self, name: str):
        self.name = name
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + name[1:] if name.startswith("@") else name)

    def wait_for(self, line: str) -> list[list[str]]:
        """All that was told up to a message with a line that begins so."""
        deadline = time.monotonic() + TOLD_WITHIN_S
        taken: list[list[str]] = []
        while not taken or not any(told.startswith(line) for told in taken[-1]):
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            taken.append(self.socket.recv(4096).decode().splitlines())
        return taken

    def has_more(self) -> bool:
        self.socket.setblocking(False)
        try:
            return bool(self.socket.recv(4096))
        except BlockingIOError:
            return False
