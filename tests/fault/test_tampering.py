"""Somebody who may write to the disk changes the past. What `verify` finds by itself, what only with something that was kept elsewhere, and how it names it."""

import copy
import re
import shutil

import pytest

from fault.forger import Forger
from live.client import Client
from live.server import Server, run

SEGMENT = r"\d{20}\.segment, byte \d+"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A stopped server with records of every kind, and what an auditor keeps: a checkpoint from its middle and one from its end."""
    home = tmp_path_factory.mktemp("tampering")
    server = Server(home / "server")
    server.key = server.add_key("own")
    run("checkpoint", "init", home / "key")
    server.options = ["--signing-key", str(home / "key")]
    server.start()
    client = Client(server, server.key)
    server.checkpoints, server.public_key = home / "checkpoints", home / "key.pub"
    with open(server.checkpoints, "wb") as notes:
        for _ in range(2):
            for _ in range(4):
                made = client.pinless(name_prefix="a", timeout_config={"message": "m" * 50})
                client.update(made["id"], name_prefix="b")
                client.remove(client.move(made["id"], type="pin_dialin")["id"])
                client.restore(made["id"], 1)
            notes.write(Client(server, None).get("/checkpoint").expect(200).body)
    server.stop()
    proof = run("verify", "--data", server.data, "--checkpoints", server.checkpoints, "--checkpoint-key", server.public_key).stdout
    server.head = re.search(r"head (\S+)", proof)[1]
    server.middle, server.last = (int(line) for line in server.checkpoints.read_text().splitlines() if line.isdigit())
    assert server.last == int(server.head.split(":")[0]) and server.middle < server.last
    return server


@pytest.fixture
def forger(kept, tmp_path):
    """Of a copy of the log without views: whoever rewrites the one deletes the other."""
    shutil.copytree(kept.data / "log", tmp_path / "data/log")
    forger = Forger(tmp_path / "data/log")
    forger.data = tmp_path / "data"
    assert all(record.id == record.own_id() for record in forger.records()), "the forger knows the format"
    return forger


def verify(forger: Forger, *more, check: int) -> str:
    forger.write()
    done = run("verify", "--data", forger.data, *more, check=check)
    return done.stdout


def with_checkpoints(kept, file=None) -> list:
    return ["--checkpoints", file or kept.checkpoints, "--checkpoint-key", kept.public_key]


def some_event(forger: Forger, after: int, type: bytes = b"dialin.config.updated.v1") -> int:
    return next(record.sequence for record in forger.records() if record.sequence > after and record.type == type)


def test_written_back_unchanged_it_is_the_same_log(kept, forger):
    assert verify(forger, *with_checkpoints(kept), check=0).startswith(f"ok: {kept.last} records, head {kept.head}")


@pytest.mark.parametrize("place", ["first", "middle", "before the last"])
def test_a_record_that_was_removed(kept, forger, place):
    sequence = {"first": 1, "middle": kept.middle, "before the last": kept.last - 1}[place]
    forger.remove(sequence)
    assert re.match(rf"record {sequence} \({SEGMENT}\): ", verify(forger, check=1))


@pytest.mark.parametrize("apart", [1, 7])
def test_two_records_that_were_swapped(kept, forger, apart):
    forger.swap(kept.middle, kept.middle + apart)
    assert re.match(rf"record {kept.middle} \({SEGMENT}\): its previous id is not the id of the record before it", verify(forger, check=1))


def test_a_record_that_stands_twice(kept, forger):
    forger.insert_after(kept.middle, copy.copy(forger.records()[kept.middle - 1]))
    assert re.match(rf"record {kept.middle + 1} \({SEGMENT}\): its previous id is not the id of the record before it", verify(forger, check=1))


def test_a_record_that_was_inserted_with_a_good_hash(kept, forger):
    """It chains; what stands behind it does not any more."""
    record = copy.copy(forger.records()[kept.middle - 1])
    record.previous, record.sequence, record.time = record.id, record.sequence + 1, record.time + 1
    record.type, record.tenant, record.config, record.value = b"dialin.log.opened.v1", b"", b"", forger.records()[1].value
    record.id = record.own_id()
    forger.insert_after(kept.middle, record)
    assert re.match(rf"record {kept.middle + 2} \({SEGMENT}\): its previous id is not the id of the record before it", verify(forger, check=1))


@pytest.mark.parametrize("field, what", [("value", "the hash does not match the content"), ("time", "the hash does not match the content"),
                                         ("sequence", "the hash does not match the content"), ("type", "the hash does not match the content"),
                                         ("tenant", "the hash does not match the content"), ("config", "the hash does not match the content"),
                                         ("id", "the hash does not match the content"), ("previous", "its previous id is not")])
def test_a_field_that_was_changed_within_a_good_frame(kept, forger, field, what):
    sequence = some_event(forger, kept.middle)
    record = forger.records()[sequence - 1]
    value = getattr(record, field)
    setattr(record, field, value + 1 if isinstance(value, int) else bytes([value[0] ^ 1]) + value[1:])
    assert re.match(rf"record {sequence} \({SEGMENT}\): {what}", verify(forger, check=1))


@pytest.mark.parametrize("breaks, what", [("time", "the time does not increase"), ("sequence", "the sequence does not follow")])
def test_a_field_that_was_changed_and_hashed_again(kept, forger, breaks, what):
    record = forger.records()[kept.middle]
    if breaks == "time":
        record.time = forger.records()[kept.middle - 1].time
    else:
        record.sequence += 1
    record.id = record.own_id()
    assert re.match(rf"record {kept.middle + 1} \({SEGMENT}\): {what}", verify(forger, check=1))


def test_a_log_without_flaw_that_breaks_a_rule_of_the_domain(kept, forger):
    """A creation is left out, and all behind it is chained again: what follows of this config has no beginning."""
    sequence = some_event(forger, kept.middle, b"dialin.config.created.v1")
    config = forger.records()[sequence - 1].config
    forger.remove(sequence)
    forger.chain_again()
    broken = next(record.sequence for record in forger.records() if record.sequence >= sequence and record.config == config)
    assert re.match(rf"record {broken} \({SEGMENT}\): ", verify(forger, check=1))


def test_a_rewritten_suffix_with_good_hashes_is_found_by_a_checkpoint_alone(kept, forger):
    """Somebody else did it, say the new records. Every hash, link and rule holds."""
    sequence = some_event(forger, kept.middle)
    forger.records()[sequence - 1].change(actor="key_0000000000000000")
    forger.chain_again()
    forged = verify(forger, check=0)
    assert forged.startswith(f"ok: {kept.last} records") and kept.head not in forged, "the log by itself knows nothing of it"
    said = verify(forger, *with_checkpoints(kept), check=1)
    assert f"record {kept.last} with id {kept.head.split(':')[1]}, which the checkpoint of " in said
    assert f"in line 7 of {kept.checkpoints} knows, is another one in the log" in said
    assert f"up to record {kept.middle} the log is what the checkpoint of " in said and f"in line 1 of {kept.checkpoints} knows" in said
    assert "which you know, is another one in the log" in verify(forger, "--expect", kept.head, check=1)


def test_a_history_that_was_rewritten_from_its_beginning(kept, forger):
    for record in forger.records()[2:]:
        record.change(actor="key_0000000000000000")
    forger.chain_again()
    assert verify(forger, check=0).startswith(f"ok: {kept.last} records")
    said = verify(forger, *with_checkpoints(kept), check=1)
    assert said.startswith(f"record {kept.middle} with id ") and f"in line 1 of {kept.checkpoints} knows, is another one" in said and "up to record" not in said


def test_an_end_that_was_cut_off(kept, forger):
    left = kept.last - 3
    forger.cut(left)
    assert verify(forger, check=0).startswith(f"ok: {left} records"), "a shorter chain is a chain"
    said = verify(forger, *with_checkpoints(kept), check=1)
    assert said.startswith(f"record {kept.last} with id ") and f"is missing: the log ends at record {left}; up to record {kept.middle} the log is what" in said
    assert f"is missing: the log ends at record {left}" in verify(forger, "--expect", kept.head, check=1)
    forger.cut(kept.middle - 1)
    assert verify(forger, *with_checkpoints(kept), check=1).startswith(f"record {kept.middle} with id ")


def test_a_log_that_was_replaced_by_another(kept, tmp_path):
    other = Server(tmp_path / "other")
    other.key = other.add_key("own")
    other.start()
    client = Client(other, other.key)
    for _ in range(kept.last):
        client.pin()
    other.stop()
    said = run("verify", "--data", other.data, *with_checkpoints(kept), check=1).stdout
    assert "is of another log than " in said and "line 1" in said


def test_the_checkpoints_themselves_cannot_be_changed(kept, tmp_path):
    """One who rewrites the log would have to make new checkpoints, and lacks the key."""
    text = kept.checkpoints.read_text()
    changed = tmp_path / "changed"
    changed.write_text(text.replace(f"\n{kept.last}\n", f"\n{kept.last - 1}\n"))
    said = run("verify", "--data", kept.data, *with_checkpoints(kept, changed), check=1).stdout
    assert re.match(rf"the checkpoint in line \d+ of {changed} has a wrong signature", said) and "line 1 " not in said
    run("checkpoint", "init", tmp_path / "other")
    changed.write_text(run("checkpoint", "--data", kept.data, "--signing-key", tmp_path / "other").stdout)
    said = run("verify", "--data", kept.data, *with_checkpoints(kept, changed), check=1).stdout
    assert said.startswith(f"the checkpoint in line 1 of {changed} is signed by another key than those in ")
