"""How a caller that behaves well fares beside attackers: the p99 of its calls quiet and under each attack, taken in turns on one server.

Those that keep the processors busy are tried twice: on all processors, and with server, attackers and caller on one of them. A virtual
machine whose processors and disk are all busy may be held up by its host, on one processor it is not. How it fares with no attacker at all,
but as busy, is measured beside them."""

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator

from bench.busy_machine import busy_machine
from bench.figures import Row, Stage, median
from hostile.attacks import ATTACKS, attack
from live.client import Client

MUST = 3.0
CALLS_PER_S = {"GET": 500, "PUT": 50}
SETTLING_S = 1.0
LISTED = 50  # what a list of the attackers' lists
BUSY = ("read", "scrape", "write")  # they take all of a processor that they get
DONE_LEAST = 30  # connections or requests of an attack, or it was none
TOLD = {
    "idle": "10,000 idle connections",
    "dribble": "400 heads and bodies that dribble",
    "unread": "300,000 pipelined requests whose answers nobody reads",
    "read": "pipelined lists of another tenant",
    "guess": "guessed keys",
    "scrape": "pipelined requests for the metrics",
    "write": "pipelined writes of another tenant",
    "churn": "connections reset, half closed or silent",
}


def p99_s(call: Callable[[], None], per_s: int, seconds: float) -> float:
    """Calls come at their time, whatever the last one took; what waits for one that hangs waits with it."""
    took, began = [], time.perf_counter()
    for number in range(int(seconds * per_s)):
        due = began + number / per_s
        time.sleep(max(0.0, due - time.perf_counter()))
        call()
        took.append(time.perf_counter() - due)
    return statistics.quantiles(took, n=100)[98]


@contextlib.contextmanager
def first_of_all(stage: Stage) -> Iterator[None]:
    """The caller that is measured brings its own machine, too: what is measured is the server and not when this process runs."""
    with contextlib.ExitStack() as undone:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
            # Who may not change every scheduling may not take that flag back.
            undone.callback(os.sched_setscheduler, 0, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))
            stage.notes.append("the caller that is measured has a processor before all others (SCHED_FIFO), the attackers after them (SCHED_IDLE)")
        except PermissionError:
            stage.notes.append("the caller had to wait for a processor as all others: it may not have one first")
        yield


@contextlib.contextmanager
def only_on(processors: set[int]) -> Iterator[None]:
    """What is started meanwhile, too, and that for good."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def hostile(stage: Stage) -> list[Row]:
    every = os.sched_getaffinity(0)
    with first_of_all(stage):
        rows = beside_attackers(stage, ATTACKS, every, "")
        if len(every) > 1:
            with only_on({min(every)}):
                rows += beside_attackers(stage, BUSY, {min(every)}, ", all on one processor")
        return [*rows, beside_nothing_but_work(stage)]


def beside_nothing_but_work(stage: Stage) -> Row:
    """What the machine does by itself to a server that nobody attacks."""
    server = stage.server("hostile", 10_000, 10_000)
    client = Client(server, server.key)
    path = "/domain-dialin-config/" + server.ids.read_text().split("\n", 1)[0]
    turns = Turns("GET", "no attacker, but loops (SCHED_IDLE) on all processors and a program that syncs 16 KiB after another")
    for _ in range(stage.effort.rounds):
        turns.take(stage, lambda: client.get(path).expect(200), busy_machine(stage.home))
    stage.remove(server)
    stage.notes.append(turns.told())
    return turns.row(None)


class Turns:
    """The p99 of calls, quiet and beside what presses them, again and again."""

    def __init__(self, method: str, what: str):
        self.method, self.what = method, what
        self.quiet, self.beside = [], []

    def take(self, stage: Stage, call: Callable[[], None], pressing: contextlib.AbstractContextManager):
        """What `pressing` gives, after its end."""
        self.quiet.append(p99_s(call, CALLS_PER_S[self.method], stage.effort.seconds))
        with pressing as pressed:
            time.sleep(SETTLING_S)
            self.beside.append(p99_s(call, CALLS_PER_S[self.method], stage.effort.seconds))
        time.sleep(SETTLING_S)
        return pressed

    def row(self, must: float | None) -> Row:
        calm, pressed = median(self.quiet), median(self.beside)
        return Row(f"{self.method} p99 beside {self.what}", f"{pressed * 1e3:.2f} ms", f"quiet {calm * 1e3:.2f} ms", pressed / calm, "x", must)

    def told(self) -> str:
        quiet, beside = (", ".join(f"{each * 1e3:.2f}" for each in runs) for runs in (self.quiet, self.beside))
        return f"{self.method} beside {self.what}: p99 quiet {quiet} ms, beside {beside} ms"


def beside_attackers(stage: Stage, attacks: Iterable[str], processors: set[int], where: str) -> list[Row]:
    """On the processors that this process may have."""
    server = stage.server("hostile", 10_000, 10_000, started=False)
    other = server.add_key("other")
    server.options += ["--threads", str(len(processors))]
    server.start(patience_s=600)
    client = Client(server, server.key)
    greedy = Client(server, other)
    for _ in range(LISTED):
        greedy.pin(name_prefix="x" * 200)
    path = "/domain-dialin-config/" + server.ids.read_text().split("\n", 1)[0]
    turn = iter(range(1_000_000_000))
    reading = ("GET", lambda: client.get(path).expect(200))
    writing = ("PUT", lambda: client.put(path, {"name_prefix": f"Desk {next(turn)}"}).expect(200))
    rows = []
    for name in attacks:
        for method, call in (reading, writing) if name in ("read", "write") else (reading,):
            turns, done, statuses = Turns(method, TOLD[name] + where), 0, set()
            for _ in range(stage.effort.rounds):
                running = turns.take(stage, call, attack(name, server, other))
                assert running.done >= DONE_LEAST, f"{name} did {running.done}"
                done += running.done
                statuses |= set(running.statuses)
            rows.append(turns.row(MUST))
            stage.notes.append(f"{turns.told()}; {done:,} done by the attackers, answered {', '.join(map(str, sorted(statuses))) or 'nothing'}")
    stage.remove(server)
    return rows


FIGURES = {"hostile": hostile}
