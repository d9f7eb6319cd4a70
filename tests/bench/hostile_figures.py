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
    quiet, beside = [], []
    for _ in range(stage.effort.rounds):
        quiet.append(p99_s(lambda: client.get(path).expect(200), CALLS_PER_S["GET"], stage.effort.seconds))
        with busy_machine(stage.home):
            time.sleep(SETTLING_S)
            beside.append(p99_s(lambda: client.get(path).expect(200), CALLS_PER_S["GET"], stage.effort.seconds))
        time.sleep(SETTLING_S)
    stage.remove(server)
    what = "no attacker, but loops (SCHED_IDLE) on all processors and a program that syncs 16 KiB after another"
    stage.notes.append(told(f"GET beside {what}", quiet, beside))
    return Row(f"GET p99 beside {what}", f"{median(beside) * 1e3:.2f} ms", f"quiet {median(quiet) * 1e3:.2f} ms", median(beside) / median(quiet), "x")


def told(what: str, quiet: list[float], beside: list[float]) -> str:
    return f"{what}: p99 quiet {', '.join(f'{each * 1e3:.2f}' for each in quiet)} ms, beside {', '.join(f'{each * 1e3:.2f}' for each in beside)} ms"


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
            quiet, beside, done, statuses = [], [], 0, set()
            for _ in range(stage.effort.rounds):
                quiet.append(p99_s(call, CALLS_PER_S[method], stage.effort.seconds))
                with attack(name, server, other) as running:
                    time.sleep(SETTLING_S)
                    beside.append(p99_s(call, CALLS_PER_S[method], stage.effort.seconds))
                assert running.done >= DONE_LEAST, f"{name} did {running.done}"
                done += running.done
                statuses |= set(running.statuses)
                time.sleep(SETTLING_S)
            calm, pressed = median(quiet), median(beside)
            rows.append(Row(f"{method} p99 beside {TOLD[name]}{where}", f"{pressed * 1e3:.2f} ms", f"quiet {calm * 1e3:.2f} ms", pressed / calm, "x", MUST))
            stage.notes.append(f"{told(f'{method} beside {TOLD[name]}{where}', quiet, beside)}; "
                               f"{done:,} done by the attackers, answered {', '.join(map(str, sorted(statuses))) or 'nothing'}")
    stage.remove(server)
    return rows


FIGURES = {"hostile": hostile}
