"""The digest of the state as domain/state_digest.h defines it, from the lines of `dialin export`, and by nothing of the program."""

import base64
import datetime
import hashlib
import json
import uuid

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
PROPERTIES = ("phone_number", "name_prefix", "hmac", "room_creation_api", "hold_music_url", "timeout_config", "ivr_greeting", "sip_uri")


def framed(data: bytes | str) -> bytes:
    data = data.encode() if isinstance(data, str) else data
    return len(data).to_bytes(4, "little") + data


def number(value: int) -> bytes:
    return framed(value.to_bytes(8, "little"))


def microseconds(time: str) -> int:
    return (datetime.datetime.fromisoformat(time.replace("Z", "+00:00")) - EPOCH) // datetime.timedelta(microseconds=1)


def property_of(config: dict, name: str) -> bytes:
    value = config.get(name)
    if value is None:
        return b"\0"
    if name == "hmac":
        return b"\1" + framed(value["key_id"]) + framed(base64.b64decode(value["sealed"])) + framed(value["fingerprint"])
    return b"\1" + framed(value["message"] if isinstance(value, dict) else value)


def leaf(line: dict, event: dict) -> bytes:
    is_deleted = event["name"] == "ConfigDeleted"
    head = [framed(uuid.UUID(line["tenant"]).bytes), framed(uuid.UUID(line["config_id"]).bytes), number(event["version"]), framed(bytes([is_deleted])),
            number(line["sequence"]), number(event.get("created_sequence", line["sequence"])), number(microseconds(event.get("created_at", line["time"]))),
            number(microseconds(line["time"])), framed(event["config"]["type"])]
    return hashlib.sha256(b"".join(head + [property_of(event["config"], name) for name in PROPERTIES])).digest()


def state_digest(lines: list[dict]) -> str:
    """Of a chain that does not end within a move."""
    leaves = {}
    for line in lines:
        if line["type"].startswith("dialin.config."):
            name = uuid.UUID(line["tenant"]).bytes, uuid.UUID(line["config_id"]).bytes
            leaves[name] = leaf(line, json.loads(line["value"]))
    return hashlib.sha256(b"".join(leaves[name] for name in sorted(leaves))).hexdigest()
