"""What attackers do, each as a program of its own: `attacks.py NAME HOST PORT KEY SECONDS`.

Bounded in connections and time, and only against loopback addresses. They run with the least claim on the processor, since real ones bring their own machine.
When an attack is under way it says so; at its end, how much it did.
"""

import collections
import contextlib
import ipaddress
import os
import pathlib
import re
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from hostile.wire import Wire, as_key, get  # noqa: E402
from live.client import Place  # noqa: E402

SECONDS_MAX = 120
BEGUN = "under way"
IDLE = 10_000
SLOW = 400
UNREAD = 30
READ = 16
PIPELINED = 40
STATUS_BYTES = len("HTTP/1.1 200 ")
WRITERS = 48  # so many of its writes wait at most: more than a tenant's share of a queue of 64, and less than all

BODY = b'{"type":"pin_dialin"}'


def post(key: str) -> bytes:
    head = f"POST /domain-dialin-config HTTP/1.1\r\nHost: x\r\n{as_key(key)}\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    return head.encode() + BODY


class Attack:
    """What an attack sees of where it is and how long it has. `done` counts what it has sent."""

    def __init__(self, place: Place, key: str, seconds: float):
        self.place, self.key = place, key
        self.until = time.monotonic() + min(seconds, SECONDS_MAX)
        self.done = 0
        self.ended = False
        self.statuses: collections.Counter[int] = collections.Counter()
        signal.signal(signal.SIGTERM, self.end)

    def end(self, *_) -> None:
        self.ended = True

    def goes_on(self) -> bool:
        return not self.ended and time.monotonic() < self.until

    def begun(self) -> None:
        print(BEGUN, flush=True)

    def many(self, stack: contextlib.ExitStack, count: int, **options) -> list[Wire]:
        return [stack.enter_context(Wire(self.place, **options)) for _ in range(count)]


def idle(attack: Attack) -> None:
    with contextlib.ExitStack() as stack:
        for wire in attack.many(stack, IDLE)[::100]:
            wire.send(get())
            assert wire.answer().status == 200, "each of them is served"
        attack.done = IDLE
        attack.begun()
        while attack.goes_on():
            time.sleep(0.1)


def dribble(attack: Attack) -> None:
    """Heads and bodies, a byte at a time; who is ended begins anew."""
    body = post(attack.key)[:-len(BODY) + 1]
    with contextlib.ExitStack() as stack:
        slow = attack.many(stack, SLOW)
        begun = False
        while attack.goes_on():
            for number, wire in enumerate(slow):
                if not begun:
                    wire.send(body if number % 2 else b"GET /healthz HTTP/1.1\r\nX-1: ")
                elif not wire.send(b"a"):
                    slow[number] = stack.enter_context(Wire(attack.place))
                attack.done += 1
            if not begun:
                attack.begun()
            begun = True
            time.sleep(0.2)


def unread(attack: Attack) -> None:
    """Pipelined requests whose answers nobody reads."""
    flood = get("/domain-dialin-config?limit=50", as_key(attack.key)) * 5000 + get("/openapi.json") * 5000
    with contextlib.ExitStack() as stack:
        for wire in attack.many(stack, UNREAD, timeout=0.2, receive_bytes=4096):
            with contextlib.suppress(TimeoutError, ConnectionError):
                wire.socket.sendall(flood)  # no more is taken from who takes nothing
            attack.done += 1
        attack.begun()
        while attack.goes_on():
            time.sleep(0.1)


class Burst:
    """One connection of pipelined(), and how many answers of its burst are still to come."""

    def __init__(self, wire: Wire, request: bytes):
        self.wire, self.request, self.tail, self.missing = wire, request, b"", 0

    def send(self) -> None:
        self.missing = PIPELINED
        self.tail = b""
        self.wire.send(self.request * PIPELINED)

    def statuses(self, piece: bytes) -> list[int]:
        """Of the answers that begin in it, or began at the end of the last one."""
        data = self.tail + piece
        found = [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", data)]
        # No more of it than is short of a status line: none is counted twice.
        self.tail = data[-(STATUS_BYTES - 1):]
        self.missing -= len(found)
        return found


def pipelined(attack: Attack, count: int, request: bytes) -> None:
    """Bursts on many connections; the next one goes when all answers of the last are there, whatever they are, or the server has closed."""
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        def begin() -> None:
            burst = Burst(stack.enter_context(Wire(attack.place, timeout=30)), request)
            burst.send()
            selector.register(burst.wire.socket, selectors.EVENT_READ, burst)

        for _ in range(count):
            begin()
        attack.begun()
        while attack.goes_on():
            for ready, _ in selector.select(0.1):
                burst = ready.data
                try:
                    piece = burst.wire.socket.recv(1 << 18)
                except ConnectionError:
                    piece = b""
                statuses = burst.statuses(piece)
                attack.statuses.update(statuses)
                attack.done += len(statuses)
                if not piece:
                    selector.unregister(burst.wire.socket)
                    burst.wire.close()
                    begin()
                elif burst.missing <= 0:
                    burst.send()


def read(attack: Attack) -> None:
    pipelined(attack, READ, get("/domain-dialin-config?limit=50", as_key(attack.key)))


def guess(attack: Attack) -> None:
    """Keys that nobody has."""
    pipelined(attack, READ, get("/", as_key("unknown")))


def scrape(attack: Attack) -> None:
    """What is dear to make, and wants no key."""
    pipelined(attack, READ, get("/metrics"))


def write(attack: Attack) -> None:
    pipelined(attack, WRITERS, post(attack.key))


def churn(attack: Attack) -> None:
    """Connections that come and go: reset with a request under way, half closed, or silent."""
    attack.begun()
    while attack.goes_on():
        with Wire(attack.place) as wire:
            turn = attack.done % 4
            if turn == 0:
                wire.send(get())
                wire.reset()
            elif turn == 1:
                wire.send(post(attack.key)[:-5])
                wire.reset()
            elif turn == 2:
                wire.send(get())
                wire.socket.shutdown(1)  # it sends no more and still listens
                answers, closed = wire.answers(quiet_s=5)
                assert [answer.status for answer in answers] == [200] and closed
        attack.done += 1


ATTACKS: dict[str, Callable[[Attack], None]] = {each.__name__: each for each in (idle, dribble, unread, read, guess, scrape, write, churn)}


class Running:
    """An attack under way; what it did stands here when it has ended."""

    def __init__(self, process: subprocess.Popen):
        self.process, self.done, self.statuses = process, 0, set()

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        said, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, said
        words = said.split()
        self.done, self.statuses = int(words[0]), {int(status) for status in words[1:]}


@contextlib.contextmanager
def attack(name: str, server, key: str, seconds: float = SECONDS_MAX) -> Iterator[Running]:
    """Beside what is done within; it has begun when this comes back."""
    process = subprocess.Popen([sys.executable, "-B", __file__, name, server.host, str(server.port), key, str(seconds)], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    try:
        said = process.stdout.readline()
        assert said.strip() == BEGUN, said + process.stdout.read()
        running = Running(process)
        yield running
        running.end()
    finally:
        process.kill()
        process.wait()


def main(name: str, host: str, port: str, key: str, seconds: str) -> int:
    assert ipaddress.ip_address(host).is_loopback, "loopback only"
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    one = Attack(Place(host, int(port)), key, float(seconds))
    ATTACKS[name](one)
    print(one.done, *sorted(one.statuses), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
