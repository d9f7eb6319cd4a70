#!/usr/bin/env python3
"""Puts the chain that lies in a data directory into a new topic of Kafka, record for record, so that nodes can go on there.

    put_back.py DATA/log BROKERS TOPIC [--to SEQUENCE] [--replication 3] [--property KEY=VALUE ...]

DATA/log is of a node that is stopped, or a backup of it; it is only read. TOPIC must not exist. Each record is proved by its hash before it is sent.
Prints the last one, `head SEQUENCE:ID`, as `dialin verify` does. --to leaves out what comes behind that record, and never ends within a move.
Status 1: it went wrong half-way, or never began; delete the topic, if it is there, before the next try. Needs the package confluent-kafka.
"""

import argparse
import datetime
import fcntl
import hashlib
import json
import pathlib
import sys
import uuid

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

SEGMENT_HEAD_BYTES, FRAME_HEAD_BYTES = 128, 20
BATCH_RECORDS = 10_000
VALUE_BYTES_MAX = 512 * 1024
# As `dialin init` makes it.
SETTINGS = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1", "message.timestamp.type": "LogAppendTime",
            "unclean.leader.election.enable": "false", "max.message.bytes": str(VALUE_BYTES_MAX + 64 * 1024)}


class Stop(Exception):
    """One line that says why."""


class Record:
    """Of one frame, by docs/log_format.md."""

    def __init__(self, data: bytes):
        self.id, self.previous = data[:32], data[32:64]
        self.sequence, self.time_us = (int.from_bytes(data[at:at + 8], "little") for at in (64, 72))
        at, parts = 80, []
        for width in (1, 1, 1, 4):
            size = int.from_bytes(data[at:at + width], "little")
            parts.append(data[at + width:at + width + size])
            at += width + size
        self.type, self.tenant, self.config, self.value = parts

    def is_sound(self, before: "Record | None") -> bool:
        numbers = (number.to_bytes(8, "little") for number in (self.sequence, self.time_us))
        sequence, time_us = numbers
        fields = self.previous, sequence, self.type, self.tenant, self.config, time_us, self.value
        proved = hashlib.sha256(b"".join(len(field).to_bytes(4, "little") + field for field in fields)).digest() == self.id
        return proved and (self.sequence, self.previous) == ((before.sequence + 1, before.id) if before else (1, bytes(32)))

    def begins_move(self) -> bool:
        return self.type == b"dialin.config.deleted.v1" and "moved_to" in json.loads(self.value)

    def headers(self, log: str) -> list[tuple[str, str]]:
        time = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=self.time_us)
        headers = [("ce_specversion", "1.0"), ("ce_id", self.id.hex()), ("ce_source", f"/dialin/{log}"), ("ce_type", self.type.decode()),
                   ("ce_time", time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")), ("ce_sequence", str(self.sequence)), ("ce_previousid", self.previous.hex()),
                   ("content-type", "application/json")]
        named = (("ce_subject", self.config), ("ce_tenant", self.tenant))
        return headers + [(name, str(uuid.UUID(bytes=value))) for name, value in named if value]


def records(directory: pathlib.Path):
    """All that lie there, each proved by the one before. The end of the last segment may be torn."""
    last = None
    for segment in sorted(directory.glob("*.segment")):
        data, at = segment.read_bytes(), SEGMENT_HEAD_BYTES
        while data[at:at + FRAME_HEAD_BYTES].strip(b"\0"):
            length = int.from_bytes(data[at + 8:at + 12], "little")
            at += FRAME_HEAD_BYTES + length
            if length == 0:
                continue  # a mark
            record = Record(data[at - length:at])
            if not record.is_sound(last):
                print(f"put_back.py: {segment.name} holds no sound record behind {last.sequence if last else 0}", file=sys.stderr)
                return
            yield record
            last = record


def wanted(directory: pathlib.Path, to: int | None):
    """Up to `to`; a deletion that begins a move is held back until its creation comes."""
    held = None
    for record in records(directory):
        if to is not None and record.sequence > to:
            return
        if held:
            yield held
        held = record if record.begins_move() else None
        if not held:
            yield record
    if held and to is None:
        yield held  # the node that leads next writes the other half


def put_back(options: argparse.Namespace) -> str:
    lock = open(options.directory / "lock", "rb")  # noqa: SIM115: held until the end
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Stop(f"{options.directory} is in use: stop its node first") from None
    connection = {**dict(each.split("=", 1) for each in options.property), "bootstrap.servers": options.brokers}
    settings = {**SETTINGS, "min.insync.replicas": str(min(options.replication, 2))}
    admin = AdminClient(connection)
    admin.create_topics([NewTopic(options.topic, 1, options.replication, config=settings)])[options.topic].result(30)
    producer = Producer({**connection, "enable.idempotence": True, "acks": "all", "batch.size": VALUE_BYTES_MAX, "message.timeout.ms": 30_000})
    failed: list[str] = []
    log, last = "", None
    for record in wanted(options.directory, options.to):
        log = log or json.loads(record.value)["log_id"]
        key = str(uuid.UUID(bytes=record.config)) if record.config else None
        producer.produce(options.topic, record.value, key, 0, on_delivery=lambda error, _: failed.append(str(error)) if error else None, headers=record.headers(log))
        last = record
        if record.sequence % BATCH_RECORDS == 0:
            producer.flush(60)
    if producer.flush(60) or failed:
        raise Stop(f"Kafka did not take all records: {failed[:1] or 'it does not answer'}")
    if last is None:
        raise Stop(f"{options.directory} holds no record")
    return f"head {last.sequence}:{last.id.hex()}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path, metavar="DATA/log")
    parser.add_argument("brokers")
    parser.add_argument("topic")
    parser.add_argument("--to", type=int, metavar="SEQUENCE")
    parser.add_argument("--replication", type=int, default=3)
    parser.add_argument("--property", action="append", default=[], metavar="KEY=VALUE")
    options = parser.parse_args()
    try:
        print(put_back(options))
    except (Stop, KafkaException, OSError) as why:
        print(f"put_back.py: {why}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
