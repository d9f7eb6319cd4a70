"""How long nobody takes writes while the lead goes from one node on Kafka to another."""

import contextlib
import itertools
import threading
import time

from bench.figures import Row, Stage
from bench.kafka_stage import Topic, brokers, standing, until
from live.client import Client
from live.server import Server

# The election's own, and the shortest that we would take on one machine.
SESSION_S, SHORT_SESSION_S = 6, 1.5
# librdkafka joins a group once a second at most: who has just seen one node come is late for the next one's going.
SETTLED_S = 2


class SteadyWriter:
    """Writes one config again and again, trying the nodes in turn, each with little patience."""

    TRY_S = 1.0

    def __init__(self, topic: Topic, nodes: list[Server]):
        self.config = topic.ids.read_text().split("\n", 1)[0]
        self.callers = [Client(node, topic.key, timeout=self.TRY_S) for node in nodes]
        self.done_at: list[float] = []
        self.ending = False
        self.thread = threading.Thread(target=self.write)
        self.thread.start()

    def write(self) -> None:
        turn = 0
        while not self.ending:
            stored = False
            with contextlib.suppress(OSError, EOFError, ValueError):
                stored = self.callers[turn % len(self.callers)].put(f"/domain-dialin-config/{self.config}",
                                                                    {"name_prefix": f"Front desk {time.monotonic_ns()}"}).status == 200
            if stored:
                self.done_at.append(time.monotonic())
            else:
                turn += 1
                time.sleep(0.005)

    def writes_on(self) -> None:
        """Returns after one more write that began now or later."""
        so_far = len(self.done_at)
        until(lambda: len(self.done_at) > so_far + 1)

    def longest_pause_s(self, since: float) -> float:
        """Between two writes, from the last one before `since` on."""
        moments = self.done_at[:]
        moments = [max(moment for moment in moments if moment <= since), *(moment for moment in moments if moment > since)]
        return max(later - earlier for earlier, later in itertools.pairwise(moments))

    def end(self) -> None:
        self.ending = True
        self.thread.join()


def pause_s(topic: Topic, how, settled_s: float) -> float:
    """Of writes, when the leader ends by `how` while two others stand by, `settled_s` after the last node came."""
    writer = SteadyWriter(topic, topic.nodes)
    try:
        time.sleep(settled_s)
        writer.writes_on()
        leader = topic.leader()
        term = standing(leader)["term"]
        began = time.monotonic()
        how(leader)
        until(lambda: any(topic.leads(node) and standing(node)["term"] > term for node in topic.nodes if node.alive()))
        writer.writes_on()
        pause = writer.longest_pause_s(began)
    finally:
        writer.end()
    leader.start()
    leader.wait_ready()
    return pause


def stop(leader: Server) -> None:
    leader.stop()


def kill(leader: Server) -> None:
    leader.kill()


def pauses(stage: Stage, session_s: float, *ways: tuple) -> list[list[float]]:
    """For each way of ending and time to settle."""
    options = ("--kafka-property", f"session.timeout.ms={session_s * 1000:.0f}")
    with brokers(stage.home / "kafka") as nodes, Topic(stage.home, nodes, f"lead-{session_s}", 1000, 1000, options) as topic:
        for node in (topic.first, topic.node("second"), topic.node("third")):
            node.start()
            node.wait_ready()
        return [[pause_s(topic, how, settled_s) for _ in range(2 * stage.effort.rounds)] for how, settled_s in ways]


def kafka_lead(stage: Stage) -> list[Row]:
    stopped, hurried, killed = pauses(stage, SESSION_S, (stop, SETTLED_S), (stop, 0), (kill, SETTLED_S))
    (killed_short,) = pauses(stage, SHORT_SESSION_S, (kill, SETTLED_S))
    for name, found in (("stopped", stopped), ("stopped as soon as the last one is back", hurried), (f"killed, a session of {SESSION_S} s", killed),
                        (f"killed, a session of {SHORT_SESSION_S} s", killed_short)):
        stage.notes.append(f"no successful write, leader {name}: " + ", ".join(f"{pause:.2f}" for pause in found) + " s")
    return [
        Row("leader stopped: longest time without a write", f"{max(stopped):.2f} s", "three nodes, one caller that tries them in turn; the worst", max(stopped),
            "s", 1.5, 0.5),
        Row("leader killed: longest time without a write", f"{max(killed):.2f} s", f"the same; a session of {SESSION_S} s", max(killed), "s", SESSION_S + 2,
            SESSION_S + 1),
        Row("leader killed, short session: longest time without a write", f"{max(killed_short):.2f} s", f"the same; a session of {SHORT_SESSION_S} s",
            max(killed_short), "s", SHORT_SESSION_S + 2, SHORT_SESSION_S + 1),
    ]


FIGURES = {"kafka-lead": kafka_lead}
