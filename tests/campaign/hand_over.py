"""How long nobody's write succeeds when the leader goes: callers at all nodes write all the time, and the longest gap between two answers of 200 is taken."""

import dataclasses
import http.client
import itertools
import json
import pathlib
import signal
import statistics
import threading
import time
import uuid

from live.brokers import Brokers
from live.client import Client, fresh_number
from live.cluster import SESSION_MS, Cluster, until
from live.server import Server

CONFIGS = "/v1/domain-dialin-config"
DEFAULT_SESSION_MS = 6000  # of a node that is told nothing
NODES = 3
CALLERS_AT_EACH = 2
PATIENCE_S = 0.3  # of a caller, who then asks again
STEADY_S = 2.0  # after a rebalance the next one waits: librdkafka joins a group at most once a second
AFTER_S = 0.5
SECONDS_MAX = 40


@dataclasses.dataclass(frozen=True)
class Way:
    what: str
    kind: str
    session_ms: int


WAYS = [Way("graceful stop", "leave", DEFAULT_SESSION_MS), Way("graceful stop, as another node joins,", "relieved", DEFAULT_SESSION_MS),
        Way("SIGKILL", "kill", DEFAULT_SESSION_MS), Way("SIGKILL", "kill", SESSION_MS),
        Way("SIGSTOP", "pause", DEFAULT_SESSION_MS), Way("SIGSTOP", "pause", SESSION_MS)]


class Writer(threading.Thread):
    """Changes a config of its own at one node as fast as it is answered; `stored` are the times of its answers."""

    def __init__(self, node: Server, key: str, config_id: str, ending: threading.Event):
        super().__init__(daemon=True)
        self.node, self.key, self.path, self.ending = node, key, f"{CONFIGS}/{config_id}", ending
        self.stored: list[float] = []

    def run(self) -> None:
        connection = None
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        for count in itertools.count():
            if self.ending.is_set():
                break
            connection = connection or http.client.HTTPConnection(self.node.host, self.node.port, timeout=PATIENCE_S)
            try:
                connection.request("PUT", self.path, json.dumps({"name_prefix": f"Desk {count}"}), headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    self.stored.append(time.monotonic())
            except (OSError, http.client.HTTPException):
                connection.close()
                connection = None
            self.ending.wait(0.005)


def longest_gap_s(writers: list[Writer], since: float) -> float:
    times = sorted(at for writer in writers for at in list(writer.stored) if at >= since)
    return max(later - earlier for earlier, later in itertools.pairwise(times))


def once(cluster: Cluster, writers: list[Writer], way: Way) -> float:
    """One hand-over, made good again. The cluster's last node is only there to join."""
    leader, spare = cluster.wait_for_leader(), cluster.nodes[-1]
    time.sleep(STEADY_S)
    since = time.monotonic() - STEADY_S / 2
    if way.kind == "relieved":
        spare.spawn()
    {"kill": leader.kill, "pause": lambda: leader.process.send_signal(signal.SIGSTOP)}.get(way.kind, leader.terminate)()
    try:
        until(lambda: cluster.leader(leader), SECONDS_MAX, lambda: f"does another node lead: {cluster.standings()}")
        led = time.monotonic()
        until(lambda: any(writer.stored and writer.stored[-1] > led for writer in writers), SECONDS_MAX, lambda: "does it take a write")
        time.sleep(AFTER_S)
        gap_s = longest_gap_s(writers, since)
    finally:
        if way.kind == "pause":
            leader.process.send_signal(signal.SIGCONT)
    for leaving in (leader, spare) if way.kind == "relieved" else (leader,) if way.kind == "leave" else ():
        assert leaving.stop() == 0, leaving.said()[-1000:]
    if way.kind != "pause":
        leader.spawn()
    cluster.wait_ready()
    return gap_s


def measure(brokers: Brokers, home: pathlib.Path, way: Way, rounds: int) -> list[float]:
    """The gaps, in seconds."""
    cluster = Cluster(home, brokers.kafka, f"hand-over-{uuid.uuid4()}", session_ms=way.session_ms)
    ending = threading.Event()
    writers: list[Writer] = []
    try:
        cluster.found()
        for _ in range(NODES + 1):
            cluster.add()
        key = cluster.add_key("acme")
        cluster.start(*cluster.nodes[:NODES])
        for node in cluster.nodes[:NODES]:
            for _ in range(CALLERS_AT_EACH):
                body = {"type": "pin_dialin", "phone_number": fresh_number()}
                made = until(lambda: (given := Client(node, key).post(CONFIGS, body)).status == 200 and given.json)
                writers.append(Writer(node, key, made["id"], ending))
        for writer in writers:
            writer.start()
        return [once(cluster, writers, way) for _ in range(rounds)]
    finally:
        ending.set()
        for writer in writers:
            if writer.ident:
                writer.join()
        cluster.kill()


def told(way: Way, gaps_s: list[float]) -> str:
    return (f"{way.what} of the leader, session {way.session_ms} ms, {len(gaps_s)} times: without a successful write median {statistics.median(gaps_s):.2f} s, "
            f"at most {max(gaps_s):.2f} s")
