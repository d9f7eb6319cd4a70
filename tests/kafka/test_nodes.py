"""Several nodes on one log: who leads, what the others answer meanwhile, and how a node comes to what the others have."""

import shutil
import time

import pytest

from kafka.calls import CONFIGS, STRONG, created, pinless, reasons, role
from live.chain import chain_of, read_topic
from live.client import Stream
from live.clock import StrangeClock
from live.cluster import SESSION_MS, Cluster, until
from live.server import NotServing, run


def test_a_follower_sends_writes_on_and_answers_what_it_has_itself(cluster, two):
    leader, follower, key = two
    at_leader, at_follower = cluster.caller(leader, key), cluster.caller(follower, key)
    config = created(at_follower, name_prefix="By the follower")
    path = f"{CONFIGS}/{config['id']}"
    for count in range(20):
        written = at_follower.call("PUT", path, {"name_prefix": f"Desk {count}"}, {"X-Request-Id": f"write-{count}"}).expect(200)
        read = at_follower.call("GET", path).expect(200)
        assert read.json == written.json and read.sequence >= written.sequence, "its own write, at once"
        assert written.headers["X-Request-Id"] == f"write-{count}"
    assert at_leader.call("GET", path).json == written.json
    at_follower.call("POST", CONFIGS, pinless(config["config"]["phone_number"])).refused(409, "conflict-error")
    at_follower.call("PUT", path, {"name_prefix": "x"}, {"If-Match": '"1"'}).refused(412, "precondition-failed")
    moved = at_follower.call("POST", f"{path}/move", {"type": "pin_dialin"}).expect(200).json
    assert moved["moved_from"] == config["id"]
    at_follower.call("DELETE", path).expect(404)
    actors = {event["actor"] for event in at_leader.all_events()}
    assert actors == {cluster.nodes[0].key_id(key)}, "under the caller's own key"


def test_a_repetition_at_another_node_gets_the_first_answer(cluster, two):
    leader, follower, key = two
    body, once = pinless(), {"Idempotency-Key": "once"}
    created(cluster.caller(leader, key))
    answers = [cluster.caller(node, key).call("POST", CONFIGS, body, once).expect(200).json for node in (follower, leader, follower)]
    assert answers[0] == answers[1] == answers[2]


def test_a_dry_run_that_cannot_be_sent_on_leaves_nothing_in_doubt(cluster, two):
    leader, follower, key = two
    at_follower = cluster.caller(follower, key)
    created(at_follower)
    once = {"Idempotency-Key": "once"}
    at_follower.call("POST", CONFIGS, pinless(), once, query={"dry_run": "true"}).expect(200)
    at_follower.call("POST", CONFIGS, pinless(), query={"dry_run": "maybe"}).refused(400, "invalid-request-error")
    at_follower.call("POST", CONFIGS, pinless(), query={"dry": "true"}).refused(400, "invalid-request-error")
    leader.kill()
    at_follower.call("POST", CONFIGS, pinless(), once, query={"dry_run": "true"}).refused(503, "unavailable")
    at_follower.call("POST", CONFIGS, pinless(), once).refused(503, "outcome-unknown")


def test_strong_reads_are_right_on_any_node(cluster, two):
    leader, follower, key = two
    at_leader, at_follower = cluster.caller(leader, key), cluster.caller(follower, key)
    path = f"{CONFIGS}/{created(at_leader)['id']}"
    for count in range(50):
        written = at_leader.call("PUT", path, {"name_prefix": f"Desk {count}"}).expect(200)
        assert at_follower.call("GET", path, headers=STRONG).expect(200).json == written.json
        least = at_follower.call("GET", path, headers={"Dialin-Min-Sequence": str(written.sequence)}).expect(200)
        assert least.json == written.json
    at_leader.call("DELETE", path).expect(200)
    at_follower.call("GET", path, headers=STRONG).expect(404)


def test_the_stream_of_a_follower_goes_on_through_a_change_of_leaders(cluster, two):
    leader, follower, key = two
    at_follower = cluster.caller(follower, key)
    config = created(at_follower)
    path = f"{CONFIGS}/{config['id']}"
    stream = Stream(follower, key, after=0)
    for count in range(10):
        at_follower.call("PUT", path, {"name_prefix": f"Desk {count}"}).expect(200)
    leader.kill()
    cluster.wait_for_leader(leader)
    for count in range(10, 20):
        until(lambda: at_follower.call("PUT", path, {"name_prefix": f"Desk {count}"}).status == 200)
    events = at_follower.all_events()
    assert [message.id for message in stream.take(len(events))] == [event["sequence"] for event in events]
    stream.close()


def test_a_stream_begun_at_one_node_goes_on_at_another(cluster, two):
    leader, follower, key = two
    at_leader = cluster.caller(leader, key)
    path = f"{CONFIGS}/{created(at_leader)['id']}"
    first = Stream(leader, key, after=0)
    at = first.next().id
    first.close()
    for count in range(5):
        at_leader.call("PUT", path, {"name_prefix": f"Desk {count}"}).expect(200)
    second = Stream(follower, key, last_event_id=at)
    wanted = [event["sequence"] for event in at_leader.all_events() if event["sequence"] > at]
    assert [message.id for message in second.take(len(wanted))] == wanted
    second.close()


def test_a_rolling_restart_waits_for_no_session(brokers, topic, tmp_path):
    """Who stops leaves the group, whether it leads or not: neither the lead nor the next change in the group waits until it counts as gone."""
    cluster = Cluster(tmp_path, brokers.kafka, topic, session_ms=20_000)
    cluster.found()
    try:
        for _ in range(3):
            cluster.add()
        key = cluster.add_key("acme")
        cluster.start()
        leader = cluster.wait_for_leader()
        followers = [node for node in cluster.nodes if node is not leader]
        for node in (*followers, leader):
            other = followers[0] if node is not followers[0] else leader
            began = time.monotonic()
            assert node.stop() == 0
            created(cluster.caller(other, key))
            assert time.monotonic() - began < 5
            cluster.start(node)
        assert cluster.wait_for_leader() is not leader
    finally:
        cluster.kill()


def test_a_node_that_joins_does_not_take_the_lead(cluster, two):
    leader, _, key = two
    cluster.start(cluster.add())
    time.sleep(2 * SESSION_MS / 1000)
    assert role(leader) == "leader"
    chain, strays = chain_of(read_topic(cluster.kafka.bootstrap, cluster.topic))
    assert sum(record.type == "dialin.log.opened.v1" for record in chain + strays) == 1


def test_a_node_that_joins_late_has_everything(cluster, two):
    leader, _, key = two
    at_leader = cluster.caller(leader, key)
    for _ in range(200):
        config = created(at_leader)
    at_leader.call("POST", f"{CONFIGS}/{config['id']}/move", {"type": "pin_dialin"}).expect(200)
    late = cluster.add()
    cluster.start(late)
    assert cluster.caller(late, key).all_configs() == at_leader.all_configs()
    assert run("verify", "--data", late.data).stdout == run("verify", "--data", leader.data).stdout


def test_views_that_are_deleted_are_made_again(cluster, two):
    _, follower, key = two
    caller = cluster.caller(follower, key)
    created(caller)
    before = caller.all_configs()
    caller.close()
    follower.kill()
    shutil.rmtree(follower.data / "views")
    cluster.start(follower)
    assert caller.all_configs() == before


def test_views_of_another_log_are_refused(cluster, two, brokers, tmp_path):
    _, follower, key = two
    other = Cluster(tmp_path / "other", brokers.kafka, cluster.topic + "-other")
    other.found()
    other.add()
    other.add_key("acme")
    other.start()
    other.kill()
    follower.kill()
    shutil.rmtree(follower.data / "views")
    shutil.copytree(other.nodes[0].data / "views", follower.data / "views")
    with pytest.raises(NotServing) as refused:
        follower.start()
    assert refused.value.status == 3 and "another log" in refused.value.output


def test_a_key_ring_that_lacks_a_key_is_named_before_anything_is_served(cluster, two, tmp_path):
    leader, _, key = two
    created(cluster.caller(leader, key))
    sealed_with = run("keyring", "list", leader.keyring).stdout
    late = cluster.add()
    late.keyring = tmp_path / "another-keyring.json"
    run("keyring", "init", late.keyring)
    with pytest.raises(NotServing) as refused:
        late.start()
    assert refused.value.status == 3 and "lacks key" in refused.value.output
    assert refused.value.output.split("lacks key ")[1].split()[0].rstrip(":,;") in sealed_with


def test_a_running_node_whose_ring_lacks_a_new_key_is_not_ready(cluster, two, tmp_path):
    leader, _, key = two
    ring = tmp_path / "ring-of-its-own.json"
    shutil.copy(leader.keyring, ring)
    late = cluster.add()
    late.keyring = ring
    cluster.start(late)
    run("keyring", "rotate", leader.keyring)
    caller = cluster.caller(leader, key)
    until(lambda: created(caller) and any("the key ring lacks key" in reason for reason in reasons(late)))
    shutil.copy(leader.keyring, ring)
    until(lambda: not reasons(late))


def test_times_increase_when_the_leaders_clock_goes_back(cluster, tmp_path):
    clock = StrangeClock(tmp_path / "clock")
    node = cluster.add(under=clock.under)
    key = cluster.add_key("acme")
    cluster.start()
    caller = cluster.caller(node, key)
    times = [created(caller)["created_at"] for _ in range(3)]
    clock.set(-3600)
    times += [created(caller)["created_at"] for _ in range(3)]
    assert times == sorted(set(times))


@pytest.mark.parametrize("by_s", [-120, 120])
def test_a_node_whose_clock_is_far_off_gives_up_the_lead(cluster, tmp_path, by_s):
    clock = StrangeClock(tmp_path / "clock")
    clock.set(by_s)
    strange = cluster.add(under=clock.under)
    key = cluster.add_key("acme")
    strange.spawn()
    until(lambda: any("this node's clock is" in reason for reason in reasons(strange)))
    right = cluster.add()
    right.spawn()
    assert cluster.wait_for_leader() is right
    created(cluster.caller(strange, key))
