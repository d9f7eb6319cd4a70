"""`dialin snapshot` and `dialin replay` of a log on Kafka, from its topic and from a node's copy of it; nodes that begin with what they make."""

import random
import shutil
import time

import pytest

from fault.picture import differences, picture
from live.client import Client, seed
from live.cluster import Cluster, asked, until
from live.replays import all_files, read_only, replay, snapshot
from live.server import NotServing, Server, run

LARGE = "\U0001F4DE" * 3000  # some 24 kB in an event
UPDATES = 500


@pytest.fixture
def grown(cluster):
    """A node that leads a log of some 12 MB, and what it answers."""
    leader = cluster.add()
    leader.key = cluster.add_key("own")
    cluster.start()
    client = Client(leader, leader.key)
    made = [client.pinless() for _ in range(5)]
    for turn in range(UPDATES):
        client.update(made[turn % 5]["id"], timeout_config={"message": f"{turn} {LARGE}"})
    client.move(made[0]["id"], type="pin_dialin")
    client.remove(made[1]["id"])
    client.close()
    return cluster


def lives_on_it(cluster: Cluster, brokers, node: Server) -> None:
    """A node that began with a snapshot: it knows what the leader knows, hears of what comes, has not read what it brought, and can lead."""
    leader = cluster.nodes[0]
    number = cluster.nodes.index(node)
    node.key = leader.key
    before = brokers.links.told(number)
    node.start()
    until(lambda: (told := asked(node)) and told[0] == 200)
    assert not differences(picture(leader), picture(node))
    made = Client(leader, leader.key).pin(name_prefix="later")
    until(lambda: Client(node, node.key).get(f"/domain-dialin-config/{made['id']}").status == 200)
    heard = brokers.links.told(number) - before
    assert heard < 6_000_000, f"{heard} bytes: it read the topic, of some 12 MB, from its beginning"
    leader.kill()
    cluster.wait_for_leader(other_than=leader)
    assert Client(node, node.key).update(made["id"], name_prefix="at the new one")["version"] == 2
    leader.start()
    cluster.wait_ready()
    assert Client(leader, leader.key).get(f"/domain-dialin-config/{made['id']}", headers={"Dialin-Consistency": "strong"}).expect(200).json["version"] == 2
    assert node.stop() == 0
    assert run("verify", "--data", node.data).stdout.startswith("ok: ")


def test_a_node_begins_with_a_snapshot_of_the_topic(grown, brokers, tmp_path):
    snapshot(grown.words(), tmp_path / "snapshot")
    lives_on_it(grown, brokers, grown.add("--from-snapshot", str(tmp_path / "snapshot")))


def test_a_node_begins_with_a_snapshot_of_another_nodes_copy(grown, brokers, tmp_path):
    time.sleep(1.1)  # a node notes its place on the topic once a second
    Client(grown.nodes[0], grown.nodes[0].key).pin()
    snapshot(grown.nodes[0].data, tmp_path / "snapshot")
    lives_on_it(grown, brokers, grown.add("--from-snapshot", str(tmp_path / "snapshot")))


def test_the_topic_and_a_copy_give_the_same_past(grown, tmp_path):
    leader = grown.nodes[0]
    drawn = seed()
    print("seed", drawn)
    end = Client(leader, leader.key).get("/").sequence
    for sequence in random.Random(drawn).sample(range(2, end), 2):
        of_topic, of_copy = tmp_path / f"topic-{sequence}", tmp_path / f"copy-{sequence}"
        assert replay(grown.words(), sequence, of_topic) == replay(leader.data, sequence, of_copy)
        with read_only(leader, of_topic) as one, read_only(leader, of_copy) as other:
            assert not differences(picture(one), picture(other))
            ready = Client(one, one.key).get("/readyz").expect(200).json
            assert ready["role"] == "read-only" and "leader" not in ready
        digests = {run("digest", *words).stdout for words in (["--data", of_topic], ["--data", of_topic, "--views"], ["--data", of_copy, "--views"],
                                                              [*grown.words(), "--at", sequence], ["--data", leader.data, "--at", sequence])}
        assert len(digests) == 1, "one state, wherever it is read"


def test_a_replayed_past_is_nobodys_embedded_log(grown, brokers, tmp_path):
    """What would be appended to it would be on no topic. A node may go on from it: it compares it with the topic, from the beginning."""
    leader = grown.nodes[0]
    replay(leader.data, 100, tmp_path / "past")
    embedded = Server(tmp_path / "embedded", data=tmp_path / "past", secrets=grown.secrets)
    with pytest.raises(NotServing) as why:
        embedded.start()
    assert "copy of a log on Kafka" in why.value.output
    node = grown.add(data=tmp_path / "past")
    node.key = leader.key
    before = brokers.links.told(1)
    node.start()
    until(lambda: (told := asked(node)) and told[0] == 200)
    assert not differences(picture(leader), picture(node))
    assert brokers.links.told(1) - before > 10_000_000


def test_a_snapshot_of_another_log_is_refused(grown, kafka, brokers, topic, tmp_path):
    snapshot(grown.words(), tmp_path / "snapshot")
    other = Cluster(tmp_path / "other", kafka, f"{topic}-other", brokers.links.bootstrap)
    other.found()
    node = other.add("--from-snapshot", str(tmp_path / "snapshot"))
    other.add_key("own")
    with pytest.raises(NotServing) as why:
        node.start()
    assert why.value.status == 3 and "is of log " in why.value.output and "the topic holds log " in why.value.output
    assert not any(node.data.iterdir())
    # One of an embedded log is of another log, too.
    alone = Server(tmp_path / "alone", secrets=grown.secrets).start()
    snapshot(alone.data, tmp_path / "embedded")
    alone.kill()
    node.options[node.options.index("--from-snapshot") + 1] = str(tmp_path / "embedded")
    with pytest.raises(NotServing) as why:
        node.start()
    assert "is of log " in why.value.output


def test_the_first_start_is_killed_again_and_again(grown, brokers, tmp_path):
    leader = grown.nodes[0]
    snapshot(grown.words(), tmp_path / "snapshot")
    before = all_files(tmp_path / "snapshot")
    drawn = seed()
    print("seed", drawn)
    draw = random.Random(drawn)
    node = grown.add("--from-snapshot", str(tmp_path / "snapshot"))
    node.key = leader.key
    for round in range(5):
        shutil.rmtree(node.data, ignore_errors=True)
        for _ in range(draw.randrange(1, 4)):
            node.spawn()
            time.sleep(draw.random() * 0.4)
            node.kill()
        node.start()
        until(lambda: (told := asked(node)) and told[0] == 200)
        assert not differences(picture(leader), picture(node)), f"seed {drawn}, round {round}"
        node.kill()
        assert not (node.data / "snapshot.partial").exists()
    assert all_files(tmp_path / "snapshot") == before
