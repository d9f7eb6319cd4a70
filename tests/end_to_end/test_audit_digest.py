"""`dialin digest`: one hash of the whole state, the same whoever works it out."""

import datetime
import json
import shutil
import time

import pytest

from live.client import Client
from live.server import Server, run
from live.state_digest import state_digest
from live.story import CONFIGS, exported, tell


@pytest.fixture
def told(own_server):
    """A server that runs, and its story."""
    second = own_server.add_key("second")
    own_server.start()
    own_server.story = tell(Client(own_server, own_server.key), Client(own_server, second))
    return own_server


def digest(*words) -> dict:
    return json.loads(run("digest", "--json", *words).stdout)


def test_the_digest_is_that_of_the_events_at_every_record(told):
    lines = exported("--data", told.data)
    for line in lines:
        at = line["sequence"]
        begins_move = "moved_to" in json.loads(line["value"])
        found = digest("--data", told.data, "--at", at)
        whole = lines[:at + 1] if begins_move else lines[:at]
        assert found["digest"] == state_digest(whole), f"at {at}"
        assert (found["sequence"], found["id"]) == (len(whole), whole[-1]["id"]), "a move is there whole"
        assert digest("--data", told.data, "--at", line["time"]) == found
    assert digest("--data", told.data) == found
    assert digest("--data", told.data, "--at", "0")["configs"] == 0
    assert run("digest", "--data", told.data).stdout == found["digest"] + "\n", "alone"


def test_between_two_events_and_now_the_state_is_the_last_ones(told):
    lines = exported("--data", told.data)
    third = datetime.datetime.fromisoformat(lines[2]["time"].replace("Z", "+00:00"))
    between = (third + datetime.timedelta(microseconds=1)).astimezone(datetime.timezone(datetime.timedelta(hours=2))).isoformat()
    assert digest("--data", told.data, "--at", between) == digest("--data", told.data, "--at", "3")
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    assert digest("--data", told.data, "--at", now) == digest("--data", told.data)


@pytest.mark.parametrize("at,status,says", [("99", 1, "the log ends at record"), ("2999-01-01T00:00:00Z", 1, "in the future"),
                                            ("yesterday", 2, "--at must be"), ("-1", 2, "--at must be")])
def test_a_point_that_is_not_there_is_said(told, at, status, says):
    done = run("digest", "--data", told.data, "--at", at, check=status)
    assert done.stdout == "" and says in done.stderr


def test_the_views_have_the_same_digest(told):
    told.stop()
    of_views = run("digest", "--views", "--data", told.data)
    assert of_views.stdout == run("digest", "--data", told.data).stdout
    assert "stand at record" in of_views.stderr
    assert digest("--views", "--data", told.data) == digest("--data", told.data)


def test_views_beside_a_running_server_have_the_digest_of_where_they_stand(told):
    client = Client(told, told.key)
    for n in range(50):
        client.call("POST", CONFIGS, {"type": "pin_dialin", "name_prefix": f"more {n}"}).expect(200)
        of_views = digest("--views", "--data", told.data) if n % 10 == 0 else None
        if of_views and of_views["sequence"]:
            assert of_views == digest("--data", told.data, "--at", of_views["sequence"])


def test_views_of_another_log_are_found_out(told, tmp_path):
    told.stop()
    other = Server(tmp_path / "other")
    key = other.add_key("acme")
    other.start()
    caller = Client(other, key)
    for n in range(12):
        caller.call("POST", CONFIGS, {"type": "pin_dialin", "name_prefix": f"n {n}"}).expect(200)
    other.stop()
    shutil.rmtree(told.data / "views")
    shutil.copytree(other.data / "views", told.data / "views", symlinks=True)
    done = run("digest", "--views", "--data", told.data, check=1)
    assert done.stdout == "" and "views" in done.stderr


def test_a_log_that_ends_within_a_move_has_the_digest_of_before(told, tmp_path):
    told.stop()
    deletion = next(line for line in exported("--data", told.data) if "moved_to" in json.loads(line["value"]))
    before = digest("--data", told.data, "--at", deletion["sequence"] - 1)
    lines = run("export", "--data", told.data, "--to", deletion["sequence"]).stdout
    run("import", "--data", tmp_path / "cut", input=lines)
    done = run("digest", "--json", "--data", tmp_path / "cut")
    assert json.loads(done.stdout) == before
    assert "between the two records of a move" in done.stderr


def test_no_digest_of_a_log_that_is_damaged(told):
    told.stop()
    segment = max((told.data / "log").glob("*.segment"))
    content = bytearray(segment.read_bytes())
    at = content.find(b"Elsewhere")
    content[at] ^= 1
    segment.write_bytes(content)
    done = run("digest", "--data", told.data, check=1)
    assert done.stdout == "" and "record " in done.stderr and "hash" in done.stderr
    assert digest("--data", told.data, "--at", "3")["sequence"] == 3, "what is before it is sound"


def test_where_no_log_is_none_can_be_told(tmp_path):
    for words in (["digest"], ["tail"], ["export"], ["history", "0191e0c5-7d7c-4d5e-8f3a-2b1c9d8e7f60"], ["verify"], ["digest", "--views"]):
        done = run(*words, "--data", tmp_path / "none", check=3)
        assert done.stdout == "" and done.stderr.startswith(f"dialin {words[0]}: "), words
        assert run(words[0], *words[1:2] if words[0] == "history" else [], check=2).stderr, "no log named"
    assert not (tmp_path / "none").exists()


def test_equal_under_load(told):
    """Whatever comes behind a record, the digest at it stays."""
    client = Client(told, told.key)
    head = digest("--data", told.data)
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        for n in range(20):
            client.call("POST", CONFIGS, {"type": "pin_dialin", "name_prefix": f"load {n}"}).expect(200)
        assert digest("--data", told.data, "--at", head["sequence"]) == head
    assert digest("--data", told.data)["digest"] != head["digest"]
