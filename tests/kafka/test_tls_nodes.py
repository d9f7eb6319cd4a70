"""Nodes that know each other by certificates: writes are sent on over TLS, and nobody else passes for a node."""

import pytest

from kafka.calls import CONFIGS, pinless
from live.certificates import Authority
from live.client import Client
from live.cluster import asked, until


@pytest.fixture
def authorities(tmp_path):
    return Authority(tmp_path / "callers", "callers"), Authority(tmp_path / "nodes", "nodes")


def add(cluster, authority, node_ca, name: str):
    node = cluster.add(*authority.issue(name).options(node_ca.file))
    node.tls = node_ca.trusting()
    return node


def pair_of(cluster, nodes):
    for name in ("one", "two"):
        add(cluster, nodes, nodes, name)
    key = cluster.add_key("acme")
    for node in cluster.nodes:
        node.start()
    leader = cluster.wait_for_leader()
    follower = next(node for node in cluster.nodes if node is not leader)
    until(lambda: (told := asked(follower)) and told[0] == 200)
    return leader, follower, key


def test_a_write_is_sent_on_over_tls_and_its_connection_kept(cluster, authorities):
    _, nodes = authorities
    leader, follower, key = pair_of(cluster, nodes)
    assert asked(follower)[1]["leader"] == f"https://127.0.0.1:{leader.port}"
    caller = Client(follower, key)
    made = [caller.call("POST", CONFIGS, pinless()).expect(200).json["id"] for _ in range(20)]
    assert {config["id"] for config in Client(leader, key).all_configs()} == set(made)

    def full_handshakes() -> float:
        text = Client(leader, None).get("/metrics").body.decode()
        return float(text.split('dialin_tls_handshakes_total{outcome="full"} ')[1].split()[0])
    before = full_handshakes()
    for _ in range(20):
        caller.call("POST", CONFIGS, pinless()).expect(200)
    assert full_handshakes() - before <= 2  # the question itself, and one that the node may have made anew


def test_who_fakes_that_a_node_sent_it_on_is_refused(cluster, authorities):
    _, nodes = authorities
    leader, follower, key = pair_of(cluster, nodes)
    for node in (leader, follower):
        Client(node, key).call("POST", CONFIGS, pinless(), {"Dialin-Forwarded-By": "one"}).refused(403, "forbidden-error")
    assert Client(leader, key).page()["total_count"] == 0


def test_a_node_with_a_foreign_certificate_is_refused(cluster, authorities):
    foreign, nodes = authorities
    leader, _, key = pair_of(cluster, nodes)
    # It trusts the nodes' authority, and has a certificate of another.
    stranger = cluster.add(*foreign.issue("stranger").options(nodes.file))
    stranger.tls = foreign.trusting()
    stranger.start()
    until(lambda: (told := asked(stranger)) and told[0] == 200)
    refused = Client(stranger, key).call("POST", CONFIGS, pinless()).refused(503, "unavailable")
    assert "nothing was stored" in refused["info"], refused
    assert Client(leader, key).page()["total_count"] == 0


def test_a_node_does_not_trust_a_leader_with_a_foreign_certificate(cluster, authorities):
    foreign, nodes = authorities
    for issuer in (foreign, nodes):
        node = cluster.add(*issuer.issue(issuer.name).options(issuer.file))
        node.tls = issuer.trusting()
    key = cluster.add_key("acme")
    leader, follower = cluster.nodes
    leader.start()
    until(lambda: cluster.leader() is leader)
    follower.start()
    until(lambda: (told := asked(follower)) and told[0] == 200)
    refused = Client(follower, key).call("POST", CONFIGS, pinless()).refused(503, "unavailable")
    assert "its certificate is refused" in refused["info"], refused
