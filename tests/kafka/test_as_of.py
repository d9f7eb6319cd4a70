"""`as_of` on nodes that share a log: all answer the past alike, and none answers for a place that it has yet to reach."""

import random
import shutil
import time

from kafka.calls import CONFIGS, STRONG, created
from live.client import Client, seed
from live.clock import StrangeClock
from live.cluster import until
from live.links import Way
from live.past import Recording, us_of, with_as_of

TENANTS = 2
WRITES = 40
# What a read may wait for its position, and what the log may be asked for its end.
BOUND_S = 20


def test_every_node_answers_the_past_as_the_present_was_answered(cluster):
    drawn = seed()
    print("seed", drawn)
    draw = random.Random(drawn)
    nodes = [cluster.add(), cluster.add()]
    keys = [cluster.add_key(f"tenant-{n}") for n in range(TENANTS)]
    cluster.start()
    leader = cluster.wait_for_leader()
    callers = {node.home.name: [Client(node, key) for key in keys] for node in nodes}
    recording = Recording(draw, TENANTS, numbers=4)
    created(callers[leader.home.name][0], name_prefix="there before")
    for clients in callers.values():
        until(lambda: clients[0].get("/", headers=STRONG).status == 200)
    recording.begin(callers[leader.home.name])

    def write(count: int) -> None:
        for _ in range(count):
            recording.write(draw.choice(list(callers.values())))

    def check(name: str) -> None:
        assert recording.check_sequences(callers[name]) > len(recording.moments) * 15
        recording.check_times(callers[name], share=0.1)

    write(WRITES // 2)
    leader.kill()
    cluster.wait_for_leader(leader)
    cluster.start(leader)
    for client in callers[leader.home.name]:
        client.close()
    write(WRITES // 2)
    for name in callers:
        check(name)
    assert nodes[0].stop() == 0
    shutil.rmtree(nodes[0].data / "views")
    cluster.start(nodes[0])
    for client in callers[nodes[0].home.name]:
        client.close()
    check(nodes[0].home.name)


def test_a_follower_waits_for_the_place_that_it_has_not_heard_of(cluster, two):
    leader, follower, key = two
    at_leader, at_follower = cluster.caller(leader, key), cluster.caller(follower, key)
    path = f"{CONFIGS}/{created(at_leader)['id']}"
    for count in range(25):
        written = at_leader.put(path, {"name_prefix": f"Desk {count}"}).expect(200)
        for as_of in (written.sequence, written.json["updated_at"]):
            answer = at_follower.get(with_as_of(path, as_of)).expect(200)
            assert answer.json == written.json and answer.sequence == written.sequence
    problem = at_follower.get(with_as_of(path, written.sequence + 1000)).refused(400, "invalid-request-error")
    assert f"the log's end, {written.sequence}" in problem["info"]


def test_a_follower_that_lags_says_so_in_bounded_time_and_answers_what_it_has(cluster, two, brokers):
    leader, follower, key = two
    at_leader, at_follower = cluster.caller(leader, key), cluster.caller(follower, key)
    made = created(at_leader)
    path = f"{CONFIGS}/{made['id']}"
    there = at_follower.get(path, headers=STRONG).expect(200)
    brokers.links.set(cluster.nodes.index(follower), Way.STALLED)
    written = at_leader.put(path, {"name_prefix": "later"}).expect(200)
    for as_of in (made["created_at"], there.sequence):
        assert at_follower.get(with_as_of(path, as_of)).expect(200).json == made, "what it has needs nobody"
    for as_of in (written.sequence, written.json["updated_at"], written.sequence + 1000):
        started = time.monotonic()
        at_follower.get(with_as_of(path, as_of)).refused(503, "unavailable")
        assert time.monotonic() - started < BOUND_S
    brokers.links.set(cluster.nodes.index(follower), Way.OPEN)
    answer = until(lambda: (got := at_follower.get(with_as_of(path, written.sequence))).status == 200 and got)
    assert answer.json == written.json and answer.sequence == written.sequence


def test_a_followers_clock_that_is_behind_makes_no_future_of_what_is_on_the_log(cluster, tmp_path):
    clock = StrangeClock(tmp_path / "clock")
    clock.set(-20)
    leader = cluster.add()
    key = cluster.add_key("acme")
    cluster.start()
    behind = cluster.add(under=clock.under)
    cluster.start(behind)
    at_leader, at_behind = cluster.caller(leader, key), cluster.caller(behind, key)
    made = created(at_leader)
    path = f"{CONFIGS}/{made['id']}"
    assert at_behind.get(with_as_of(path, made["created_at"])).expect(200).json == made
    later = made["created_at"].replace("Z", "9+00:00")  # the same microsecond
    assert at_behind.get(with_as_of(path, later)).expect(200).json == made
    next_us = f"{made['created_at'][:-7]}{us_of(made['created_at']) % 1_000_000 + 1:06}Z"
    if us_of(next_us) > us_of(made["created_at"]):
        problem = at_behind.get(with_as_of(path, next_us)).refused(400, "invalid-request-error")
        assert "future" in problem["info"], "its own clock has not got there"
