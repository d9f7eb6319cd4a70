"""The key ring beside the log: which keys are needed, and that none of those can be taken away."""

import json
import re
import time

import pytest

from live.client import Client
from live.server import NotServing, Server, run


def ids_of(ring) -> list[str]:
    return [key["id"] for key in json.loads(ring.read_text())["sealing_keys"]]


def long_ago(ring) -> None:
    """As if all keys had been made last year: nobody waits for servers to see the rotation."""
    ring.write_text(re.sub(r'"created_at": "\d{4}', '"created_at": "2020', ring.read_text()))


@pytest.fixture
def ring(own_server):
    """A server whose ring has a key that is needed, one that never was used, another that is needed, and one that seals."""
    server = own_server.start()
    Client(server, server.key).pinless()
    server.stop()
    for _ in range(2):
        run("keyring", "rotate", server.keyring)
    server.start()
    made = Client(server, server.key).pinless()
    Client(server, server.key).update(made["id"], name_prefix="the same secret, once more")
    run("keyring", "rotate", server.keyring)
    long_ago(server.keyring)
    return server.keyring


def listed(server) -> list[dict]:
    return [json.loads(line) for line in run("keyring", "list", server.keyring, "--data", server.data, "--json", check=None).stdout.splitlines()]


def test_the_list_tells_which_keys_the_log_needs(own_server, ring):
    first, unused, second, sealing = ids_of(ring)
    lines = run("keyring", "list", ring, "--data", own_server.data).stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == [first, unused, second, sealing]
    assert [line.split("\t")[3] for line in lines] == ["needed by 1 records, from 3 to 3", "the log does not need it", "needed by 2 records, from 5 to 6",
                                                       "the log does not need it"]
    assert [line.split("\t")[2] for line in lines] == ["opens", "opens", "opens", "seals and opens"]
    assert [(key["id"], key["needed"], key["records"], key["seals"]) for key in listed(own_server)] == [
        (first, True, 1, False), (unused, False, 0, False), (second, True, 2, False), (sealing, False, 0, True)]
    assert len(run("keyring", "list", ring).stdout.splitlines()) == 4, "without a log as before"
    keys = [key["key"] for key in json.loads(ring.read_text())["sealing_keys"]]
    assert not any(key in run("keyring", "list", ring, "--data", own_server.data).stdout for key in keys)


def refused(server, key_id: str, *log, check: int = 1) -> str:
    before = server.keyring.read_bytes()
    done = run("keyring", "remove", server.keyring, key_id, *(log or ("--data", server.data)), check=check)
    assert server.keyring.read_bytes() == before and not done.stdout
    return done.stderr


def test_a_key_that_is_needed_or_seals_is_not_removed(own_server, ring, tmp_path):
    first, unused, second, sealing = ids_of(ring)
    assert f"the log needs {first}: 1 records hold a secret sealed with it, the first is record 3, the last record 3" in refused(own_server, first)
    assert f"the log needs {second}: 2 records" in refused(own_server, second)
    assert "is the key that seals: rotate first" in refused(own_server, sealing)
    assert "never removed" in refused(own_server, "fingerprint_key")
    assert "holds no key seal_0000000000000000" in refused(own_server, "seal_0000000000000000")
    assert "name the log" in refused(own_server, unused, "--log", "embedded", check=2)
    assert "cannot be told: there is no log" in refused(own_server, unused, "--data", tmp_path, check=3)
    segment = next((own_server.data / "log").glob("*.segment"))
    own_server.stop()
    whole = segment.read_bytes()
    segment.write_bytes(whole[:300] + bytes([whole[300] ^ 1]) + whole[301:])
    assert "cannot be told: record 1 (" in refused(own_server, unused), "behind the damage may stand what needs it"
    segment.write_bytes(whole)
    run("keyring", "remove", ring, unused, "--data", own_server.data)
    assert ids_of(ring) == [first, second, sealing]


def test_a_log_that_is_not_the_rings_says_nothing(own_server, ring, tmp_path):
    other = Server(tmp_path / "other")
    other.key = other.add_key("own")
    other.start()
    unused = ids_of(ring)[1]
    assert "is it the right log?" in refused(own_server, unused, "--data", other.data), "it holds no secret at all"
    Client(other, other.key).pinless()
    assert f"which {ring} lacks: it is not the ring of this log" in refused(own_server, unused, "--data", other.data)
    other.stop()
    assert ids_of(other.keyring)[0] in run("keyring", "list", ring, "--data", other.data, check=1).stdout, "a key that is missing is named"


def test_a_running_server_goes_on_with_the_ring_that_lost_a_key(own_server, ring):
    first, unused, second, sealing = ids_of(ring)
    before = Client(own_server, own_server.key).all_configs()
    run("keyring", "remove", ring, unused, "--data", own_server.data)
    assert ids_of(ring) == [first, second, sealing] and ring.stat().st_mode & 0o777 == 0o600
    newest = run("keyring", "rotate", ring).stderr.split()[-1]
    deadline = time.monotonic() + 10
    while listed(own_server)[-1]["records"] == 0:
        assert time.monotonic() < deadline, own_server.said()
        made = Client(own_server, own_server.key).pinless()
    assert listed(own_server)[-1]["id"] == newest and "lost" not in own_server.said()
    own_server.stop()
    own_server.start()
    assert [config for config in Client(own_server, own_server.key).all_configs() if config in before] == before
    assert Client(own_server, own_server.key).config(made["id"]) == made


def test_a_key_that_sealed_a_moment_ago_is_waited_for(own_server, ring):
    """Somebody may still be sealing with it: for 10 s, of which 8 are over."""
    lately = run("keyring", "rotate", ring).stderr.split()[-1]
    run("keyring", "rotate", ring)
    content = json.loads(ring.read_text())
    content["sealing_keys"][-1]["created_at"] = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() - 7.5))
    ring.write_text(json.dumps(content))
    began = time.monotonic()
    done = run("keyring", "remove", ring, lately, "--data", own_server.data)
    assert "waiting until every server has seen" in done.stderr and time.monotonic() - began > 1
    assert lately not in ids_of(ring)


def test_a_ring_that_lost_a_needed_key_by_hand_stays_in_force(own_server, ring):
    """Only a start refuses it; the server that runs says what is wrong and goes on sealing and opening."""
    made = Client(own_server, own_server.key).pinless()
    content = json.loads(ring.read_text())
    del content["sealing_keys"][0]
    ring.write_text(json.dumps(content))
    deadline = time.monotonic() + 10
    while "lost the sealing key" not in own_server.said():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert Client(own_server, own_server.key).config(made["id"]) == made
    own_server.stop()
    with pytest.raises(NotServing) as without:
        own_server.start()
    assert "the key ring lacks key" in without.value.output
