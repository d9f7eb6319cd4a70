"""Checkpoints: made by the command and by the server, checked by the format's rules alone, and compared with the log by `verify`."""

import base64
import os
import re
import subprocess

import pytest

from live.client import Client
from live.notes import checkpoint, signed_text
from live.server import BINARY, ROOT, NotServing, Server, run


@pytest.fixture(scope="module")
def signing(tmp_path_factory):
    """A server that signs."""
    home = tmp_path_factory.mktemp("signing")
    server = Server(home / "server")
    server.key = server.add_key("own")
    server.signing_key, server.public_key = home / "key", home / "key.pub"
    run("checkpoint", "init", server.signing_key, "--name", "example.com/dialin")
    server.options = ["--signing-key", str(server.signing_key)]
    server.start()
    yield server
    server.kill()


def head(server) -> tuple[int, str]:
    found = re.search(r"head (\d+):([0-9a-f]{64})", run("verify", "--data", server.data).stdout)
    return int(found[1]), found[2]


def taken(server) -> str:
    return run("checkpoint", "--data", server.data, "--signing-key", server.signing_key).stdout


def verified(server, file, check: int, key=None):
    return run("verify", "--data", server.data, "--checkpoints", file, "--checkpoint-key", key or server.public_key, check=check)


def test_what_the_server_gives_can_be_checked_without_the_program(signing):
    client = Client(signing, signing.key)
    client.pinless()
    end = client.pinless() and client.get("/").sequence
    answer = Client(signing, None).get("/checkpoint").expect(200)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8" and answer.headers["Cache-Control"] == "no-store"
    says = checkpoint(answer.body.decode(), signing.public_key.read_text())
    assert (says.sequence, says.id) == head(signing) and answer.sequence == says.sequence == end
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", says.time)
    segment = next((signing.data / "log").glob("*.segment")).read_bytes()
    assert segment[8:24].hex() == says.log.replace("-", "")
    Client(signing, None).get("/v1/checkpoint").expect(200)
    assert Client(signing, None).call("HEAD", "/checkpoint").expect(200).body == b""


def test_the_command_signs_the_same_beside_the_server_and_without_it(signing):
    client = Client(signing, signing.key)
    for _ in range(3):
        made = client.pinless()
        says = checkpoint(taken(signing), signing.public_key.read_text())
        assert says.sequence >= client.config(made["id"])["version"] and (says.sequence, says.id) == head(signing), "a write that was answered is in it"
    signing.stop()
    stopped = checkpoint(taken(signing), signing.public_key.read_text())
    assert (stopped.sequence, stopped.id) == head(signing)
    signing.start()
    client = Client(signing, signing.key)
    client.pinless()
    signing.kill()
    killed = checkpoint(taken(signing), signing.public_key.read_text())
    assert (killed.sequence, killed.id) == head(signing) and killed.sequence > stopped.sequence
    signing.start()


def test_a_note_a_day_in_one_file_proves_the_past(signing, tmp_path):
    file = tmp_path / "notes"
    client = Client(signing, signing.key)
    with open(file, "a") as notes:
        for day in range(5):
            client.pinless()
            notes.write(taken(signing) if day % 2 else Client(signing, None).get("/checkpoint").body.decode())
            notes.write("\n" * (day % 3))
    assert verified(signing, file, 0).stdout.startswith("ok: ")
    both = tmp_path / "keys"
    run("checkpoint", "init", tmp_path / "new")
    both.write_text((tmp_path / "new.pub").read_text() + signing.public_key.read_text())
    with open(file, "a") as notes:
        notes.write(run("checkpoint", "--data", signing.data, "--signing-key", tmp_path / "new").stdout)
    assert verified(signing, file, 0, key=both).stdout.startswith("ok: ")
    assert "is signed by another key" in verified(signing, file, 1).stdout, "the new key's is not known there"


def changed(note: str, what: str) -> str:
    lines = note.splitlines(keepends=True)
    if what == "log":
        lines[0] = lines[0].replace(lines[0][11], "0" if lines[0][11] != "0" else "1", 1)
    elif what == "sequence":
        lines[1] = f"{int(lines[1]) - 1}\n"
    elif what == "id":
        lines[2] = base64.b64encode(b"\x00" * 32).decode() + "\n"
    elif what == "time":
        lines[3] = lines[3].replace("Z", "1Z")
    else:
        name = lines[5].split(" ")
        bytes_of = bytearray(base64.b64decode(name[2]))
        bytes_of[30] ^= 1
        lines[5] = f"— {name[1]} {base64.b64encode(bytes_of).decode()}\n"
    return "".join(lines)


@pytest.mark.parametrize("what", ["log", "sequence", "id", "time", "signature"])
def test_a_note_of_which_anything_was_changed_is_refused(signing, tmp_path, what):
    note = taken(signing)
    (tmp_path / "notes").write_text(note + changed(note, what))
    done = verified(signing, tmp_path / "notes", 1)
    assert done.stdout.startswith(f"the checkpoint in line 7 of {tmp_path}/notes has a wrong signature"), done.stdout + done.stderr
    with pytest.raises(AssertionError):
        signed_text(changed(note, what), signing.public_key.read_text())


def test_what_is_no_checkpoint_is_wrong_use(signing, tmp_path):
    note = taken(signing)
    for text, what in (("", "holds no checkpoint"), ("hello\n", "line 1: a note begins here, but no signature follows it"),
                       (note + "rest\n", "line 7: a note begins"), (note.replace("\n", "\r\n"), "line 1: it has a control character"),
                       (note.rstrip("\n"), "line 6: the last line"), (note.replace("—", "-"), "line 1")):
        (tmp_path / "notes").write_bytes(text.encode())
        done = verified(signing, tmp_path / "notes", 2)
        assert what in done.stderr and not done.stdout, done.stderr
    (tmp_path / "notes").write_text(note)
    verified(signing, tmp_path / "nowhere", 3)
    verified(signing, tmp_path / "notes", 3, key=tmp_path / "nowhere.pub")
    assert "no file of public keys" in verified(signing, tmp_path / "notes", 2, key=signing.signing_key).stderr
    assert "--checkpoint-key" in run("verify", "--data", signing.data, "--checkpoints", tmp_path / "notes", check=2).stderr


def test_keys_are_never_made_over_others_and_the_private_one_stays_private(tmp_path):
    made = run("checkpoint", "init", tmp_path / "key")
    assert made.stdout == (tmp_path / "key.pub").read_text() and made.stdout.startswith("dialin+")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    before = (tmp_path / "key").read_bytes(), (tmp_path / "key.pub").read_bytes()
    assert "exists already" in run("checkpoint", "init", tmp_path / "key", check=3).stderr
    (tmp_path / "key").unlink()
    assert "exists already" in run("checkpoint", "init", tmp_path / "key", check=3).stderr
    assert not (tmp_path / "key").exists() and (tmp_path / "key.pub").read_bytes() == before[1]
    (tmp_path / "key").write_bytes(before[0])
    os.chmod(tmp_path / "key", 0o644)
    assert "chmod 600" in run("checkpoint", "--data", tmp_path, "--signing-key", tmp_path / "key", check=3).stderr
    assert "--name must not be empty" in run("checkpoint", "init", tmp_path / "other", "--name", "", check=2).stderr
    for name in ("two words", "a+b"):
        assert "without spaces and plus signs" in run("checkpoint", "init", tmp_path / "other", "--name", name, check=2).stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["key", "key.pub"]


def test_an_imported_log_is_the_same_log_for_an_auditor(signing, tmp_path):
    (tmp_path / "notes").write_text(taken(signing))
    chain = run("export", "--data", signing.data).stdout
    run("import", "--data", tmp_path / "imported", input=chain)
    same = run("verify", "--data", tmp_path / "imported", "--checkpoints", tmp_path / "notes", "--checkpoint-key", signing.public_key).stdout
    assert f"head {head(signing)[0]}:{head(signing)[1]}" in same


def test_a_past_that_is_only_read_is_not_signed_as_if_it_ended_now(signing, tmp_path):
    run("replay", "--data", signing.data, "--to", "2", "--out", tmp_path / "past")
    words = ["--data", tmp_path / "past", "--read-only", "--signing-key", signing.signing_key]
    assert "--read-only goes without" in run("serve", *words, check=2).stderr
    past = Server(signing.home, "--read-only", data=tmp_path / "past")
    past.output = tmp_path / "output"
    past.start()
    try:
        Client(past, None).get("/checkpoint").refused(404, "not-found")
    finally:
        past.kill()


def test_a_note_that_cannot_be_written_is_no_success(signing):
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, "checkpoint", "--data", signing.data, "--signing-key", signing.signing_key], stdout=full, stderr=subprocess.PIPE,
                              text=True)
    assert done.returncode == 3 and "cannot be written: No space left on device" in done.stderr


def test_without_a_key_nothing_is_signed(server, own_server, tmp_path):
    assert "--signing-key" in Client(server, None).get("/checkpoint").refused(404, "not-found")["info"]
    own_server.options = ["--signing-key", str(tmp_path / "nowhere")]
    with pytest.raises(NotServing) as refused:
        own_server.start()
    assert refused.value.status == 3 and "dialin checkpoint init" in refused.value.output
    assert "there is no log" in run("checkpoint", "--data", tmp_path, "--signing-key", made_key(tmp_path), check=3).stderr
    assert "--signing-key" in run("checkpoint", "--data", tmp_path, check=2).stderr


def made_key(place):
    run("checkpoint", "init", place / "made")
    return place / "made"


def test_the_shell_script_of_the_documents_checks_a_note(signing, tmp_path):
    script, note = ROOT / "docs/auditing/check_note.sh", taken(signing)

    def checked(text: str, key=signing.public_key):
        (tmp_path / "note").write_text(text)
        return subprocess.run([script, tmp_path / "note", key], capture_output=True, text=True)

    says = checkpoint(note, signing.public_key.read_text())
    done = checked(note)
    assert done.returncode == 0 and done.stdout == f"log {says.log}, head {says.sequence}:{says.id}, signed {says.time}\n", done.stderr
    for what in ("log", "sequence", "id", "time", "signature"):
        done = checked(changed(note, what))
        assert done.returncode == 1 and "the signature is wrong" in done.stderr and not done.stdout
    run("checkpoint", "init", tmp_path / "other")
    assert "there is no signature of dialin+" in checked(note, tmp_path / "other.pub").stderr
