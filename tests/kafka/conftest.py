"""One broker for all tests of the folder, and a topic for each."""

import pathlib

import pytest

from kafka.history import History
from live.brokers import Brokers
from live.cluster import SESSION_MS, Cluster
from live.server import Server, run

LANES = 3  # clusters that are faulted side by side


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
