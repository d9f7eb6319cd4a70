"""Two nodes on an older Kafka do what they do on the newest; its log's contract is tried by script/test."""

import pytest

from kafka.conftest import OnKafka, one_broker
from kafka.calls import CONFIGS, created, readiness
from live.client import Client
from live.cluster import until
from live.kafka_nodes import OLDER_VERSION, Nodes
from live.server import run

STRONG = {"Dialin-Consistency": "strong"}


@pytest.fixture
def older(tmp_path_factory):
    with one_broker(Nodes(tmp_path_factory.mktemp("older")), OLDER_VERSION) as nodes:
        yield nodes


def test_two_nodes_write_read_and_take_over_from_each_other(older, topic, tmp_path):
    log = OnKafka(older.bootstrap, topic, tmp_path)
    log.init()
    nodes = [log.node(name, "--confirm", "append") for name in ("one", "two")]
    nodes[1].keys, nodes[1].keyring = nodes[0].keys, nodes[0].keyring
    key = nodes[0].add_key("acme")
    try:
        for node in nodes:
            node.start()
        leader = until(lambda: next((node for node in nodes if readiness(node)[1]["role"] == "leader"), None))
        follower = next(node for node in nodes if node is not leader)
        config = created(Client(follower, key))
        path = f"{CONFIGS}/{config['id']}"
        assert Client(leader, key).call("GET", path, headers=STRONG).expect(200).json == config
        leader.kill()
        caller = Client(follower, key)
        until(lambda: readiness(follower)[1]["role"] == "leader")
        changed = until(lambda: (given := caller.call("PUT", path, {"name_prefix": "Back desk"})).status != 503 and given).expect(200).json
        assert changed["version"] == 2
        older.kill()
        older.restart()
        leader.start()
        assert until(lambda: (given := Client(leader, key).call("GET", path, headers=STRONG)).status == 200 and given).json == changed
        assert [node.stop() for node in nodes] == [0, 0]
    finally:
        for node in nodes:
            node.kill()
    assert all(run("verify", "--data", node.data).stdout.startswith("ok: ") for node in nodes)
