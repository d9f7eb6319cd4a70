"""Somebody who may write to the topic, or to the brokers' disks, changes the past: as tests/fault/test_tampering.py, of a log on Kafka. A topic whose records
were changed in place is played by another one that holds what it would hold."""

import copy
import json
import re

import pytest

from kafka.calls import created
from live.chain import NO_ID, Record, read_topic
from live.client import Client
from live.server import Server, run
from live.topics import Topic


@pytest.fixture(scope="module")
def kept(kafka, tmp_path_factory):
    """A log on a topic, its records, and the checkpoints that an auditor keeps of its middle and its end."""
    home = tmp_path_factory.mktemp("kept")
    run("checkpoint", "init", home / "key")
    words = ["--log", "kafka", "--kafka-brokers", kafka.bootstrap]
    topic = ["--kafka-topic", "tampering"]
    run("init", *words, *topic)
    node = Server(home / "node", *words, *topic, "--signing-key", str(home / "key"))
    node.key = node.add_key("own")
    node.start()
    client = Client(node, node.key)
    created(client)
    node.notes = home / "notes"
    with open(node.notes, "wb") as notes:
        for _ in range(2):
            made = client.pinless(name_prefix="a")
            client.update(made["id"], name_prefix="b")
            client.remove(client.move(made["id"], type="pin_dialin")["id"])
            client.restore(made["id"], 1)
            notes.write(Client(node, None).get("/checkpoint").expect(200).body)
    assert node.stop() == 0
    node.words, node.brokers = words, kafka.bootstrap
    node.checked = ["--checkpoints", str(node.notes), "--checkpoint-key", str(home / "key.pub")]
    node.chain = read_topic(kafka.bootstrap, "tampering")
    assert all(record.id == record.own_id() for record in node.chain)
    node.middle, node.last = (int(line) for line in node.notes.read_text().splitlines() if line.isdigit())
    assert node.last == len(node.chain)
    return node


def by_nobody(value: bytes) -> bytes:
    return json.dumps({**json.loads(value), "actor": "key_0000000000000000"}, separators=(",", ":")).encode()


class Forger:
    """A copy of the chain to be changed, and the topic that holds it then."""

    def __init__(self, kept, topic: str):
        self.kept, self.topic = kept, topic
        self.chain: list[Record] = copy.deepcopy(kept.chain)

    def chain_again(self) -> None:
        last = NO_ID
        for sequence, record in enumerate(self.chain, 1):
            record.headers |= {"ce_previousid": last, "ce_sequence": str(sequence)}
            record.headers["ce_id"] = last = record.own_id()

    def change_actor(self, sequence: int) -> None:
        record = self.chain[sequence - 1]
        record.value = by_nobody(record.value)

    def verify(self, *more, check: int) -> str:
        """Of a topic that holds the chain as it is now."""
        if self.topic:
            made = Topic(self.kept.brokers, self.topic)
            made.make()
            made.put_back(*self.chain)
            self.name, self.topic = self.topic, None
        return run("verify", *self.kept.words, "--kafka-topic", self.name, *more, check=check).stdout


@pytest.fixture
def forger(kept, topic):
    return Forger(kept, topic)


def test_put_back_unchanged_it_is_the_same_log(kept, forger):
    assert forger.verify(*kept.checked, check=0).startswith(f"ok: {kept.last} records, head {kept.last}:{kept.chain[-1].id}")


@pytest.mark.parametrize("field", ["value", "ce_id", "ce_time", "ce_type", "ce_tenant", "ce_subject", "ce_sequence"])
def test_a_byte_that_was_flipped(kept, forger, field):
    sequence = next(record.sequence for record in forger.chain if record.sequence > kept.middle and record.tenant)
    record = forger.chain[sequence - 1]
    if field == "value":
        record.value = record.value[:40] + bytes([record.value[40] ^ 1]) + record.value[41:]
    else:
        at = {"ce_time": 20, "ce_type": 14}.get(field, 0)
        text = record.headers[field]
        record.headers[field] = text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1:]
    assert re.match(rf"record {sequence} \(offset {sequence - 1}\): ", forger.verify(check=1)), field


@pytest.mark.parametrize("how, first", [("removed", 2), ("swapped", 3), ("its previous id flipped", 2)])
def test_a_record_that_is_not_where_it_was(kept, forger, how, first):
    """What stood behind it does not chain any more, and such strays no node leaves: the first of them is named."""
    at = kept.middle  # the place of the record behind the middle
    if how == "removed":
        del forger.chain[at]
    elif how == "swapped":
        forger.chain[at], forger.chain[at + 1] = forger.chain[at + 1], forger.chain[at]
    else:
        text = forger.chain[at].headers["ce_previousid"]
        forger.chain[at].headers["ce_previousid"] = text[:-1] + ("0" if text[-1] != "0" else "1")
    offset = at if how == "removed" else at + first - 1
    assert f"the first of them record {at + first} at offset {offset}: a record before it is gone" in forger.verify(check=1)


def test_a_record_that_was_inserted_with_a_good_hash(kept, forger):
    """It takes the place of the true next one, which is a stray from then on, and all that is behind it."""
    at = kept.middle
    record = copy.deepcopy(next(record for record in forger.chain[at:] if record.tenant))
    record.headers |= {"ce_previousid": forger.chain[at - 1].id, "ce_sequence": str(at + 1), "ce_time": forger.chain[at].time}
    record.value = by_nobody(record.value)
    record.headers["ce_id"] = record.own_id()
    forger.chain.insert(at, record)
    assert f"at offset {at + 1}" in forger.verify(check=1)


def test_a_rewritten_suffix_with_good_hashes_is_found_by_a_checkpoint_alone(kept, forger):
    forger.change_actor(next(record.sequence for record in forger.chain if record.sequence > kept.middle and record.tenant))
    forger.chain_again()
    assert forger.verify(check=0).startswith(f"ok: {kept.last} records")
    said = forger.verify(*kept.checked, check=1)
    assert said.startswith(f"record {kept.last} with id {kept.chain[-1].id}, which the checkpoint of ") and "is another one in the log" in said
    assert f"up to record {kept.middle} the log is what the checkpoint of " in said
    assert "which you know, is another one" in forger.verify("--expect", f"{kept.last}:{kept.chain[-1].id}", check=1)


def test_an_end_that_was_cut_off(kept, forger):
    del forger.chain[kept.last - 2:]
    assert forger.verify(check=0).startswith(f"ok: {kept.last - 2} records"), "a shorter chain is a chain"
    said = forger.verify(*kept.checked, check=1)
    assert said.startswith(f"record {kept.last} with id ") and f"is missing: the log ends at record {kept.last - 2}; up to record {kept.middle}" in said
    assert f"is missing: the log ends at record {kept.last - 2}" in forger.verify("--expect", f"{kept.last}:{kept.chain[-1].id}", check=1)
