"""Nodes of dialin that share one log on a topic: one file of keys and one key ring for all, and for each a name, a port and a directory of its own."""

import http.client
import json
import pathlib
import subprocess
import time

from live.client import Client
from live.kafka_nodes import Nodes, free_ports
from live.server import PATIENCE_S, Server, run

# live/kafka_nodes.py has brokers that allow it. A lead that is lost is taken by another node soon after that.
SESSION_MS = 1500


def asked(server: Server, path: str = "/readyz", timeout_s: float = 2) -> tuple[int, dict] | None:
    """Status and body of an operations call; None when nobody answers."""
    connection = server.connection(timeout_s)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def until(what, patience_s: float = PATIENCE_S, why=lambda: ""):
    """The first true thing that `what` gives."""
    deadline = time.monotonic() + patience_s
    while not (found := what()):
        assert time.monotonic() < deadline, f"not within {patience_s} s {why()}"
        time.sleep(0.03)
    return found


class Cluster:
    """Its nodes are `nodes`, in the order in which they were added. `way`: gives the brokers' addresses for the node of a number."""

    def __init__(self, home: pathlib.Path, kafka: Nodes, topic: str, way=None, session_ms: int = SESSION_MS):
        self.home, self.kafka, self.topic = pathlib.Path(home), kafka, topic
        self.way = way or (lambda number: kafka.bootstrap)
        self.secrets, self.session_ms = self.home / "secrets", session_ms
        self.nodes: list[Server] = []

    def words(self, brokers: str | None = None) -> list[str]:
        """What names the log to every command."""
        return ["--log", "kafka", "--kafka-brokers", brokers or self.kafka.bootstrap, "--kafka-topic", self.topic]

    def found(self, check: int | None = 0) -> subprocess.CompletedProcess:
        return run("init", *self.words(), check=check)

    def add(self, *options: str, data: pathlib.Path | None = None, under: tuple[str, ...] = ()) -> Server:
        """A node that is not started yet. It keeps its port, so that others find it again."""
        number = len(self.nodes)
        (port,) = free_ports(1)
        node = Server(self.home / f"node{number}", *self.words(self.way(number)), "--node", f"node{number}", "--listen", f"127.0.0.1:{port}",
                      "--kafka-property", f"session.timeout.ms={self.session_ms}", *options, data=data, under=under, secrets=self.secrets)
        node.host, node.port = "127.0.0.1", port
        self.nodes.append(node)
        return node

    def add_key(self, tenant: str, scopes: str = "read,write,audit") -> str:
        """One that every node knows."""
        return self.nodes[0].add_key(tenant, scopes)

    def leader(self, *but: Server) -> Server | None:
        """The living node that says that it leads; `but` are not asked, because they would not answer."""
        for node in self.nodes:
            if node not in but and node.alive() and (told := asked(node, timeout_s=0.5)) and told[1]["role"] == "leader":
                return node
        return None

    def wait_for_leader(self, other_than: Server | None = None, patience_s: float = PATIENCE_S) -> Server:
        return until(lambda: (found := self.leader()) and found is not other_than and found, patience_s, lambda: f"does another node lead: {self.standings()}")

    def standings(self) -> dict[str, object]:
        return {node.home.name: asked(node) if node.alive() else "down" for node in self.nodes}

    def wait_ready(self, patience_s: float = PATIENCE_S) -> None:
        """Until all living nodes say that they are ready, and one of them leads."""
        def ready() -> bool:
            told = [asked(node) for node in self.nodes if node.alive()]
            return all(one and one[0] == 200 for one in told) and any(one[1]["role"] == "leader" for one in told)
        until(ready, patience_s, lambda: f"are all ready: {self.standings()}")

    def start(self, *nodes: Server) -> None:
        """All that are given, or all that are down, at once; returns when they are ready."""
        for node in nodes or [node for node in self.nodes if not node.alive()]:
            node.spawn()
        self.wait_ready()

    def caller(self, node: Server, key: str, timeout: float = 60) -> Client:
        return Client(node, key, timeout)

    def kill(self) -> None:
        for node in self.nodes:
            node.kill()
