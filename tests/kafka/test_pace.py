"""What a node must not make its callers wait for. Bounds are wide: only what is wrong by its nature is far beyond."""

import statistics
import time

from kafka.test_one_node import CONFIGS, created, started
from live.client import Client

STRONG = {"Dialin-Consistency": "strong"}


def test_a_strong_read_on_a_quiet_follower_does_not_wait_behind_its_reading_of_the_topic(log):
    _, caller = started(log)
    config = created(caller).json["id"]
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
