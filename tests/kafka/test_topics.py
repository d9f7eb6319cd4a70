"""A topic that cannot hold a log is refused. One that changes under a running node halts it: what it has seen is served on, and never a second history."""

import pytest

from kafka.calls import CONFIGS, created, halts, serves_the_past_alone
from live.chain import chain_of, read_topic
from live.server import NotServing, run
from live.topics import Topic


def refuses(node) -> str:
    with pytest.raises(NotServing) as refused:
        node.start()
    assert refused.value.status == 3, refused.value
    return refused.value.output


@pytest.mark.parametrize("setting, value", [("cleanup_policy", "compact"), ("cleanup_policy", "compact,delete"), ("retention_ms", "604800000"),
                                            ("retention_bytes", "1000000"), ("max_message_bytes", "100000")])
def test_a_topic_that_kafka_may_empty_is_refused(cluster, setting, value):
    topic = Topic(cluster.kafka.bootstrap, cluster.topic)
    topic.set(**{setting: value})
    node = cluster.add()
    node.add_key("acme")
    said = refuses(node)
    assert f"{setting.replace('_', '.')}={value}" in said
    assert not (node.data / "views").exists()


def test_a_topic_of_several_partitions_is_refused(cluster):
    Topic(cluster.kafka.bootstrap, cluster.topic).add_partitions(2)
    node = cluster.add()
    node.add_key("acme")
    assert "has 2 partitions" in refuses(node)


def test_a_topic_without_its_beginning_is_refused(cluster):
    """A node with an empty disk cannot have the whole chain from it."""
    node = cluster.add()
    caller = cluster.caller(node, node.add_key("acme"))
    cluster.start()
    created(caller)
    node.stop()
    Topic(cluster.kafka.bootstrap, cluster.topic).cut_before(2)
    assert "beginning was cut off" in refuses(cluster.add())


@pytest.mark.parametrize("setting, value", [("cleanup_policy", "compact"), ("retention_ms", "604800000")])
def test_a_topic_that_kafka_may_empty_halts_the_node(cluster, running, setting, value):
    node, caller, config = running
    Topic(cluster.kafka.bootstrap, cluster.topic).set(**{setting: value})
    assert halts(node, "would remove events").count(f"{setting.replace('_', '.')}={value}") == 1
    serves_the_past_alone(caller, config)


def test_a_topic_that_gets_another_partition_halts_the_node(cluster, running):
    node, caller, config = running
    Topic(cluster.kafka.bootstrap, cluster.topic).add_partitions(2)
    halts(node, "has 2 partitions")
    serves_the_past_alone(caller, config)


def test_a_topic_that_is_deleted_halts_the_node(cluster, running):
    node, caller, config = running
    Topic(cluster.kafka.bootstrap, cluster.topic).delete()
    halts(node, "there is no topic")
    serves_the_past_alone(caller, config)
    node.kill()
    assert "there is no topic" in refuses(node)


def test_a_topic_that_is_made_anew_is_never_followed(cluster, running):
    node, caller, config = running
    topic = Topic(cluster.kafka.bootstrap, cluster.topic)
    topic.delete()
    cluster.found()
    other = cluster.add()
    cluster.start(other)
    for _ in range(5):  # so that the new one has more than the old one had
        created(cluster.caller(other, caller.key))
    other.stop()
    halts(node, "log-diverged|topic")
    serves_the_past_alone(caller, config)
    assert len(caller.call("GET", CONFIGS).json["data"]) == 1
    node.kill()
    assert "log-diverged" in refuses(node)


def test_a_topic_that_was_restored_from_an_older_copy_is_never_followed(cluster, running):
    """The same log, but its end is missing: what was answered would be undone."""
    node, caller, config = running
    topic = Topic(cluster.kafka.bootstrap, cluster.topic)
    chain, _ = chain_of(read_topic(cluster.kafka.bootstrap, cluster.topic))
    topic.delete()
    topic.make()
    topic.put_back(*chain[:-1])
    halts(node, "log-diverged|topic")
    serves_the_past_alone(caller, config)
    node.kill()
    assert "log-diverged" in refuses(node)
    assert run("verify", "--data", node.data).stdout == f"ok: {len(chain)} records, head {len(chain)}:{chain[-1].id}\n"


def test_a_topic_whose_beginning_is_cut_off_halts_the_node(cluster, running):
    node, caller, config = running
    Topic(cluster.kafka.bootstrap, cluster.topic).cut_before(2)
    halts(node, "log-diverged: the topic's beginning was cut off")
    serves_the_past_alone(caller, config)


def test_a_topic_that_is_cut_to_its_end_halts_the_node(cluster, running):
    node, caller, config = running
    Topic(cluster.kafka.bootstrap, cluster.topic).cut_before()
    halts(node, "log-diverged: the topic's beginning was cut off")
    serves_the_past_alone(caller, config)
    node.kill()
    assert "log-diverged" in refuses(node)
