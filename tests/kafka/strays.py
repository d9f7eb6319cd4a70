"""Records of a topic that are not on the chain, of every kind that can be met: nobody who reads may take one for the next record, or stumble."""

import dataclasses
import hashlib
import os

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

ZEROS = b"0" * 64


@dataclasses.dataclass
class Raw:
    """A record as it stands in the topic."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]

    def header(self, name: str) -> bytes | None:
        return dict(self.headers).get(name)

    def but(self, **others: bytes | None) -> list[tuple[str, bytes | None]]:
        """Its headers with other values."""
        return [(name, others.get(name, value)) for name, value in self.headers]


def all_of(bootstrap: str, topic: str, isolation: str = "read_uncommitted") -> list[Raw]:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "none", "enable.auto.commit": False, "enable.partition.eof": True,
                         "auto.offset.reset": "error", "isolation.level": isolation, "fetch.wait.max.ms": 10})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found = []
    try:
        while True:
            message = consumer.poll(30)
            assert message is not None, "the topic is silent"
            if message.error():
                assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
                return found
            try:
                headers = message.headers() or []
            except SystemError:  # a name that is not UTF-8
                headers = []
            found.append(Raw(message.offset(), message.key(), message.value(), headers))
    finally:
        consumer.close()


def chain_of(raw: list[Raw]) -> list[Raw]:
    """By the rule alone."""
    chain: list[Raw] = []
    for record in raw:
        if record.header("ce_previousid") == (chain[-1].header("ce_id") if chain else ZEROS):
            chain.append(record)
    return chain


def produce(bootstrap: str, topic: str, records: list[dict], **options) -> Producer:
    """In order; the producer, which may hold a transaction open."""
    producer = Producer({"bootstrap.servers": bootstrap, "message.max.bytes": 1_000_000, **options})
    transactional = "transactional.id" in options
    if transactional:
        producer.init_transactions(30)
        producer.begin_transaction()
    for record in records:
        producer.produce(topic, partition=0, **record)
    assert producer.flush(30) == 0
    return producer


def strays(chain: list[Raw]) -> list[dict]:
    """Of every kind, behind `chain`."""
    first, older, last = chain[0], chain[len(chain) // 2], chain[-1]
    tail = last.header("ce_id")
    other = hashlib.sha256(os.urandom(8)).hexdigest().encode()
    headers = [
        None,
        [],
        [("", b"")],
        [(name, None) for name, _ in last.headers],
        [(name, b"\xff\xfe\x00\n\r\"\\") for name, _ in last.headers],
        [("ce_previousid", tail[:-1]), ("ce_id", other)],
        [("ce_previousid", tail + b"0"), ("ce_id", other)],
        [("ce_previousid", b" " + tail), ("ce_id", other)],
        [("CE_PREVIOUSID", tail), ("ce_id", other)],
        [("previousid", tail), ("id", other)],
        # Who joins headers into a line, or values into text, would find a record here.
        [("x", b"\nce_previousid=" + tail + b",ce_id=" + other), ("y", b'","ce_previousid","' + tail + b'"')],
        # Twice: the last one counts.
        [("ce_previousid", tail), *last.but(ce_id=other)],
        [*last.headers, *older.headers],
        # What a writer that lost its place leaves, whole but for its place.
        older.but(ce_id=other),
        first.but(ce_id=other),
        [(name, value) for name, value in last.headers if name != "ce_previousid"],
        [("content-type", b"application/cloudevents+json")],
    ]
    values = [b"{}", None, b"", os.urandom(300), b'\n0 ' + tail + b' 1 dialin.config.created.v1 -\n', b'{"headers": ["ce_previousid", "' + tail + b'"]}']
    of_each = [{"key": last.key, "value": values[at % len(values)], "headers": each} for at, each in enumerate(headers)]
    copies = [{"key": record.key, "value": record.value, "headers": record.headers} for record in (first, older, last, last)]
    tombstones = [{"key": record.key, "value": None, "headers": each} for record in (first, last) for each in (None, record.headers)]
    return [*of_each, *copies, *tombstones, {"key": os.urandom(20), "value": os.urandom(700_000), "headers": None}]
