"""The audit commands on a topic: as on a node's copy, beside running nodes or without any, and what was changed in the topic is found and named."""

import dataclasses
import json
import signal
import subprocess
import time

import pytest

from kafka.calls import CONFIGS, created
from live.chain import Record, chain_of, read_topic
from live.cluster import Cluster, until
from live.links import Way
from live.server import BINARY, run
from live.topics import Topic

PATIENCE_S = 20


def words(bootstrap: str, topic: str) -> list[str]:
    return ["--log", "kafka", "--kafka-brokers", bootstrap, "--kafka-topic", topic]


def tell(cluster: Cluster) -> Cluster:
    """A node that leads, a log with some events and two openings, and its words."""
    node = cluster.add()
    key = node.add_key("acme")
    cluster.start()
    caller = cluster.caller(node, key)
    one = created(caller)
    caller.call("PUT", f"{CONFIGS}/{one['id']}", {"name_prefix": "Reception"}).expect(200)
    assert node.stop() == 0
    node.start()
    caller.close()
    created(caller)
    caller.call("POST", f"{CONFIGS}/{one['id']}/move", {"type": "pin_dialin"}).expect(200)
    for n in range(4):
        caller.call("POST", CONFIGS, {"type": "pin_dialin", "name_prefix": f"late {n}"}).expect(200)
    cluster.node, cluster.caller_of_it, cluster.config = node, caller, one
    return cluster


@pytest.fixture
def told(cluster):
    return tell(cluster)


@pytest.fixture(scope="module")
def kept(brokers, tmp_path_factory):
    """One whose node is stopped: for tests that only read it, or make others of its records."""
    cluster = Cluster(tmp_path_factory.mktemp("kept"), brokers.kafka, "audited", brokers.links.bootstrap)
    cluster.found()
    tell(cluster).node.stop()
    cluster.records = chain(cluster)
    yield cluster
    cluster.kill()


def chain(cluster) -> list[Record]:
    return chain_of(read_topic(cluster.kafka.bootstrap, cluster.topic))[0]


class Rebuilt:
    """Topics that hold other records than the log's."""

    def __init__(self, bootstrap: str, name: str):
        self.bootstrap, self.name, self.count = bootstrap, name, 0

    def of(self, records: list[Record]) -> list[str]:
        self.count += 1
        topic = Topic(self.bootstrap, f"{self.name}-{self.count}")
        topic.make()
        topic.put_back(*records)
        return words(self.bootstrap, topic.name)


@pytest.fixture
def rebuilt(kafka, topic):
    return Rebuilt(kafka.bootstrap, topic)


def test_a_topic_and_a_nodes_copy_of_it_are_told_alike(kept):
    copy = ["--data", kept.node.data]
    last = len(kept.records)
    for command in (["verify"], ["verify", "--json"], ["digest"], ["digest", "--json"], ["digest", "--at", last - 3], ["export"],
                    ["export", "--after", 3, "--to", last - 2], ["tail", "--json"], ["tail", "--after", 5, "--type", "ConfigCreated"],
                    ["history", kept.config["id"]]):
        assert run(*command, *kept.words()).stdout == run(*command, *copy).stdout, command
    assert json.loads(run("verify", "--json", *kept.words()).stdout)["records"] == last
    assert run("digest", "--views", *copy).stdout == run("digest", *kept.words()).stdout


def test_reading_changes_nothing(kept):
    before = read_topic(kept.kafka.bootstrap, kept.topic)
    for command in (["verify"], ["digest"], ["export"], ["tail"], ["history", kept.config["id"]]):
        run(*command, *kept.words())
    assert read_topic(kept.kafka.bootstrap, kept.topic) == before


def test_beside_a_node_under_load(told):
    known, caller = "", told.caller_of_it
    for _ in range(4):
        for n in range(25):
            caller.call("POST", CONFIGS, {"type": "pin_dialin", "name_prefix": f"load {n}"}).expect(200)
        text = run("export", *told.words()).stdout
        assert text.startswith(known) and len(text) > len(known)
        assert run("verify", *told.words()).stdout.startswith("ok: ")
        known = text


def test_follow_goes_on_over_a_restart_of_the_node_and_a_silence_of_the_broker(told, brokers):
    by_link = words(brokers.links.bootstrap(1), told.topic)
    process = subprocess.Popen([BINARY, "tail", "--follow", "--json", "--last", "1", *by_link], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        sequences = [json.loads(process.stdout.readline())["sequence"]]
        told.node.stop()
        told.node.start()
        brokers.links.set(1, Way.STALLED)
        told.caller_of_it.close()
        created(told.caller_of_it)
        time.sleep(2)
        brokers.links.set(1, Way.OPEN)
        last = len(chain(told))
        while sequences[-1] < last:
            sequences.append(json.loads(process.stdout.readline())["sequence"])
        assert sequences == list(range(sequences[0], last + 1))
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0 and process.stderr.read() == ""
    finally:
        process.kill()


def test_strays_are_counted_and_said(told):
    records = read_topic(told.kafka.bootstrap, told.topic)
    Topic(told.kafka.bootstrap, told.topic).write((None, [], b"garbage"), (records[-1].key, [], None))
    done = run("verify", *told.words())
    assert done.stdout.startswith("ok: ") and "2 records of the topic are strays" in done.stderr
    assert json.loads(run("verify", "--json", *told.words()).stdout)["strays"] == 2


def with_headers(record: Record, **headers: str) -> Record:
    return dataclasses.replace(record, headers={**record.headers, **headers})


def other_digit(text: str) -> str:
    return ("1" if text[0] != "1" else "2") + text[1:]


# A byte of a record, each in another field; what is said of it.
FLIPS = {
    "value": lambda r: dataclasses.replace(r, value=r.value[:40] + bytes([r.value[40] ^ 1]) + r.value[41:]),
    "key": lambda r: dataclasses.replace(r, key=other_digit(r.key.decode()).encode()),
    "ce_id": lambda r: with_headers(r, ce_id=other_digit(r.id)),
    "ce_type": lambda r: with_headers(r, ce_type=r.type[:-1] + "2"),
    "ce_time": lambda r: with_headers(r, ce_time=r.time[:-2] + ("1" if r.time[-2] != "1" else "2") + "Z"),
    "ce_subject": lambda r: with_headers(r, ce_subject=other_digit(r.config_id)),
    "ce_tenant": lambda r: with_headers(r, ce_tenant=other_digit(r.tenant)),
    "ce_sequence": lambda r: with_headers(r, ce_sequence=str(r.sequence + 1)),
    "ce_source": lambda r: with_headers(r, ce_source=r.headers["ce_source"][:-1] + ("1" if r.headers["ce_source"][-1] != "1" else "2")),
    "ce_specversion": lambda r: with_headers(r, ce_specversion="1.1"),
    "content-type": lambda r: with_headers(r, **{"content-type": "application/jsoo"}),
    "case": lambda r: with_headers(r, ce_time=r.time.replace("T", "t")),
}


@pytest.mark.parametrize("field", FLIPS)
def test_a_byte_that_was_flipped_is_found_at_its_record(kept, rebuilt, field):
    records = list(kept.records)
    at = next(n for n, record in enumerate(records) if record.type == "dialin.config.updated.v1")
    records[at] = FLIPS[field](records[at])
    tampered = rebuilt.of(records)
    done = run("verify", *tampered, check=1)
    assert done.stdout.startswith(f"record {at + 1} (offset {at}): "), done.stdout
    said = json.loads(run("verify", "--json", *tampered, check=1).stdout)
    assert (said["ok"], said["sequence"], said["place"], said["records"]) == (False, at + 1, f"offset {at}", at)
    assert f"record {at + 1} (offset {at})" in run("digest", *tampered, check=1).stderr
    exported = run("export", *tampered, check=1)
    assert len(exported.stdout.splitlines()) == at and f"offset {at}" in exported.stderr
    assert run("export", *tampered, "--to", at).stdout == exported.stdout, "the way out"


def test_a_flipped_previous_id_makes_a_stray_and_is_found(kept, rebuilt):
    records = list(kept.records)
    at = 4
    records[at] = with_headers(records[at], ce_previousid=other_digit(records[at].previous))
    said = run("verify", *rebuilt.of(records), check=1).stdout
    assert "not chain" in said or "not on the chain" in said


@pytest.mark.parametrize("at", [1, 4, -2])
def test_a_record_that_was_taken_out_is_found(kept, rebuilt, at):
    records = list(kept.records)
    sound = len(records[:at])
    del records[at]
    tampered = rebuilt.of(records)
    said = json.loads(run("verify", "--json", *tampered, check=1).stdout)
    assert (said["ok"], said["records"], said["strays"]) == (False, sound, len(records) - sound)
    assert "chain" in said["what"] and f"offset {sound}" in said["what"] or "a node took the lead" in said["what"]
    for command in ("digest", "export"):
        assert run(command, *tampered, check=1).stderr
    for command in (["tail", "--json"], ["history", "--json", kept.config["id"]]):
        told = run(*command, *tampered, check=1)
        of_whole = run(*command, *kept.words()).stdout.splitlines()
        assert told.stdout.splitlines() == [line for line in of_whole if json.loads(line)["sequence"] <= sound], "what is sound is shown"
        assert told.stderr == f"dialin {command[0]}: {said['what']}\n"


def test_following_waits_for_what_may_still_come(kept, rebuilt):
    records = list(kept.records)
    del records[-2]
    process = subprocess.Popen([BINARY, "tail", "--follow", "--json", *rebuilt.of(records)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        for sequence in range(1, len(records)):
            assert json.loads(process.stdout.readline())["sequence"] == sequence
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0 and process.stderr.read() == ""
    finally:
        process.kill()


def test_a_record_that_was_taken_out_does_not_hide_behind_a_node_that_went_on(kept, rebuilt):
    """A newcomer reads the chain up to the gap, takes the lead, and writes: its chain is sound, but an opening of the old one is not on it."""
    records = list(kept.records)
    opened_again = [n for n, record in enumerate(records) if record.type == "dialin.log.opened.v1"][1]
    gap = opened_again - 1
    del records[gap]
    tampered = rebuilt.of(records)
    newcomer = kept.add()
    newcomer.options = [tampered[-1] if option == kept.topic else option for option in newcomer.options]
    newcomer.start()
    until(lambda: len(chain_of(read_topic(kept.kafka.bootstrap, tampered[-1]))[0]) > gap)
    newcomer.stop()
    said = run("verify", *tampered, check=1).stdout
    assert "is sound, but not on the chain: a node took the lead behind a record that is not here any more" in said


def test_two_that_were_swapped_are_found(kept, rebuilt):
    records = list(kept.records)
    records[4], records[5] = records[5], records[4]
    assert "chain" in run("verify", *rebuilt.of(records), check=1).stdout


def test_a_record_that_was_put_in_is_found(kept, rebuilt):
    records = list(kept.records)
    before = records[-3]
    inserted = with_headers(records[-2], ce_sequence=str(before.sequence + 1), ce_previousid=before.id)
    inserted = dataclasses.replace(inserted, value=inserted.value.replace(b"late", b"lAte"))
    inserted.headers["ce_id"] = inserted.own_id()
    records.insert(len(records) - 2, inserted)
    said = run("verify", *rebuilt.of(records), check=1).stdout
    assert "another record stands in its place, where no node took the lead" in said, said


def test_a_tail_that_was_cut_is_found_by_who_knew_it(kept, rebuilt):
    records = list(kept.records)
    head = f"{records[-1].sequence}:{records[-1].id}"
    assert run("verify", *kept.words(), "--expect", head).stdout.startswith("ok: ")
    cut = rebuilt.of(records[:-2])
    assert run("verify", *cut).stdout.startswith(f"ok: {len(records) - 2} "), "a chain that lost its end is a chain"
    assert "is missing" in run("verify", *cut, "--expect", head, check=1).stdout
    assert "is missing" in run("verify", *cut, "--data", kept.node.data, check=1).stdout, "the node's own views knew it"
    assert run("verify", *kept.words(), "--data", kept.node.data).stdout.startswith("ok: ")


def test_a_rewritten_end_is_found_by_who_knew_it(kept, rebuilt):
    records = list(kept.records)
    last = records[-1]
    rewritten = dataclasses.replace(last, headers=dict(last.headers), value=last.value.replace(b"late", b"lAte"))
    rewritten.headers["ce_id"] = rewritten.own_id()
    tampered = rebuilt.of([*records[:-1], rewritten])
    assert run("verify", *tampered).stdout.startswith("ok: ")
    assert "another" in run("verify", *tampered, "--expect", f"{last.sequence}:{last.id}", check=1).stdout


def test_topics_that_hold_no_log_are_said(kafka, topic):
    bootstrap = kafka.bootstrap
    none = run("verify", *words(bootstrap, "nowhere"), check=3)
    assert none.stdout == "" and "there is no topic nowhere" in none.stderr
    empty = Topic(bootstrap, topic)
    empty.make()
    for command in ("verify", "digest", "export", "tail"):
        assert "holds no log" in run(command, *words(bootstrap, topic), check=3).stderr
    empty.add_partitions(2)
    assert "2 partitions" in run("verify", *words(bootstrap, topic), check=1).stdout


def test_a_founded_log_whose_id_did_not_get_out_is_no_success(kafka, topic):
    for _ in range(2):
        with open("/dev/full", "w") as full:
            done = subprocess.run([BINARY, "init", *words(kafka.bootstrap, topic)], stdout=full, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 3 and "dialin init: stdout cannot be written" in done.stderr, done.stderr
    assert "left alone" in done.stderr


def test_a_topic_whose_beginning_was_cut_off_is_no_whole_log(told):
    Topic(told.kafka.bootstrap, told.topic).cut_before(3)
    assert "beginning was cut off" in run("verify", *told.words(), check=1).stdout
    assert "beginning was cut off" in run("export", *told.words(), check=1).stderr


def test_a_topic_with_wrong_settings_is_read_and_warned_of(told):
    Topic(told.kafka.bootstrap, told.topic).set(retention_ms="86400000")
    done = run("verify", *told.words())
    assert done.stdout.startswith("ok: ") and "retention.ms" in done.stderr


def test_a_broker_that_does_not_answer_is_said_in_time(kept, brokers):
    begun = time.monotonic()
    gone = run("verify", *words("127.0.0.1:9", kept.topic), check=3)
    brokers.links.set(0, Way.STALLED)
    silent = run("verify", *words(brokers.links.bootstrap(0), kept.topic), check=3)
    brokers.links.open_all()
    for done in (gone, silent):
        assert done.stdout == "" and "Kafka" in done.stderr
    assert time.monotonic() - begun < 60
