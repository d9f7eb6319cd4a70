"""What others write into the topic. What is not on the chain is passed over and counted; what stands where the next record belongs, and is none, halts."""

import dataclasses
import datetime
import json
import shutil
import uuid

import pytest

from kafka.calls import CONFIGS, created, halts, metric, serves_the_past_alone
from live.chain import EPOCH, NO_ID, Record, chain_of, read_topic
from live.server import run
from live.topics import Topic

STRAYS = "dialin_log_strays_total"


def on_topic(cluster) -> list[Record]:
    return read_topic(cluster.kafka.bootstrap, cluster.topic)


def all_kinds_of_strays(log: list[Record]) -> list[tuple]:
    """Each with what makes it a message: key, headers, value."""
    last = log[-1]
    own = {name: value.encode() for name, value in last.headers.items()}
    return [
        (None, [], b"garbage"),
        (b"\xff\x00", [("ce_previousid", b"\xff\xfe")], b"\xff" * 1000),
        (last.key, [], None),  # a tombstone
        (last.key, list(own.items()), None),  # with the headers of a record that has its place already
        (None, [], b""),
        (last.key, list(own.items()), last.value),  # the same once more
        (None, [*own.items(), ("ce_id", b"0" * 64)], last.value),
        (None, list((own | {"ce_previousid": NO_ID.encode()}).items()), last.value),  # on the first place
        (None, list((own | {"ce_previousid": b"ab" * 32}).items()), b"x" * 560_000),  # longer than any record
        (None, [(name, value) for name, value in own.items() if name != "ce_previousid"], last.value),
        (None, list((own | {"ce_source": b"/elsewhere", "ce_previousid": last.previous.encode()}).items()), last.value),
        (None, [("ce_type", b"com.example.other"), ("ce_id", b"1"), ("ce_source", b"/other"), ("ce_specversion", b"1.0")], b"{}"),
    ]


def test_strays_of_all_kinds_are_passed_over_and_counted(cluster, running):
    node, caller, config = running
    topic = Topic(cluster.kafka.bootstrap, cluster.topic)
    before = metric(node, STRAYS)
    strays = all_kinds_of_strays(on_topic(cluster))
    topic.write(*strays[:6])
    second = created(caller)
    topic.write(*strays[6:])
    third = created(caller)
    assert metric(node, STRAYS) == before + len(strays)
    assert "stray" in node.said(), "it is said, too"
    chain, seen = chain_of(on_topic(cluster))
    assert len(seen) == len(strays)
    newcomer = cluster.add()
    cluster.start(newcomer)
    caller = cluster.caller(newcomer, caller.key)
    assert [one["id"] for one in caller.all_configs()] == [third["id"], second["id"], config["id"]]
    assert metric(newcomer, STRAYS) == len(strays)
    assert run("verify", "--data", newcomer.data).stdout.startswith(f"ok: {len(chain)} ") or len(chain_of(on_topic(cluster))[0]) > len(chain)


def next_record(log: list[Record]) -> Record:
    """A record that would be the next one, and sound: a deletion of the config that was created last."""
    last = chain_of(log)[0][-1]
    created_by = last.json
    value = {**created_by, "name": "ConfigDeleted", "version": 2, "before": {name: value for name, value in created_by["config"].items() if name != "type"},
             "created_at": last.time, "created_sequence": last.sequence, "request_id": "none"}
    headers = {**last.headers, "ce_type": "dialin.config.deleted.v1", "ce_previousid": last.id, "ce_sequence": str(last.sequence + 1),
               "ce_time": (EPOCH + datetime.timedelta(microseconds=last.time_us + 1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    return sealed(Record(0, last.key, headers, json.dumps(value).encode()))


def sealed(record: Record, **changes) -> Record:
    """With the id that its content has."""
    record = dataclasses.replace(record, headers={**record.headers, **changes.pop("headers", {})}, **changes)
    record.headers["ce_id"] = record.own_id()
    return record


def with_value(record: Record, **changes) -> Record:
    return sealed(record, value=json.dumps({**record.json, **changes}).encode())


POISONS = {
    "another hash": lambda sound: dataclasses.replace(sound, headers={**sound.headers, "ce_id": "ab" * 32}),
    "another content": lambda sound: dataclasses.replace(sound, value=sound.value + b" "),
    "another sequence": lambda sound: sealed(sound, headers={"ce_sequence": str(sound.sequence + 1)}),
    "an earlier time": lambda sound: sealed(sound, headers={"ce_time": "2020-01-01T00:00:00.000000Z"}),
    "no id": lambda sound: dataclasses.replace(sound, headers={name: value for name, value in sound.headers.items() if name != "ce_id"}),
    "no value": lambda sound: dataclasses.replace(sound, value=None),
    "a value that is no JSON": lambda sound: sealed(sound, value=b"{"),
    "a value longer than any": lambda sound: sealed(sound, value=b"x" * 560_000),
}
# Sound by itself: only who knows what stands before it sees that it cannot be.
BREAKS_A_RULE = {
    "a version that does not follow": lambda sound: with_value(sound, version=7),
    "a config that is not there": lambda sound: sealed(sound, headers={"ce_subject": str(uuid.UUID(int=5))}),
}


def test_a_sound_record_of_another_hand_is_taken(cluster, running):
    """So that the poisons below differ in one thing alone: whoever writes a right record writes the log."""
    _, caller, config = running
    Topic(cluster.kafka.bootstrap, cluster.topic).put_back(next_record(on_topic(cluster)))
    created(caller)
    caller.call("GET", f"{CONFIGS}/{config['id']}").expect(404)


@pytest.mark.parametrize("poison", [*POISONS, *BREAKS_A_RULE])
def test_a_poison_record_halts_the_node_and_says_where(cluster, running, poison):
    node, caller, config = running
    log = on_topic(cluster)
    make = {**POISONS, **BREAKS_A_RULE}[poison]
    [offset] = Topic(cluster.kafka.bootstrap, cluster.topic).put_back(make(next_record(log)))
    halts(node, f"offset {offset}|record {len(log) + 1}\\b")
    serves_the_past_alone(caller, config)
    assert len(caller.call("GET", CONFIGS).expect(200).json["data"]) == 1
    node.stop()
    proof = run("verify", "--data", node.data, check=None)
    if poison in POISONS:
        assert proof.stdout.startswith(f"ok: {len(log)} records"), "what is no record is not even copied"
    else:
        assert proof.returncode == 1 and proof.stdout.startswith(f"record {len(log) + 1} "), proof.stdout


def test_a_node_whose_views_are_made_anew_stops_at_the_same_record(cluster, running):
    node, caller, config = running
    log = on_topic(cluster)
    Topic(cluster.kafka.bootstrap, cluster.topic).put_back(BREAKS_A_RULE["a version that does not follow"](next_record(log)))
    why = halts(node, f"record {len(log) + 1}\\b")
    assert node.stop() == 0
    shutil.rmtree(node.data / "views")
    node.start()
    caller.close()
    assert halts(node, f"record {len(log) + 1}\\b") == why
    serves_the_past_alone(caller, config)
