"""Signed notes (C2SP signed-note) and the checkpoints in them, read and checked by the format's rules and the `openssl` command: by nothing of the program."""

import base64
import dataclasses
import hashlib
import pathlib
import subprocess
import tempfile

ED25519 = b"\x01"
# What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410).
SPKI = bytes.fromhex("302a300506032b6570032100")


@dataclasses.dataclass
class Checkpoint:
    log: str
    sequence: int
    id: str  # in hex
    time: str


def signed_text(note: str, public_key: str) -> str:
    """The text of a note, once the key's signature was found good. `public_key`: name+id+base64."""
    name, key_id, encoded = public_key.strip().split("+", 2)
    key = base64.b64decode(encoded, validate=True)
    assert key[:1] == ED25519 and len(key) == 33
    assert hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8] == key_id
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    [line] = [line for line in signatures.splitlines() if line.startswith(f"— {name} ")]
    signature = base64.b64decode(line.split(" ")[2], validate=True)
    assert signature[:4].hex() == key_id and len(signature) == 4 + 64
    with tempfile.TemporaryDirectory() as place:
        files = {}
        for file, content in (("key", SPKI + key[1:]), ("text", text.encode()), ("signature", signature[4:])):
            files[file] = pathlib.Path(place) / file
            files[file].write_bytes(content)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", files["key"], "-in", files["text"],
                               "-sigfile", files["signature"]], capture_output=True, text=True)
    assert done.returncode == 0 and "Verified Successfully" in done.stdout, done.stdout + done.stderr
    return text


def checkpoint(note: str, public_key: str) -> Checkpoint:
    origin, sequence, id, time = signed_text(note, public_key).splitlines()
    assert origin.startswith("dialin/log/") and time.startswith("time ")
    return Checkpoint(origin.removeprefix("dialin/log/"), int(sequence), base64.b64decode(id, validate=True).hex(), time.removeprefix("time "))
