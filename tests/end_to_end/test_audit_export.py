"""`dialin export`: the chain as lines, each record proved, nothing of it lost and nothing of it opened."""

import hashlib
import json
import subprocess
import uuid

import pytest

from live.client import Client
from live.server import BINARY, run
from live.state_digest import framed, microseconds, number
from live.story import CONFIGS, exported, tell


@pytest.fixture
def told(own_server):
    second = own_server.add_key("second")
    own_server.start()
    own_server.client = Client(own_server, own_server.key)
    own_server.story = tell(own_server.client, Client(own_server, second))
    return own_server


def own_id(line: dict) -> str:
    """By docs/log_format.md."""
    ids = [uuid.UUID(line[name]).bytes if name in line else b"" for name in ("tenant", "config_id")]
    fields = [framed(bytes.fromhex(line["previous"])), number(line["sequence"]), framed(line["type"]), *map(framed, ids), number(microseconds(line["time"])),
              framed(line["value"])]
    return hashlib.sha256(b"".join(fields)).hexdigest()


def test_lines_prove_the_chain_by_themselves(told):
    lines = exported("--data", told.data)
    before = {"id": "0" * 64, "sequence": 0}
    for line in lines:
        assert (line["previous"], line["sequence"]) == (before["id"], before["sequence"] + 1)
        assert line["id"] == own_id(line)
        assert list(line) == [name for name in ("sequence", "id", "previous", "type", "tenant", "config_id", "time", "value") if name in line], "in this order"
        before = line
    assert run("verify", "--data", told.data).stdout == f"ok: {len(lines)} records, head {before['sequence']}:{before['id']}\n"


def test_secrets_stay_sealed(told):
    text = run("export", "--data", told.data).stdout
    for secret in told.story.secrets:
        assert secret not in text
    assert "sealed" in text


def test_a_part_is_the_same_lines(told):
    text = run("export", "--data", told.data).stdout
    lines = text.splitlines(keepends=True)
    log = ["--data", told.data]
    assert run("export", *log, "--after", 3).stdout == "".join(lines[3:])
    assert run("export", *log, "--to", 3).stdout == "".join(lines[:3])
    assert run("export", *log, "--after", 3, "--to", 5).stdout == "".join(lines[3:5])
    assert run("export", *log, "--after", 3, "--to", 3).stdout == ""
    assert run("export", *log, "--after", len(lines)).stdout == "", "that is how one goes on when there is nothing new"
    assert run("export", *log, "--to", json.loads(lines[4])["time"]).stdout == "".join(lines[:5])


@pytest.mark.parametrize("words,status,says", [(["--to", "99"], 1, "the log ends at record"), (["--to", "2999-01-01T00:00:00Z"], 1, "--to is in the future"),
                                               (["--after", "99"], 1, "the log ends at record"),
                                               (["--to", "2", "--after", "3"], 2, "--to must not be before --after"), (["--to", "x"], 2, "--to must be")])
def test_what_is_not_there_is_said(told, words, status, says):
    assert says in run("export", "--data", told.data, *words, check=status).stderr


def test_of_a_damaged_log_what_is_sound_is_written(told):
    told.stop()
    lines = run("export", "--data", told.data).stdout.splitlines(keepends=True)
    [segment] = (told.data / "log").glob("*.segment")
    content = bytearray(segment.read_bytes())
    content[content.find(b"Elsewhere")] ^= 1
    segment.write_bytes(content)
    done = run("export", "--data", told.data, check=1)
    sound = len(done.stdout.splitlines())
    assert done.stdout == "".join(lines[:sound]) and f"record {sound + 1} (" in done.stderr
    way_out = run("export", "--data", told.data, "--to", sound)
    assert way_out.stdout == done.stdout and way_out.stderr == ""


def test_beside_a_server_under_load_it_is_a_beginning_of_what_comes(told):
    known = ""
    for _ in range(5):
        for n in range(30):
            told.client.call("POST", CONFIGS, {"type": "pin_dialin", "name_prefix": f"load {n}"}).expect(200)
        text = run("export", "--data", told.data).stdout
        assert text.startswith(known) and len(text) > len(known)
        known = text


def test_a_reader_that_goes_has_not_got_it_all(told):
    for _ in range(200):
        told.client.call("POST", CONFIGS, {"type": "pin_dialin", "timeout_config": {"message": "y" * 4000}}).expect(200)
    process = subprocess.Popen([BINARY, "export", "--data", told.data], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(20) == 3
    assert process.stderr.read() == b""


@pytest.mark.parametrize("command", [["export"], ["tail"], ["history"]], ids=" ".join)
def test_a_full_disk_behind_it_is_said(told, command):
    words = [*command, told.story.moved] if command == ["history"] else command
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, *words, "--data", told.data], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 3 and "stdout cannot be written" in done.stderr
