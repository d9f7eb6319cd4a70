"""One node on a real Kafka: what it stores is the topic's, whatever becomes of its disk, of itself, or of the broker."""

import shutil
import threading
import time

import pytest

from kafka.calls import CONFIGS, created, pinless, readiness
from live.client import Client
from live.cluster import until
from live.kafka_nodes import VERSION, Nodes, free_ports
from live.server import NotServing, run


def started(log, name: str = "one"):
    log.init()
    node = log.node(name)
    key = node.add_key("acme")
    return node.start(), Client(node, key)


def test_a_log_is_founded_once_and_only_by_init(log):
    early = log.node("early")
    early.add_key("acme")
    with pytest.raises(NotServing) as refused:
        early.start()
    assert refused.value.status == 3
    assert "'dialin init'" in refused.value.output
    first = log.init()
    again = log.init(check=1)
    assert first.stdout == again.stdout and len(first.stdout) == 37
    assert "left alone" in again.stderr


def test_a_node_whose_disk_is_lost_has_everything_again(log):
    node, caller = started(log)
    kept = created(caller)
    moved = created(caller)
    deleted = created(caller)
    caller.call("PUT", f"{CONFIGS}/{kept['id']}", {"name_prefix": "Back desk"}).expect(200)
    caller.call("POST", f"{CONFIGS}/{moved['id']}/move", {"type": "pin_dialin"}).expect(200)
    caller.call("DELETE", f"{CONFIGS}/{deleted['id']}").expect(200)
    before = caller.all_configs()
    assert len(before) == 2
    node.kill()
    shutil.rmtree(node.data)
    node.start()
    caller.close()
    assert caller.all_configs() == before
    assert node.stop() == 0
    assert run("verify", "--data", node.data).stdout.startswith("ok: ")


def test_answers_that_store_nothing_are_given_when_the_end_was_asked_for(log):
    _, caller = started(log)
    config = created(caller)
    number = config["config"]["phone_number"]
    caller.call("POST", CONFIGS, pinless(number)).expect(409)
    unchanged = caller.call("PUT", f"{CONFIGS}/{config['id']}", {"name_prefix": "Front desk"}).expect(200)
    assert unchanged.json["version"] == 1
    caller.call("DELETE", f"{CONFIGS}/{config['id'][:-4]}0000").expect(404)
    strong = caller.call("GET", f"{CONFIGS}/{config['id']}", headers={"Dialin-Consistency": "strong"}).expect(200)
    assert strong.json == config


def test_answered_writes_outlive_kills(log):
    node, caller = started(log)
    created(caller)
    stored: list[str] = []
    for _ in range(3):
        writers = [threading.Thread(target=write_until_it_breaks, args=(node, caller.key, stored)) for _ in range(4)]
        for writer in writers:
            writer.start()
        so_far = len(stored)
        until(lambda: len(stored) > so_far + 50)
        node.kill()
        for writer in writers:
            writer.join()
        node.start()
        caller.close()
        created(caller)
        for config in stored:
            caller.call("GET", f"{CONFIGS}/{config}").expect(200)
    assert node.stop() == 0
    assert run("verify", "--data", node.data).stdout.startswith("ok: ")


def write_until_it_breaks(node, key: str, stored: list[str]) -> None:
    caller = Client(node, key)
    try:
        while True:
            answer = caller.call("POST", CONFIGS, pinless())
            if answer.status == 200:
                stored.append(answer.json["id"])
    except (OSError, EOFError, ValueError):
        return  # killed
    except Exception as broken:  # http.client's errors have no common name but this
        assert type(broken).__module__ == "http.client", broken


def test_writes_come_back_by_themselves_when_the_broker_does(log, kafka):
    node, caller = started(log)
    first = created(caller)
    kafka.kill()
    key = {"Idempotency-Key": "while-it-is-down"}
    body = pinless()
    began = time.monotonic()
    caller.call("POST", CONFIGS, body, key).refused(503, "outcome-unknown")
    caller.call("POST", CONFIGS, pinless()).refused(503, "unavailable")
    caller.call("POST", CONFIGS, body, key).refused(503, "outcome-unknown")
    assert time.monotonic() - began < 15
    assert caller.call("GET", f"{CONFIGS}/{first['id']}").expect(200).json == first
    status, ready = readiness(node)
    assert status == 503 and "the log does not answer" in ready["reasons"]
    kafka.restart()
    until(lambda: readiness(node)[0] == 200)
    answer = until(lambda: (given := caller.call("POST", CONFIGS, body, key)).status == 200 and given)
    holders = [config for config in caller.all_configs() if config["config"]["phone_number"] == body["phone_number"]]
    assert [config["id"] for config in holders] == [answer.json["id"]]


def test_a_node_waits_for_a_broker_that_is_down(tmp_path, log):
    nodes = Nodes(tmp_path / "late")
    with nodes.held():
        nodes.found(1, VERSION)
        (port,) = free_ports(1)
        node = log.node("patient", "--listen", f"127.0.0.1:{port}", "--kafka-brokers", nodes.bootstrap)
        key = node.add_key("acme")
        node.spawn()
        node.host, node.port = "127.0.0.1", port
        try:
            status, ready = until(lambda: says_that_it_waits(node))
            assert status == 503 and "topic" in ready["reasons"][0]
            nodes.start_all()
            # It has not looked yet, or there is no topic: a node does not wait for that.
            node.kill()
            run("init", "--log", "kafka", "--kafka-brokers", nodes.bootstrap, "--kafka-topic", log.words[-1])
            nodes.kill()
            node.spawn()
            until(lambda: says_that_it_waits(node))
            nodes.restart()
            node.wait_listening()
            created(Client(node, key))
        finally:
            node.kill()
            nodes.stop_all()


def says_that_it_waits(node):
    try:
        status, ready = readiness(node)
    except OSError:
        return None
    return (status, ready) if "Kafka" in ready["reasons"][0] else None


def test_a_copy_is_not_served_as_a_log_of_its_own(log):
    node, caller = started(log)
    created(caller)
    assert node.stop() == 0
    done = run("serve", "--data", node.data, "--keys", node.keys, "--keyring", node.keyring, check=3)
    assert "--log kafka" in done.stderr


@pytest.mark.parametrize("words, status, says", [
    (["serve", "--data", "{home}", "--log", "kafka"], 2, "--kafka-brokers"),
    (["serve", "--data", "{home}", "--advertise", "localhost"], 2, "--advertise must be http://HOST:PORT"),
    (["init"], 2, "--log"),
    (["init", "--log", "kafka"], 2, "--kafka-brokers"),
    (["init", "--log", "kafka", "--kafka-brokers", "{brokers}", "--kafka-property", "nonsense"], 2, "KEY=VALUE"),
    (["init", "--log", "kafka", "--kafka-brokers", "{brokers}", "--kafka-property", "no.such=1"], 3, "no.such"),
])
def test_wrong_words_are_named(kafka, tmp_path, words, status, says):
    done = run(*(word.format(home=tmp_path, brokers=kafka.bootstrap) for word in words), check=status)
    assert says in done.stderr


def test_a_node_begins_with_the_data_of_one_that_was_stopped(log):
    node, caller = started(log)
    before = [created(caller) for _ in range(3)]
    assert node.stop() == 0
    other = log.node("two")
    shutil.copytree(node.data, other.data)
    other.keys, other.keyring = node.keys, node.keyring
    node.start()
    newer = created(Client(node, caller.key))
    other.start()
    other.wait_ready()
    assert "rebuilt" not in other.said()
    reader = Client(other, caller.key)
    for config in [*before, newer]:
        assert reader.get(f"{CONFIGS}/{config['id']}", headers={"Dialin-Consistency": "strong"}).expect(200).json == config
    assert other.stop() == 0
    assert run("verify", "--data", other.data).stdout.startswith("ok: ")
