"""One broker for all tests of the folder, and a topic for each."""

import contextlib
import pathlib

import pytest

from kafka.calls import created
from kafka.history import History
from live.brokers import Brokers
from live.cluster import SESSION_MS, Cluster
from live.kafka_nodes import VERSION, Nodes
from live.server import Server, run

LANES = 3  # clusters that are faulted side by side


@contextlib.contextmanager
def one_broker(nodes: Nodes, version: str = VERSION):
    """For a test that wants another one than all, or stops it."""
    with nodes.held():
        nodes.found(1, version)
        nodes.start_all()
    yield nodes
    with nodes.held():
        nodes.stop_all()
        nodes.remove()


@pytest.fixture(scope="session")
def brokers(tmp_path_factory):
    brokers = Brokers(tmp_path_factory.mktemp("kafka"), lanes=LANES)
    yield brokers
    brokers.close()


@pytest.fixture(scope="session")
def kafka(brokers):
    return brokers.kafka


@pytest.fixture
def topic(request) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in request.node.name)


@pytest.fixture
def cluster(brokers, topic, tmp_path):
    """A log that is founded, and no node yet. All ways to the broker are open again afterwards."""
    cluster = Cluster(tmp_path, brokers.kafka, topic, brokers.links.bootstrap)
    cluster.found()
    yield cluster
    cluster.kill()
    brokers.links.open_all()


@pytest.fixture
def two(cluster):
    """A leader, a follower, and a key."""
    nodes = [cluster.add(), cluster.add()]
    key = cluster.add_key("acme")
    cluster.start()
    leader = cluster.wait_for_leader()
    return leader, next(node for node in nodes if node is not leader), key


@pytest.fixture
def running(cluster):
    """A node with a config, and its caller."""
    node = cluster.add()
    caller = cluster.caller(node, node.add_key("acme"))
    cluster.start()
    return node, caller, created(caller)


class OnKafka:
    """What names the log to every command; its nodes stand in `home`."""

    def __init__(self, brokers: str, topic: str, home: pathlib.Path):
        self.words = ["--log", "kafka", "--kafka-brokers", brokers, "--kafka-topic", topic]
        self.home = home
        self.nodes: list[Server] = []

    def init(self, check: int | None = 0):
        return run("init", *self.words, check=check)

    def node(self, name: str, *options: str) -> Server:
        node = Server(self.home / name, *self.words, "--node", name, "--kafka-property", f"session.timeout.ms={SESSION_MS}", *options)
        self.nodes.append(node)
        return node


@pytest.fixture
def log(kafka, topic, tmp_path):
    on_kafka = OnKafka(kafka.bootstrap, topic, tmp_path)
    yield on_kafka
    for node in on_kafka.nodes:
        node.kill()


@pytest.fixture(scope="session")
def history(kafka, tmp_path_factory):
    """For tests that read, or only add."""
    on_kafka = OnKafka(kafka.bootstrap, "history", tmp_path_factory.mktemp("history"))
    yield History(on_kafka, kafka.bootstrap, "history").make()
    for node in on_kafka.nodes:
        node.kill()
