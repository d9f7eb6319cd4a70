"""The chain as it stands on a topic: read raw, from its first offset to its end, by the consumer's one rule and by nothing of the program.

docs/log_format.md and docs/asyncapi.json say what is read here."""

import dataclasses
import datetime
import hashlib
import json
import uuid

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition

NO_ID = "0" * 64
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
READ_SECONDS_MAX = 30


@dataclasses.dataclass
class Record:
    """A message of the topic, well formed or not."""

    offset: int
    key: bytes | None
    headers: dict[str, str]
    value: bytes | None

    @property
    def id(self) -> str:
        return self.headers["ce_id"]

    @property
    def previous(self) -> str | None:
        return self.headers.get("ce_previousid")

    @property
    def type(self) -> str:
        return self.headers["ce_type"]

    @property
    def sequence(self) -> int:
        return int(self.headers["ce_sequence"])

    @property
    def time(self) -> str:
        return self.headers["ce_time"]

    @property
    def time_us(self) -> int:
        since = datetime.datetime.fromisoformat(self.time.replace("Z", "+00:00")) - EPOCH
        return since // datetime.timedelta(microseconds=1)

    @property
    def tenant(self) -> str | None:
        return self.headers.get("ce_tenant")

    @property
    def config_id(self) -> str | None:
        return self.headers.get("ce_subject")

    @property
    def json(self) -> dict:
        return json.loads(self.value)

    def own_id(self) -> str:
        """The SHA-256 over all that it says, each field with its length in front."""
        fields = (bytes.fromhex(self.previous), self.sequence.to_bytes(8, "little"), self.type.encode(), id_bytes(self.tenant), id_bytes(self.config_id),
                  self.time_us.to_bytes(8, "little"), self.value)
        return hashlib.sha256(b"".join(len(field).to_bytes(4, "little") + field for field in fields)).hexdigest()


def id_bytes(text: str | None) -> bytes:
    return uuid.UUID(text).bytes if text else b""


def read_topic(brokers: str, topic: str) -> list[Record]:
    """All messages up to the end that the topic has now."""
    # Committed offsets are none of ours; the group is only asked for because the client wants one.
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "reader", "enable.auto.commit": False, "isolation.level": "read_uncommitted",
                         "enable.partition.eof": True, "auto.offset.reset": "error"})
    found: list[Record] = []
    try:
        first, end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=READ_SECONDS_MAX)
        assert first == 0 or end == first, f"{topic} begins at {first}"
        consumer.assign([TopicPartition(topic, 0, first if end else OFFSET_END)])
        while True:
            message = consumer.poll(READ_SECONDS_MAX)
            assert message is not None, f"{topic} cannot be read to its end at {end}: nothing came after {len(found)} messages"
            if message.error():
                if message.error().code() == KafkaError._PARTITION_EOF:
                    return found
                raise KafkaException(message.error())
            headers = {name: (value or b"").decode(errors="replace") for name, value in message.headers() or []}
            found.append(Record(message.offset(), message.key(), headers, message.value()))
    finally:
        consumer.close()


def chain_of(records: list[Record]) -> tuple[list[Record], list[Record]]:
    """What is on the chain, and the strays."""
    chain, strays, last = [], [], NO_ID
    for record in records:
        if record.previous == last and "ce_id" in record.headers:
            chain.append(record)
            last = record.id
        else:
            strays.append(record)
    return chain, strays


def unsound(chain: list[Record]) -> list[str]:
    """Every record that does not prove itself and what stands before it."""
    found, time_us = [], 0
    for sequence, record in enumerate(chain, 1):
        if record.id != record.own_id():
            found.append(f"record {sequence}: the hash is another one")
        if record.sequence != sequence:
            found.append(f"record {sequence} says that it is {record.sequence}")
        if record.time_us <= time_us:
            found.append(f"record {sequence}: the time does not increase")
        if record.key != (record.config_id.encode() if record.config_id else None):
            found.append(f"record {sequence}: the key is not its config's id")
        time_us = record.time_us
    return found
