"""Where a run takes place: the brokers and the ways to them, which outlive it, its nodes with their disks and clocks, and how a fault is done and made good."""

import contextlib
import pathlib
import signal
import threading
import time

from campaign.faults import BROKER, LEADER, Fault, Plan, broker_of
from live.clock import StrangeClock
from live.brokers import Brokers, Lane
from live.cluster import Cluster, until
from live.links import Way
from live.server import Server
from live.small_disk import SmallDisk

SMALL_DISK_MB = 64
BROKER_ENDS_SECONDS_MAX = 20
LEADER_SECONDS_MAX = 2.5


def can_mount(home: pathlib.Path) -> bool:
    disk = SmallDisk(home / "try-to-mount", 1)
    if not disk.mount():
        return False
    disk.unmount()
    return True


class Stage:
    """One run's nodes. Faults are done by one thread; what is busy with one is left alone by the next."""

    def __init__(self, home: pathlib.Path, brokers: Brokers | Lane, topic: str, plan: Plan):
        self.brokers, self.plan = brokers, plan
        self.cluster = Cluster(home, brokers.kafka, topic, brokers.links.bootstrap)
        self.disk = SmallDisk(home / "small-disk", SMALL_DISK_MB) if plan.small_disk is not None else None
        self.clock = StrangeClock(home / "clock") if plan.strange_clock is not None else None
        self.present: list[Server] = []  # whom callers call; one that joins comes later
        self.busy: dict[int, Fault] = {}
        self.done: list[str] = []
        self.kinds: list[str] = []
        self.away: list[tuple[str, float, float]] = []  # which node slept or was down, from when to when
        self.since: dict[int, float] = {}
        self.began = 0.0
        if self.disk:
            assert self.disk.mount(), "a disk that could be mounted a moment ago"
        for number in range(plan.nodes + 1):
            data = self.disk.place / "data" if self.disk and plan.small_disk == number else None
            under = self.clock.under if self.clock and plan.strange_clock == number else ()
            self.cluster.add("--confirm", plan.confirm, data=data, under=under)

    def node(self, number: int) -> Server:
        return self.cluster.nodes[number]

    def note(self, text: str) -> None:
        self.done.append(f"{time.monotonic() - self.began:.2f} s: {text}")

    def start(self) -> None:
        self.cluster.found()
        self.cluster.start(*(self.node(number) for number in range(self.plan.nodes)))
        self.present += self.cluster.nodes[:self.plan.nodes]

    def play(self, ending: threading.Event) -> None:
        """All faults of the plan, each at its time, and what makes it good; returns when the load's time is over."""
        self.began = time.monotonic()
        to_do = [(fault.at_s, place, fault, False) for place, fault in enumerate(self.plan.faults)]
        while to_do and not ending.is_set():
            to_do.sort(key=lambda one: one[:2])
            at_s, place, fault, ends = to_do.pop(0)
            ending.wait(max(0, self.began + at_s - time.monotonic()))
            if ends:
                self.make_good(fault)
            elif (victim := self.victim_of(fault)) is not None:
                self.kinds.append(f"{fault.kind} of {'a broker' if victim <= BROKER else 'a leader' if fault.who == LEADER else 'a node'}")
                fault = Fault(fault.at_s, fault.kind, victim, fault.for_s, fault.by_s)
                self.note(f"{fault.kind} {self.name(victim)}{f' by {fault.by_s:+g} s' if fault.by_s else ''}")
                self.busy[victim] = fault
                self.since[victim] = time.monotonic()
                self.do(fault)
                to_do.append((time.monotonic() - self.began + fault.for_s, place, fault, True))
        ending.wait(max(0, self.began + self.plan.load_s - time.monotonic()))

    def name(self, who: int) -> str:
        return f"broker {broker_of(who)}" if who <= BROKER else self.node(who).home.name

    def victim_of(self, fault: Fault) -> int | None:
        who = fault.who
        if who == LEADER:
            who = self.leader_or_other(int(fault.for_s * 1000) % self.plan.nodes)
        if who in self.busy:
            return None
        if who >= 0 and (self.node(who) in self.present) == (fault.kind == "join"):
            return None
        return who

    def leader_or_other(self, other: int) -> int:
        """Whoever leads of those that nothing happens to, as soon as one does; after a while, any."""
        left = time.monotonic() + LEADER_SECONDS_MAX
        while time.monotonic() < left:
            if leader := self.cluster.leader(*(self.node(number) for number in self.busy if number >= 0)):
                return self.cluster.nodes.index(leader)
            time.sleep(0.05)
        return other

    def do(self, fault: Fault) -> None:
        kind, who = fault.kind, fault.who
        if who <= BROKER:
            self.do_to_broker(kind, broker_of(who))
            return
        node = self.node(who)
        if kind == "kill":
            node.kill()
        elif kind == "pause":
            node.process.send_signal(signal.SIGSTOP)
        elif kind == "leave":
            node.terminate()
        elif kind == "join":
            node.spawn()
            self.present.append(node)
        elif kind == "full disk":
            self.disk.fill()
        elif kind == "clock":
            self.clock.set(fault.by_s)
        else:
            self.brokers.links.set(who, {"cut": Way.CUT, "stall": Way.STALLED, "deaf": Way.DEAF}[kind])

    def do_to_broker(self, kind: str, broker: int) -> None:
        if kind == "kill":
            self.brokers.kafka.kill(broker)
        elif kind == "pause":
            self.brokers.kafka.send(broker, signal.SIGSTOP)
        else:
            self.brokers.disk.fill()

    def make_broker_good(self, kind: str, broker: int) -> None:
        if kind == "pause":
            self.brokers.kafka.send(broker, signal.SIGCONT)
            return
        if kind == "full disk":
            # Kafka ends when it cannot write, and does not come back by itself.
            until(lambda: not self.brokers.kafka.pid(broker), BROKER_ENDS_SECONDS_MAX, lambda: "does the broker end for want of room")
            self.brokers.disk.make_room()
        self.brokers.kafka.spawn(broker)

    def make_good(self, fault: Fault) -> None:
        kind, who = fault.kind, fault.who
        self.note(f"{kind} {self.name(who)} is over")
        del self.busy[who]
        if who <= BROKER:
            self.make_broker_good(kind, broker_of(who))
            return
        self.make_node_good(fault)
        if kind in ("kill", "pause", "leave"):
            self.away.append((self.name(who), self.since[who], time.monotonic()))

    def make_node_good(self, fault: Fault) -> None:
        kind, who = fault.kind, fault.who
        node = self.node(who)
        if kind == "kill":
            node.spawn()
        elif kind == "pause":
            node.process.send_signal(signal.SIGCONT)
        elif kind == "leave":
            status = node.stop()
            self.note(f"{self.name(who)} left with status {status}")
            node.spawn()
        elif kind == "full disk":
            self.disk.make_room()
        elif kind == "clock":
            self.clock.set(max(0, fault.by_s))
        elif kind != "join":
            # Deaf: what the broker answered meanwhile is lost for good.
            self.brokers.links.set(who, Way.OPEN, drop=kind == "deaf")

    def heal(self) -> None:
        for fault in list(self.busy.values()):
            self.make_good(fault)
        with self.brokers.kafka.held():
            self.brokers.kafka.start_all()

    def revive(self) -> list[str]:
        """Those that ended by themselves: that is a finding, but what they hold is still to be looked at."""
        ended = [node for node in self.present if not node.alive()]
        said = [f"{node.home.name} ended by itself with status {node.process.poll()}: {node.said()[-600:]}" for node in ended]
        for node in ended:
            node.process = None
            node.spawn()
        return said

    def wait_calm(self, patience_s: float) -> None:
        """Until all nodes are ready, and stand at the same record."""
        def calm() -> bool:
            self.cluster.wait_ready(patience_s)
            told = list(self.cluster.standings().values())
            return all(one == "down" or one[1]["applied"] == one[1]["end"] == told[0][1]["applied"] for one in told)
        until(calm, patience_s, lambda: f"is it calm: {self.cluster.standings()}")

    def close(self) -> None:
        self.cluster.kill()
        self.brokers.links.open_all()
        if self.disk:
            with contextlib.suppress(OSError):
                self.disk.make_room()
            self.disk.unmount()
