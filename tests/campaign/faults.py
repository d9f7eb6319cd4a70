"""Which faults happen to whom and when: drawn from a seed before the run, so that a seed names a schedule. Who leads is only known when it happens."""

import dataclasses
import random

LEADER = -1  # whoever leads then
BROKER = -2  # the first; the next is -3
# A node's session is 1.5 s: a pause is either well within it or well past it.
PAUSES_S = ((0.05, 0.6), (2.2, 3.5))
# A step back of a clock holds librdkafka up for as long (docs/reliability.md), so those are small, and a clock that went far ahead stays there.
CLOCK_STEPS_S = (-10, -5, -0.5, 0.5, 5, 45, 90, 7200)


def broker_of(who: int) -> int:
    """Its number, as brokers are counted."""
    return 1 + BROKER - who


@dataclasses.dataclass(frozen=True)
class Fault:
    at_s: float
    kind: str
    who: int  # a node's number, LEADER, or a broker
    for_s: float  # until it is made good
    by_s: float = 0  # of a clock

    def __str__(self) -> str:
        who = "the leader" if self.who == LEADER else f"broker {broker_of(self.who)}" if self.who <= BROKER else f"node {self.who}"
        clock = f" by {self.by_s:+g} s" if self.by_s else ""
        return f"{self.at_s:.2f} s: {self.kind}{clock} {who} for {self.for_s:.2f} s"


@dataclasses.dataclass(frozen=True)
class Plan:
    """`small_disk`, `strange_clock`: the node that stands on a disk of its own, that runs under a clock that can be set. `confirm`: how all ask for the end."""

    seed: int
    nodes: int  # and one more may join
    load_s: float
    faults: list[Fault]
    small_disk: int | None
    strange_clock: int | None
    confirm: str = "offset"


def plan(seed: int, nodes: int, load_s: float, can_mount: bool, brokers: int = 1) -> Plan:
    draw = random.Random(seed)
    small_disk = draw.randrange(nodes) if draw.random() < 0.3 else None
    strange_clock = draw.randrange(nodes) if draw.random() < 0.3 else None
    if not can_mount:
        small_disk = None
    faults = []
    for _ in range(draw.randint(2, 5)):
        at_s = draw.uniform(0.3, load_s - 1)
        faults += draw_one(draw, nodes, at_s)
    if draw.random() < (0.35 if brokers == 1 else 0.7):
        faults += broker_fault(draw, draw.uniform(0.3, load_s - 3), brokers)
    if small_disk is not None:
        faults.append(Fault(draw.uniform(0.3, load_s - 2), "full disk", small_disk, draw.uniform(0.5, 3)))
    if strange_clock is not None:
        faults.append(Fault(draw.uniform(0.3, load_s - 1), "clock", strange_clock, draw.uniform(0.5, 3), draw.choice(CLOCK_STEPS_S)))
    # Of several brokers only a record that they all have says where the end is.
    confirm = "append" if brokers > 1 or draw.random() < 0.3 else "offset"
    return Plan(seed, nodes, load_s, sorted(faults, key=lambda fault: fault.at_s), small_disk, strange_clock, confirm)


def someone(draw: random.Random, nodes: int) -> int:
    return LEADER if draw.random() < 0.6 else draw.randrange(nodes)


def draw_one(draw: random.Random, nodes: int, at_s: float) -> list[Fault]:
    kind = draw.choices(("kill", "pause", "cut", "stall", "deaf", "leave", "join", "flap"), (5, 5, 3, 2, 3, 2, 1, 1))[0]
    if kind == "kill":
        return [Fault(at_s, kind, someone(draw, nodes), draw.uniform(0.05, 2))]
    if kind == "pause":
        return [Fault(at_s, kind, someone(draw, nodes), draw.uniform(*draw.choice(PAUSES_S)))]
    if kind == "join":
        return [Fault(at_s, kind, nodes, 0)]
    if kind == "flap":
        # One leader after the other, faster than they come back.
        return [Fault(at_s + 0.7 * again, "pause", LEADER, draw.uniform(1.6, 2.6)) for again in range(3)]
    return [Fault(at_s, kind, someone(draw, nodes), draw.uniform(0.2, 3))]


def broker_fault(draw: random.Random, at_s: float, brokers: int) -> list[Fault]:
    kind = draw.choices(("kill", "pause", "kill with leader"), (4, 2, 2))[0]
    broker = Fault(at_s, kind.split()[0], BROKER - draw.randrange(brokers), draw.uniform(0.1, 2))
    if kind == "kill with leader":
        return [broker, Fault(at_s + draw.uniform(-0.02, 0.02), "kill", LEADER, draw.uniform(0.05, 3))]
    return [broker]
