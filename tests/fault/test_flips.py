"""A byte flipped anywhere in the log: `verify` names the record, and `serve` refuses to go on from it."""

import random
import re

import pytest

from fault.segments import SEGMENT_HEAD_BYTES, records
from live.client import Client, seed
from live.server import NotServing, Server, run


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A stopped server with some records of every kind."""
    server = Server(tmp_path_factory.mktemp("flips"))
    server.key = server.add_key("own")
    server.start()
    client = Client(server, server.key)
    for _ in range(5):
        made = client.pinless(name_prefix="a", timeout_config={"message": "m" * 50})
        client.update(made["id"], name_prefix="b")
        client.remove(client.move(made["id"], type="pin_dialin")["id"])
        client.restore(made["id"], 1)
    server.stop()
    return server


def segment_of(server):
    [segment] = sorted((server.data / "log").glob("*.segment"))
    return segment


def flip(segment, place: int, bit: int) -> None:
    with open(segment, "r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1 << bit]))


def refuses(server: Server) -> str:
    with pytest.raises(NotServing) as refused:
        server.start()
    assert refused.value.status == 3, refused.value.output
    return refused.value.output


def test_every_field_of_every_record(stopped):
    """One bit in each field of each record: verify names that record by its sequence."""
    drawn = seed()
    print("seed", drawn)
    draw = random.Random(drawn)
    segment = segment_of(stopped)
    whole = records(segment)
    assert len(whole) > 25
    classes = set()
    for sequence, fields in enumerate(whole, 1):
        for name, (begin, size) in fields.items():
            classes.add(name)
            place, bit = begin + draw.randrange(size), draw.randrange(8)
            flip(segment, place, bit)
            try:
                done = run("verify", "--data", stopped.data, check=None)
                assert done.returncode == 1 and re.match(rf"record {sequence} \(", done.stdout), f"seed {drawn}: bit {bit} of byte {place} ({name} of record {sequence}): {done.stdout}{done.stderr}"
            finally:
                flip(segment, place, bit)
    assert classes >= {"check", "length", "synced", "id", "previous", "sequence", "time", "type length", "type", "tenant length", "tenant", "config length", "config",
                       "value length", "value"}
    assert run("verify", "--data", stopped.data).stdout.startswith("ok: ")


def test_every_byte_of_one_record(stopped):
    segment = segment_of(stopped)
    fields = records(segment)[6]
    begin, end = fields["check"][0], sum(fields["value"])
    for place in range(begin, end, 3):
        flip(segment, place, place % 8)
        done = run("verify", "--data", stopped.data, check=None)
        flip(segment, place, place % 8)
        assert done.returncode == 1 and done.stdout.startswith("record 7 ("), f"byte {place - begin}: {done.stdout}"


def test_the_segments_head(stopped):
    segment = segment_of(stopped)
    for place in range(0, SEGMENT_HEAD_BYTES, 5):
        flip(segment, place, place % 8)
        done = run("verify", "--data", stopped.data, check=None)
        flip(segment, place, place % 8)
        assert done.returncode == 1, f"byte {place}: {done.stdout}"


def test_serve_refuses_each_kind_of_flip(stopped):
    segment = segment_of(stopped)
    whole = records(segment)
    for sequence in (1, len(whole) // 2, len(whole)):
        for name, (begin, size) in whole[sequence - 1].items():
            flip(segment, begin + size // 2, 3)
            output = refuses(stopped)
            flip(segment, begin + size // 2, 3)
            assert f"record {sequence} " in output, f"{name}: {output}"
    stopped.start()
    client = Client(stopped, stopped.key)
    assert client.page()["total_count"] == 5
    stopped.stop()


def test_a_tail_that_was_cut_is_seen(server):
    """Whole records taken off the end of a log that was stopped well: the mark says they were durable."""
    server.start()
    client = Client(server, server.key)
    for _ in range(6):
        client.pin()
    server.stop()
    segment = segment_of(server)
    last = records(segment)[-1]
    data = bytearray(segment.read_bytes())
    begin, end = last["check"][0], sum(last["value"])
    data[begin:end] = bytes(end - begin)
    segment.write_bytes(data)
    assert run("verify", "--data", server.data, check=1).stdout.startswith("record ")
    refuses(server)
