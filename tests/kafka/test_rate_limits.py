"""Rate limits where writes are sent on: no node is a way round those of the node that leads."""

import shutil

import pytest

from kafka.calls import CONFIGS

LEAST = 5
FORWARDED = {"Dialin-Forwarded-By": "node1"}
PIN = {"type": "pin_dialin"}


def two_nodes(cluster, leads: str, follows: str | None):
    """With their rate limits, and keys of two tenants."""
    leader, follower = cluster.add("--rate-limit", leads), cluster.add(*(["--rate-limit", follows] if follows else []))
    cluster.keys = [cluster.add_key("acme"), cluster.add_key("globex")]
    cluster.start(leader)
    cluster.wait_for_leader()
    cluster.start(follower)
    assert cluster.leader() is leader
    return leader, follower


@pytest.fixture
def limited(cluster):
    """The node that leads, which lets a key call so often an hour, and one that follows and would let it call for ever."""
    return two_nodes(cluster, f"{LEAST}/1h", None)


def test_a_node_with_limits_tells_its_own_unless_the_one_that_leads_refuses(cluster):
    _, follower = two_nodes(cluster, "2/1h", "3/2h")
    acme = cluster.caller(follower, cluster.keys[0])
    for left in (2, 1):
        answer = acme.post(CONFIGS, PIN).expect(200)
        assert f'"7200s";r={left};' in answer.headers["RateLimit"] and "3600s" not in answer.headers["RateLimit-Policy"]
    refused = acme.post(CONFIGS, PIN)
    refused.refused(429, "rate-limit-error")
    assert '"3600s";r=0;' in refused.headers["RateLimit"], "what the leader tells of it"


def test_a_refusal_that_tells_no_limits_comes_with_those_of_the_node_that_was_asked(cluster):
    leader, follower = cluster.add("--failed-keys", "1/1h"), cluster.add("--rate-limit", "9/1h")
    cluster.add_key("acme")
    own = follower.home / "keys.json"
    shutil.copy(leader.keys, own)
    follower.keys = own
    key = follower.add_key("globex")
    cluster.start(leader)
    cluster.wait_for_leader()
    cluster.start(follower)
    caller = cluster.caller(follower, key)
    assert caller.post(CONFIGS, PIN).status == 401, "the leader does not know it"
    refused = caller.post(CONFIGS, PIN)
    refused.refused(429, "rate-limit-error")
    assert '"3600s";r=7;' in refused.headers["RateLimit"], "its own, since the leader's answer tells none"


def test_a_write_that_was_sent_on_counts_at_the_node_that_leads(cluster, limited):
    leader, follower = limited
    acme, globex = (cluster.caller(follower, key) for key in cluster.keys)
    at_leader = cluster.caller(leader, cluster.keys[0])
    for left in reversed(range(LEAST)):
        answer = acme.post(CONFIGS, PIN).expect(200)
        assert f'"3600s";r={left};' in answer.headers["RateLimit"], "what the leader tells of it"
    refused = acme.post(CONFIGS, PIN)
    refused.refused(429, "rate-limit-error")
    assert int(refused.headers["Retry-After"]) > 60
    at_leader.post(CONFIGS, PIN).refused(429, "rate-limit-error")
    at_leader.get("/").refused(429, "rate-limit-error")
    acme.get("/").expect(200)
    globex.post(CONFIGS, PIN).expect(200)
    assert len(acme.all_events()) == LEAST, "what was refused is not stored"


def test_who_claims_to_be_a_node_is_counted_all_the_same(cluster, limited):
    leader, _ = limited
    at_leader = cluster.caller(leader, cluster.keys[0])
    statuses = [at_leader.post(CONFIGS, PIN, headers=FORWARDED).status for _ in range(LEAST + 3)]
    assert statuses == [200] * LEAST + [429] * 3
