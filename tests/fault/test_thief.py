"""Somebody carries off the disk, the output and the exports, all but the key ring: no piece of any secret is in there."""

import base64
import json
import os
import shutil

import pytest

from live.all_writes import read_everything, write_everything
from live.client import Client, fresh_number
from live.server import NotServing, Server, run
from live.thief import Thief

# What the commands print or make of a log; each gets the log's words, and a place of its own.
COMMANDS = {
    "verify": ["verify"],
    "verify in JSON": ["verify", "--json"],
    "the keys that are needed": ["keyring", "list", "{keyring}"],
    "a checkpoint": ["checkpoint", "--signing-key", "{key}"],
    "a history": ["history", "{id}"],
    "a history in JSON": ["history", "{id}", "--json"],
    "all events": ["tail"],
    "all events in JSON": ["tail", "--json"],
    "the digest": ["digest", "--json"],
    "the chain": ["export"],
    "a snapshot": ["snapshot", "--out", "{out}"],
    "the past": ["replay", "--to", "{end}", "--out", "{out}"],
}


def command_outputs(server: Server, config_id: str, place, *log) -> None:
    """Everything that the commands print and make, into `place`."""
    place.mkdir()
    run("checkpoint", "init", server.home / "checkpoint.key")
    words = {"keyring": server.keyring, "key": server.home / "checkpoint.key", "end": Client(server, server.key).get("/").sequence, "id": config_id}
    for name, command in COMMANDS.items():
        done = run(*(word.format(**words, out=place / f"{name} made") for word in command), *log)
        (place / name).write_text(done.stdout + done.stderr)


def loaded_and_imported(server: Server) -> None:
    """Secrets that come in by the file, and the chain in another directory. What the caller keeps in files of his own is his."""
    rows = [{"type": "pinless_dialin", "phone_number": fresh_number(), "hmac": server.thief.make()} for _ in range(3)]
    rows.append({**rows[0], "hmac": server.thief.make()})  # the number is taken
    rows.append({"type": "pin_dialin", "hmac": server.thief.make()})
    file = server.keyring.parent / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = run("load", file, "--server", f"http://{server.host}:{server.port}", check=1, env={**os.environ, "DIALIN_KEY": server.key})
    (server.home / "loaded").write_text(done.stdout + done.stderr)
    with open(server.home / "outputs" / "the chain") as chain:
        run("import", "--data", server.home / "imported", stdin=chain)


@pytest.fixture(scope="module")
def stolen(tmp_path_factory):
    """A server on which everything was done, killed and started in between, and a thief who has taken all but its key ring."""
    server = Server(tmp_path_factory.mktemp("stolen"), secrets=tmp_path_factory.mktemp("secrets"))
    server.key, server.thief = server.add_key("own"), Thief()
    server.options = ["--log-level", "debug"]
    server.start()
    for _ in range(2):
        ids = write_everything(Client(server, server.key), server.thief)
        run("keyring", "rotate", server.keyring)
        server.kill()
        server.start()
    write_everything(Client(server, server.key), server.thief)
    (server.home / "shown").write_bytes(read_everything(Client(server, server.key), ids))
    command_outputs(server, ids[0], server.home / "outputs", "--data", server.data)
    loaded_and_imported(server)
    server.stop()
    yield server
    server.kill()


def test_no_piece_of_a_secret_is_anywhere_but_under_the_key_ring(stolen):
    found, bytes_seen = stolen.thief.loot(stolen.home)
    assert not found, "\n".join(found[:20])
    assert bytes_seen > 5_000_000 and len(stolen.thief.secrets) > 90
    boxes = sum(file.read_bytes().count(b'"sealed":"') for file in stolen.home.rglob("*.segment"))
    assert boxes > 60, "they are there, sealed"
    exported = (stolen.home / "outputs" / "the chain").read_text()
    assert exported.count("sealed") > 60 and all((stolen.home / "outputs" / name).stat().st_size > 60 for name in COMMANDS)

    # The same thief, with one secret left lying about in each form that it may have: none escapes.
    secret = stolen.thief.secrets[7]
    for form in (secret, secret[5:13], base64.b64encode(secret), base64.b64encode(b"x" + secret)[3:15], base64.b64encode(b"xy" + secret), secret.hex().encode(),
                 secret.hex().upper().encode()[4:20], base64.urlsafe_b64encode(secret), b"\0" * 64 + secret[:8] + b"\0" * 64):
        planted = stolen.data / "views" / "planted"
        planted.write_bytes(os.urandom(1000) + form + os.urandom(1000))
        assert stolen.thief.loot(stolen.home)[0], form
        planted.unlink()


def test_what_was_stolen_does_not_serve(stolen, tmp_path):
    shutil.move(stolen.keyring, tmp_path / "kept")
    with pytest.raises(NotServing) as missing:
        stolen.start()
    assert missing.value.status == 3 and "is missing" in missing.value.output
    run("keyring", "init", stolen.keyring)
    with pytest.raises(NotServing) as another:
        stolen.start()
    assert another.value.status == 3 and "the key ring lacks key seal_" in another.value.output
    shutil.rmtree(stolen.data / "views")
    with pytest.raises(NotServing) as rebuilt:
        stolen.start()
    assert rebuilt.value.status == 3 and "the key ring lacks key seal_" in rebuilt.value.output
    assert run("verify", "--data", stolen.data).stdout.startswith("ok: "), "the log is proved without any key"
