"""What nodes that share a log say of themselves in /readyz and /metrics, and that docs/openapi.json and docs/operations.md say the same."""

import json
import re

import jsonschema_rs
import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from kafka.calls import CONFIGS, created, pinless, readiness
from live.client import Client
from live.cluster import asked, until
from live.kafka_nodes import free_ports
from live.links import Way
from live.metrics import metrics_of, table_of_metrics, whole
from live.notified import Notified
from live.server import ROOT

SCHEMA = json.loads((ROOT / "docs/openapi.json").read_text())["components"]["schemas"]["Readiness"]
SHARED = {"node", "instance", "log", "term", "leader"}


def described(node) -> dict:
    """What /readyz answers, which must be as the document says."""
    said = readiness(node)[1]
    assert jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True).is_valid(said), said
    return said


def figure(node, name: str) -> float:
    text = Client(node, None).get("/metrics").expect(200).body.decode()
    return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])


@pytest.fixture
def pair(log):
    """A leader and a follower."""
    log.init()
    first, second = log.node("one"), log.node("two")
    second.keys, second.keyring = first.keys, first.keyring
    key = first.add_key("acme")
    created(Client(first.start(), key))
    second.start()
    until(lambda: described(second)["leader"] == first_url(first))
    return first, second, key


def first_url(node) -> str:
    return f"http://{node.host}:{node.port}"


def test_leader_and_follower_say_the_same_of_the_lead(pair):
    leader, follower, _ = pair
    one, other = described(leader), described(follower)
    assert (one["role"], other["role"]) == ("leader", "follower")
    assert {name: one[name] for name in ("log", "term", "leader")} == {name: other[name] for name in ("log", "term", "leader")}
    assert (one["node"], other["node"]) == ("one", "two") and one["instance"] != other["instance"]
    assert [figure(node, "dialin_leads") for node in pair[:2]] == [1, 0]
    assert [figure(node, "dialin_term") for node in pair[:2]] == [one["term"]] * 2


def test_a_follower_counts_what_it_sends_on_and_takes_nothing_that_was_sent_on(pair):
    _, follower, key = pair
    caller = Client(follower, key)
    caller.call("POST", CONFIGS, pinless()).expect(200)
    assert figure(follower, "dialin_writes_forwarded_total") == 1
    caller.call("POST", CONFIGS, pinless(), {"Dialin-Forwarded-By": "three"}).refused(503, "unavailable")
    assert figure(follower, "dialin_writes_forwarded_total") == 1


def test_the_table_of_metrics_is_what_nodes_give_whether_they_lead_or_not(pair):
    leader, follower, key = pair
    Client(follower, key).call("POST", CONFIGS, pinless()).expect(200)
    for node in (leader, follower):
        assert whole(metrics_of(node)) == table_of_metrics()


def test_a_node_that_waits_says_no_more_than_it_knows(log):
    (port,) = free_ports(1)
    node = log.node("waits", "--listen", f"127.0.0.1:{port}", "--kafka-brokers", "127.0.0.1:9")
    node.add_key("acme")
    node.spawn()
    node.host, node.port = "127.0.0.1", port

    def said():
        try:
            return described(node)
        except OSError:
            return None

    standing = until(said)
    assert standing["role"] == "starting" and not SHARED & standing.keys()


def test_a_manager_of_services_is_told_what_a_node_waits_for_until_it_is_ready(cluster, brokers, tmp_path, monkeypatch):
    notified = Notified(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", notified.name)
    node = cluster.add()
    key = cluster.add_key("acme")
    brokers.links.set(0, Way.CUT)
    node.spawn()
    waits = notified.wait_for(f"STATUS=Kafka cannot be asked about topic {cluster.topic}")
    assert waits[0] == ["STATUS=the store is being opened"]
    brokers.links.set(0, Way.OPEN)
    told = notified.wait_for("READY=1")
    assert all(message[0].startswith("STATUS=") and len(message) == 1 for message in told[:-1])
    assert asked(node)[0] == 200
    created(cluster.caller(node, key))
    notified.socket.close()


def test_nodes_whose_topic_was_cut_halt_and_go_on_answering_plain_reads(pair, kafka, topic):
    leader, follower, key = pair
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    for done in admin.delete_records([TopicPartition(topic, 0, 2)]).values():
        done.result(30)
    for node in (leader, follower):
        standing = until(lambda node=node: (said := described(node))["role"] == "halted" and said)
        assert standing["reasons"] == ["log-diverged: the topic's beginning was cut off, its first record stands at offset 2"]
        assert standing.keys() > SHARED
        caller = Client(node, key)
        caller.get(CONFIGS).expect(200)
        caller.get(CONFIGS, headers={"Dialin-Consistency": "strong"}).refused(503, "unavailable")
        caller.call("POST", CONFIGS, pinless()).refused(503, "unavailable")
