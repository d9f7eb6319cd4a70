"""docs/operations/put_back.py: the way out when the topic is lost, was cut, or holds a record at which nodes halt."""

import datetime
import hashlib
import shutil
import subprocess
import sys
import uuid

import pytest
from confluent_kafka.admin import AdminClient

from kafka.strays import ZEROS, all_of, chain_of, produce
from kafka.test_one_node import CONFIGS, created, pinless, readiness, until
from live.client import Client
from live.server import ROOT, NotServing, run

CREATED = b"dialin.config.created.v1"


def put_back(*words) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-B", str(ROOT / "docs/operations/put_back.py"), *map(str, words)], capture_output=True, text=True, timeout=120, check=False)


def forge(bootstrap: str, topic: str) -> int:
    """Appends a record that chains well and gives a number that is held to another config; its sequence."""
    chain = chain_of(all_of(bootstrap, topic))
    held, last = [record for record in chain if record.header("ce_type") == CREATED][-1], chain[-1]
    config, sequence = uuid.uuid4(), int(last.header("ce_sequence")) + 1
    time = datetime.datetime.strptime(last.header("ce_time").decode(), "%Y-%m-%dT%H:%M:%S.%fZ") + datetime.timedelta(microseconds=1)
    time_us = (time - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)
    tenant = uuid.UUID(held.header("ce_tenant").decode())
    fields = [bytes.fromhex(last.header("ce_id").decode()), sequence.to_bytes(8, "little"), CREATED, tenant.bytes, config.bytes, time_us.to_bytes(8, "little"), held.value]
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
    moved = created(caller).json
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


def test_a_chain_that_was_put_back_is_the_same_log(stored, kafka, topic):
    node, caller, configs = stored
    done = put_back(node.data / "log", kafka.bootstrap, topic + "-2", "--replication", 1)
    assert done.returncode == 1 and "in use" in done.stderr
    assert node.stop() == 0
    head = run("verify", "--data", node.data).stdout.split(", ")[1]
    done = put_back(node.data / "log", kafka.bootstrap, topic + "-2", "--replication", 1)
    assert done.returncode == 0 and done.stdout == head
    before, after = chain_of(all_of(kafka.bootstrap, topic)), all_of(kafka.bootstrap, topic + "-2")
    assert [(record.key, record.value, dict(record.headers)) for record in after] == [(record.key, record.value, dict(record.headers)) for record in before]
    again = put_back(node.data / "log", kafka.bootstrap, topic + "-2", "--replication", 1)
    assert again.returncode == 1 and "already exists" in again.stderr and len(all_of(kafka.bootstrap, topic + "-2")) == len(after)
    goes_on(node, caller, topic + "-2")
    assert caller.all_configs()[1:] == configs
    assert node.stop() == 0
    assert run("verify", "--data", node.data, "--expect", head.split()[1]).stdout.startswith("ok: ")


def test_a_record_that_breaks_a_rule_is_left_behind(stored, kafka, topic):
    node, caller, configs = stored
    said = f"record {(sequence := forge(kafka.bootstrap, topic))} breaks a rule: the number is held by another config"
    until(lambda: readiness(node)[1]["reasons"] == [said])
    caller.call("POST", CONFIGS, pinless()).refused(503, "unavailable")
    assert caller.all_configs() == configs
    assert node.stop() == 0
    caller.close()
    node.start()
    until(lambda: readiness(node)[0] == 503, seconds=0.5)
    assert readiness(node)[1]["reasons"] == [said] and readiness(node)[1]["role"] == "follower"
    assert node.stop() == 0
    done = put_back(node.data / "log", kafka.bootstrap, topic + "-2", "--replication", 1, "--to", sequence - 1)
    assert done.returncode == 0 and done.stdout.startswith(f"head {sequence - 1}:")
    goes_on(node, caller, topic + "-2")
    assert caller.all_configs()[1:] == configs


def test_who_lost_its_topic_is_not_told_to_found_another(stored, kafka, topic):
    node, caller, configs = stored
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.delete_topics([topic])[topic].result(30)
    until(lambda: readiness(node)[1]["reasons"] == [f"there is no topic {topic}"])
    assert caller.all_configs() == configs
    assert node.stop() == 0
    with pytest.raises(NotServing) as refused:
        node.start()
    assert refused.value.status == 3 and f"there is no topic {topic}, but {node.data}/log is a copy of one" in refused.value.output
    assert put_back(node.data / "log", kafka.bootstrap, topic, "--replication", 1).returncode == 0
    goes_on(node, caller, topic)
    assert caller.all_configs()[1:] == configs


def test_no_move_is_cut_in_two(stored, kafka, topic):
    node, _, _ = stored
    assert node.stop() == 0
    deleted = next(record for record in chain_of(all_of(kafka.bootstrap, topic)) if record.header("ce_type") == b"dialin.config.deleted.v1")
    sequence = int(deleted.header("ce_sequence"))
    for to, last in ((sequence, sequence - 1), (sequence + 1, sequence + 1)):
        done = put_back(node.data / "log", kafka.bootstrap, f"{topic}-{to}", "--replication", 1, "--to", to)
        assert done.returncode == 0 and done.stdout.startswith(f"head {last}:"), done


def test_a_log_of_one_node_moves_to_kafka(log, kafka, topic):
    node = log.node("one")
    on_kafka, node.options = node.options, []
    caller = Client(node, node.add_key("acme"))
    node.start()
    config = created(caller).json
    assert node.stop() == 0
    assert put_back(node.data / "log", kafka.bootstrap, topic, "--replication", 1).returncode == 0
    node.options = on_kafka
    goes_on(node, caller, topic)
    assert caller.get(f"{CONFIGS}/{config['id']}").expect(200).json == config
