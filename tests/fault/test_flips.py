"""A byte flipped anywhere in the log: `verify` names the record, and `serve` refuses to go on from it."""

import random
import re
import shutil
import subprocess

import pytest

from fault.segments import SEGMENT_HEAD_BYTES, records
from live.client import Client, seed
from live.server import BINARY, NotServing, Server, run


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
                where = f"seed {drawn}: bit {bit} of byte {place} ({name} of record {sequence})"
                assert done.returncode == 1 and re.match(rf"record {sequence} \(", done.stdout), f"{where}: {done.stdout}{done.stderr}"
            finally:
                flip(segment, place, bit)
    assert classes >= {"check", "length", "synced", "id", "previous", "sequence", "time", "type length", "type", "tenant length", "tenant", "config length",
                       "config", "value length", "value"}
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


@pytest.mark.parametrize("left", ["the head", "half the records", "all records", "all but the last zeros"])
def test_a_file_that_was_cut_is_seen(server, left):
    """With the mark gone, too: the segment's head says how long its file is."""
    server.start()
    client = Client(server, server.key)
    for _ in range(6):
        client.pin()
    server.stop()
    segment = segment_of(server)
    whole = records(segment)
    ends = {"the head": SEGMENT_HEAD_BYTES, "half the records": whole[len(whole) // 2]["check"][0], "all records": sum(whole[-1]["value"]),
            "all but the last zeros": segment.stat().st_size - 1}
    with open(segment, "r+b") as file:
        file.truncate(ends[left])
    assert "the file was cut" in run("verify", "--data", server.data, check=1).stdout
    before = segment.read_bytes()
    assert "the file was cut" in refuses(server)
    shutil.rmtree(server.data / "views")
    assert "the file was cut" in refuses(server), "without views, too"
    assert segment.read_bytes() == before


def without_end(server, records_left: int) -> bytes:
    """Zeros over the last records and the mark: what is left is a sound, shorter log. Returns its bytes."""
    segment = segment_of(server)
    data = bytearray(segment.read_bytes())
    begin = records(segment)[records_left]["check"][0]
    data[begin:] = bytes(len(data) - begin)
    segment.write_bytes(data)
    return bytes(data)


def test_an_end_that_is_gone_without_a_trace_is_told_by_the_views(server):
    """Nothing in the log says so. The views stand further on, and neither `serve` nor `verify` passes over that; nor is a byte written."""
    server.start()
    client = Client(server, server.key)
    for _ in range(6):
        client.pin()
    server.stop()
    head = re.search(r"head (\S+)", run("verify", "--data", server.data).stdout)[1]
    last = int(head.split(":")[0])
    shorter = without_end(server, last - 3)
    assert re.match(rf"record {last} with id .* the views in .* is missing: the log ends at record {last - 3}",
                    run("verify", "--data", server.data, check=1).stdout)
    for _ in range(3):
        output = refuses(server)
        assert f"stand at record {last}, but the log ends at record {last - 3}" in output and "were answered" in output
    assert segment_of(server).read_bytes() == shorter, "whoever restarts it does not make it worse"

    shutil.rmtree(server.data / "views")
    assert run("verify", "--data", server.data).stdout.startswith("ok: "), "now nobody knows"
    assert "which you know, is missing" in run("verify", "--data", server.data, "--expect", head, check=1).stdout, "but who kept the head"


def test_an_expected_record(stopped):
    head = re.search(r"head (\S+)", run("verify", "--data", stopped.data).stdout)[1]
    sequence, id = head.split(":")
    assert run("verify", "--data", stopped.data, "--expect", head).stdout.startswith("ok: ")
    assert "is another one" in run("verify", "--data", stopped.data, "--expect", f"{sequence}:{'0' * 64}", check=1).stdout
    for wrong in ("7", ":", f"0:{id}", f"{sequence}:{id[1:]}", f"x:{id}", f"{sequence}:{id}0"):
        assert "SEQUENCE:ID" in run("verify", "--data", stopped.data, "--expect", wrong, check=2).stderr


def test_a_log_without_segments_is_not_founded_anew(server):
    """Views, a lock and an index are left: the segments were lost."""
    server.start()
    Client(server, server.key).pin()
    server.stop()
    for file in (server.data / "log").glob("*.segment"):
        file.unlink()
    before = sorted((server.data / "log").iterdir())
    assert "put the log back" in refuses(server)
    for file in (server.data / "log").glob("*.index"):
        file.unlink()
    assert "put the log back" in refuses(server)
    assert not list((server.data / "log").glob("*.segment")), before


@pytest.mark.parametrize("damaged", [50, 67, 300])
def test_damage_met_while_serving(server, damaged):
    """A start proves the last segment only. What is damaged before it is met by who reads it: said, counted, and never passed over."""
    subprocess.run([BINARY.parent / "tests/bench/make_log", "--data", server.data, "--keyring", server.keyring, "--tenant", "own", "--configs", "500",
                    "--events", "9000", "--ids", server.home / "ids.txt"], check=True, capture_output=True)
    server.start()
    server.stop()
    segments = sorted((server.data / "log").glob("*.segment"))
    assert len(segments) > 1
    place, size = records(segments[0])[damaged - 1]["value"]
    flip(segments[0], place + size // 2, 1)
    assert run("verify", "--data", server.data, check=1).stdout.startswith(f"record {damaged} (")

    server.start()
    client = Client(server, server.key)
    first = client.get("/events", query={"limit": 500}).expect(200).json
    assert [event["sequence"] for event in first["data"]][-1] == first["next_after"] == damaged - 1, "all that is sound before it"
    assert first["more"], "there is more, which cannot be had"
    client.get("/events", query={"limit": 500, "after": damaged - 1}).refused(500, "internal-error")
    client.get("/events", query={"limit": 500, "after": damaged}).expect(200)
    assert server.said().count(f"the log is damaged: record {damaged} (") == 1
    client.pinless()
    assert client.page()["total_count"] == 501, "numbers ring on"
