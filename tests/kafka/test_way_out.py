"""Export and import: the way out when the topic is lost, was cut, or holds a record at which nodes halt; from one kind of log to the other and back."""

import datetime
import hashlib
import shutil
import uuid

import pytest
from confluent_kafka.admin import AdminClient

from kafka.strays import ZEROS, all_of, chain_of, produce
from kafka.test_import import put_in
from kafka.calls import CONFIGS, created, pinless, readiness
from live.chain_lines import exported, odd_chain
from live.client import Client
from live.cluster import until
from live.server import NotServing, run

CREATED = b"dialin.config.created.v1"


def put_back(log, node, topic: str, to: int | None = None) -> str:
    """The chain of a node's copy into `topic`; the head that was printed. Each command of the two must end well."""
    lines = exported("--data", node.data, *(["--to", to] if to else []))
    done = put_in(on(log, topic), lines)
    return done.stdout.split(", head ")[1].strip()


def on(log, topic: str) -> list[str]:
    words = list(log.words)
    words[words.index("--kafka-topic") + 1] = topic
    return [*words, "--kafka-replication", "1"]


def forge(bootstrap: str, topic: str) -> int:
    """Appends a record that chains well and gives a number that is held to another config; its sequence."""
    chain = chain_of(all_of(bootstrap, topic))
    held, last = [record for record in chain if record.header("ce_type") == CREATED][-1], chain[-1]
    config, sequence = uuid.uuid4(), int(last.header("ce_sequence")) + 1
    time = datetime.datetime.strptime(last.header("ce_time").decode(), "%Y-%m-%dT%H:%M:%S.%fZ") + datetime.timedelta(microseconds=1)
    time_us = (time - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)
    tenant = uuid.UUID(held.header("ce_tenant").decode())
    fields = [bytes.fromhex(last.header("ce_id").decode()), sequence.to_bytes(8, "little"), CREATED, tenant.bytes, config.bytes, time_us.to_bytes(8, "little"),
              held.value]
    own = hashlib.sha256(b"".join(len(field).to_bytes(4, "little") + field for field in fields)).hexdigest()
    headers = held.but(ce_id=own.encode(), ce_previousid=last.header("ce_id"), ce_sequence=str(sequence).encode(), ce_subject=str(config).encode(),
                       ce_time=time.strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode())
    produce(bootstrap, topic, [{"key": str(config).encode(), "value": held.value, "headers": headers}])
    return sequence


@pytest.fixture
def stored(log, kafka, topic):
    """A node on a log with a move and strays in it, its caller, and its configs."""
    log.init()
    node = log.node("one")
    caller = Client(node, node.add_key("acme"))
    node.start()
    moved = created(caller)
    produce(kafka.bootstrap, topic, [{"key": b"stray", "value": b"{}", "headers": [("ce_previousid", ZEROS)]}])
    caller.call("POST", f"{CONFIGS}/{moved['id']}/move", {"type": "pin_dialin"}).expect(200)
    created(caller)
    return node, caller, caller.all_configs()


def goes_on(node, caller: Client, topic: str) -> None:
    """By the steps of docs/operations.md, on the new topic."""
    shutil.move(node.data / "log", node.data / "log.old")
    node.options[node.options.index("--kafka-topic") + 1] = topic
    caller.close()
    node.start()
    created(caller)


def test_a_chain_that_was_put_back_is_the_same_log(log, stored, kafka, topic):
    node, caller, configs = stored
    assert node.stop() == 0
    head = run("verify", "--data", node.data).stdout.split(", head ")[1].strip()
    assert put_back(log, node, topic + "-2") == head
    before, after = chain_of(all_of(kafka.bootstrap, topic)), all_of(kafka.bootstrap, topic + "-2")
    assert [(record.key, record.value, record.headers) for record in after] == [(record.key, record.value, record.headers) for record in before]
    assert put_back(log, node, topic + "-2") == head and len(all_of(kafka.bootstrap, topic + "-2")) == len(after)
    goes_on(node, caller, topic + "-2")
    assert caller.all_configs()[1:] == configs
    assert node.stop() == 0
    assert run("verify", "--data", node.data, "--expect", head).stdout.startswith("ok: ")


def test_a_record_that_breaks_a_rule_is_left_behind(log, stored, kafka, topic):
    node, caller, configs = stored
    said = f"record {(sequence := forge(kafka.bootstrap, topic))} breaks a rule: the number is held by another config"
    until(lambda: readiness(node)[1]["reasons"] == [said])
    caller.call("POST", CONFIGS, pinless()).refused(503, "unavailable")
    assert caller.all_configs() == configs
    assert node.stop() == 0
    caller.close()
    node.start()
    until(lambda: readiness(node)[0] == 503, patience_s=0.5)
    assert readiness(node)[1]["reasons"] == [said] and readiness(node)[1]["role"] == "follower"
    assert node.stop() == 0
    assert f"record {sequence} (" in run("verify", "--data", node.data, check=1).stdout
    assert put_back(log, node, topic + "-2", sequence - 1).startswith(f"{sequence - 1}:")
    shutil.rmtree(node.data / "views")
    goes_on(node, caller, topic + "-2")
    assert caller.all_configs()[1:] == configs


def test_from_the_topic_itself_when_no_copy_is_left(log, stored, kafka, topic):
    node, caller, configs = stored
    sequence = forge(kafka.bootstrap, topic)
    assert node.stop() == 0
    shutil.rmtree(node.data)
    put_in(on(log, topic + "-2"), exported(*log.words, "--to", sequence - 1))
    node.options[node.options.index("--kafka-topic") + 1] = topic + "-2"
    caller.close()
    node.start()
    created(caller)
    assert caller.all_configs()[1:] == configs


def test_who_lost_its_topic_is_not_told_to_found_another(log, stored, kafka, topic):
    node, caller, configs = stored
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.delete_topics([topic])[topic].result(30)
    until(lambda: readiness(node)[1]["reasons"] == [f"there is no topic {topic}"])
    assert caller.all_configs() == configs
    assert node.stop() == 0
    with pytest.raises(NotServing) as refused:
        node.start()
    assert refused.value.status == 3 and f"there is no topic {topic}, but {node.data}/log is a copy of one" in refused.value.output
    put_back(log, node, topic)
    goes_on(node, caller, topic)
    assert caller.all_configs()[1:] == configs


def test_a_move_that_is_cut_in_two_is_completed_as_it_was(log, stored, kafka, topic):
    node, caller, configs = stored
    assert node.stop() == 0
    chain = chain_of(all_of(kafka.bootstrap, topic))
    cut = next(at for at, record in enumerate(chain, 1) if b'"moved_to"' in record.value)
    put_back(log, node, topic + "-2", cut)
    shutil.rmtree(node.data / "views")
    goes_on(node, caller, topic + "-2")
    assert caller.all_configs()[-1] == configs[-1]
    after = chain_of(all_of(kafka.bootstrap, topic + "-2"))
    assert [record.header("ce_id") for record in after[:cut + 1]] == [record.header("ce_id") for record in chain[:cut + 1]]


def test_a_log_of_one_node_moves_to_kafka_and_back(log, kafka, topic):
    node = log.node("one")
    on_kafka, node.options = node.options, []
    caller = Client(node, node.add_key("acme"))
    node.start()
    config = created(caller)
    assert node.stop() == 0
    put_back(log, node, topic)
    node.options = on_kafka
    goes_on(node, caller, topic)
    second = created(caller)
    assert node.stop() == 0
    lines = exported(*log.words)
    assert exported("--data", node.data) == lines
    shutil.rmtree(node.data / "log.old")
    shutil.move(node.data / "log", node.data / "log.old")
    put_in(["--data", str(node.data)], lines)
    node.options = []
    caller.close()
    node.start()
    assert [caller.get(f"{CONFIGS}/{each['id']}").expect(200).json for each in (config, second)] == [config, second]
    caller.post(CONFIGS, pinless()).expect(200)


@pytest.mark.parametrize("what", ["odd", "of a store"])
def test_every_byte_goes_round(log, stored, kafka, topic, tmp_path, what):
    """Embedded, Kafka, embedded: all exports are equal."""
    node, _, _ = stored
    assert node.stop() == 0
    lines = odd_chain().lines() if what == "odd" else exported(*log.words)
    ways = [["--data", str(tmp_path / "first")], on(log, topic + "-2"), ["--data", str(tmp_path / "second")], on(log, topic + "-3")]
    for way in ways:
        put_in(way, lines)
        back = exported(*[word for word in way if word not in ("--kafka-replication", "1")])
        assert back == lines
