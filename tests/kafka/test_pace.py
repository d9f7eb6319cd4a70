"""What a node must not make its callers wait for, and not burn processors on. Bounds are wide: only what is wrong by its nature is far beyond."""

import os
import pathlib
import signal
import statistics
import threading
import time

import pytest

from kafka.conftest import OnKafka, one_broker
from kafka.calls import CONFIGS, created
from kafka.test_one_node import started
from live.client import Client
from live.cluster import until
from live.kafka_nodes import Nodes

STRONG = {"Dialin-Consistency": "strong"}
WRITERS = 64
STOPPED_S = 2.0


def cpu_s(server) -> float:
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_strong_read_on_a_quiet_follower_does_not_wait_behind_its_reading_of_the_topic(log):
    _, caller = started(log)
    config = created(caller)["id"]
    follower = log.node("two")
    follower.keys, follower.keyring = log.nodes[0].keys, log.nodes[0].keyring
    follower.start()
    follower.wait_ready()
    reader = Client(follower, caller.key)
    took_s = []
    for _ in range(15):
        began = time.monotonic()
        reader.get(f"{CONFIGS}/{config}", headers=STRONG).expect(200)
        took_s.append(time.monotonic() - began)
    assert statistics.median(took_s) < 0.15, took_s


@pytest.fixture
def own_broker(tmp_path):
    """To be stopped, which no other test would like."""
    with one_broker(Nodes(tmp_path / "broker")) as nodes:
        yield nodes


@pytest.fixture
def log_of_its_own(own_broker, topic, tmp_path):
    on_kafka = OnKafka(own_broker.bootstrap, topic, tmp_path)
    yield on_kafka
    for node in on_kafka.nodes:
        node.kill()


def test_a_node_sleeps_while_writes_wait_for_a_broker(log_of_its_own, own_broker):
    node, caller = started(log_of_its_own)
    created(caller)
    statuses: list[int] = []
    ending = threading.Event()

    def write() -> None:
        own = Client(node, caller.key)
        while not ending.is_set():
            statuses.append(own.post(CONFIGS, {"type": "pin_dialin"}).status)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        until(lambda: len(statuses) > 1000)
        own_broker.send(1, signal.SIGSTOP)
        time.sleep(0.5)  # until each waits
        before, so_far = cpu_s(node), len(statuses)
        time.sleep(STOPPED_S)
        used_s, answered = cpu_s(node) - before, len(statuses) - so_far
    finally:
        own_broker.send(1, signal.SIGCONT)
        ending.set()
        for writer in writers:
            writer.join()
    assert answered == 0
    assert used_s < STOPPED_S / 4, used_s
    assert set(statuses) == {200}
