"""Brokers, topics of a wanted size and the nodes on them, under the folder of the disk that is measured; and what Kafka gives without dialin."""

import contextlib
import json
import os
import pathlib
import subprocess
import time

from live.client import Client
from live.kafka_nodes import VERSION, Nodes
from live.server import BINARY, Server, run

PATIENCE_S = 60
# A broker is slow until its Java is warm.
WARM_S = 5
# Elections with a shorter session than the 6 s that brokers allow by default are measured, too.
BROKER_SETTINGS = {"group.min.session.timeout.ms": 500}


def probe(*arguments: object) -> dict:
    """kafka_probe's JSON."""
    done = subprocess.run([BINARY.parent / "tests/bench/kafka_probe", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"kafka_probe: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def cpu_s(pid: int) -> float:
    """What the process has used so far, of user and system time."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def until(what, seconds: float = PATIENCE_S):
    """The first true thing that `what` gives."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {seconds} s")
        time.sleep(0.01)
    return found


def standing(node: Server) -> dict:
    """What /readyz says; empty while it does not answer."""
    caller = Client(node, None, timeout=2)
    with contextlib.suppress(OSError):
        return caller.get("/readyz").json
    return {}


class Topic:
    """A log on Kafka: `configs` configs of the tenant `own` and `events` events, and whoever serves it. Ids stand in `ids`."""

    def __init__(self, home: pathlib.Path, nodes: Nodes, name: str, configs: int = 0, events: int = 0, options: tuple[str, ...] = ()):
        self.options = options  # of every node
        self.home, self.name, self.brokers = home / name, name, nodes.bootstrap
        self.words = ["--log", "kafka", "--kafka-brokers", self.brokers, "--kafka-topic", name]
        self.ids = self.home / "ids.txt"
        self.nodes: list[Server] = []
        run("init", *self.words)
        # Its directory is that of a node that has read everything.
        self.first = self.node("first")
        self.key = self.first.key = self.first.add_key("own")
        self.first.ids = self.ids
        if events:
            done = subprocess.run([BINARY.parent / "tests/bench/make_log", "--data", self.first.data, "--keyring", self.first.keyring, "--tenant", "own",
                                   "--configs", str(configs), "--events", str(events), "--ids", self.ids, "--brokers", self.brokers, "--topic", name],
                                  check=True, capture_output=True, text=True)
            self.made = json.loads(done.stdout)

    def node(self, name: str) -> Server:
        """One more, that knows the first one's keys."""
        node = Server(self.home / name, *self.words, "--node", name, *self.options)
        if self.nodes:
            node.keys, node.keyring, node.key, node.ids = self.first.keys, self.first.keyring, self.key, self.ids
        self.nodes.append(node)
        return node

    def leads(self, node: Server) -> bool:
        return standing(node).get("role") == "leader"

    def writes(self, node: Server) -> bool:
        with contextlib.suppress(OSError):
            return Client(node, self.key, timeout=2).post("/domain-dialin-config?dry_run=true", {"type": "pin_dialin"}).status == 200
        return False

    def leader(self) -> Server:
        """The node that leads, once it takes writes."""
        return until(lambda: next((node for node in self.nodes if node.alive() and self.leads(node) and self.writes(node)), None))

    def bare(self) -> str:
        """A topic with the same settings for records that are on no chain."""
        name = self.name + "-bare"
        run("init", *self.words[:-1], name)
        return name

    def produce(self, topic: str, outstanding: int, seconds: float) -> dict:
        return probe("produce", "--brokers", self.brokers, "--topic", topic, "--like", self.name, "--outstanding", outstanding, "--seconds", int(seconds))

    def __enter__(self) -> "Topic":
        return self

    def __exit__(self, *_) -> None:
        for node in self.nodes:
            node.kill()


@contextlib.contextmanager
def brokers(home: pathlib.Path, count: int = 1):
    nodes = Nodes(home)
    with nodes.held():
        nodes.found(count, VERSION, BROKER_SETTINGS)
        try:
            nodes.start_all()
            yield nodes
        finally:
            nodes.stop_all()
            nodes.remove()
