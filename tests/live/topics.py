"""What others may do to a topic: change it, cut it, delete it, write into it."""

import threading

from confluent_kafka import OFFSET_END, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, ResourceType

from live.chain import Record
from live.cluster import until

SECONDS_MAX = 20
# A log's topic, as `dialin init` makes it.
SETTINGS = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1", "message.timestamp.type": "LogAppendTime", "max.message.bytes": "600000"}


class Topic:
    def __init__(self, brokers: str, name: str):
        self.brokers, self.name = brokers, name
        self.admin = AdminClient({"bootstrap.servers": brokers})

    def set(self, **settings: str) -> None:
        """Names with underscores for dots."""
        entries = [ConfigEntry(name.replace("_", "."), value, incremental_operation=AlterConfigOpType.SET) for name, value in settings.items()]
        resource = ConfigResource(ResourceType.TOPIC, self.name, incremental_configs=entries)
        self.admin.incremental_alter_configs([resource])[resource].result(SECONDS_MAX)

    def add_partitions(self, total: int) -> None:
        self.admin.create_partitions([NewPartitions(self.name, total)])[self.name].result(SECONDS_MAX)

    def cut_before(self, offset: int = OFFSET_END) -> None:
        """Records below it are gone."""
        place = TopicPartition(self.name, 0, offset)
        self.admin.delete_records([place])[place].result(SECONDS_MAX)

    def delete(self) -> None:
        self.admin.delete_topics([self.name])[self.name].result(SECONDS_MAX)
        until(lambda: self.name not in self.admin.list_topics(timeout=SECONDS_MAX).topics)

    def make(self) -> None:
        self.admin.create_topics([NewTopic(self.name, 1, 1, config=SETTINGS)])[self.name].result(SECONDS_MAX)

    def write(self, *records: tuple[bytes | None, list[tuple[str, bytes]], bytes | None]) -> list[int]:
        """Key, headers and value of each; the offsets where they landed."""
        producer = Producer({"bootstrap.servers": self.brokers, "acks": "all", "message.max.bytes": 2_000_000})
        landed: list[int] = []
        failed: list[str] = []
        done = threading.Event()

        def report(error, message) -> None:
            failed.append(str(error)) if error else landed.append(message.offset())
            if len(landed) + len(failed) == len(records):
                done.set()

        for key, headers, value in records:
            producer.produce(self.name, value, key, headers=headers, on_delivery=report, partition=0)
        producer.flush(SECONDS_MAX)
        assert done.is_set() and not failed, failed
        return landed

    def put_back(self, *records: Record) -> list[int]:
        return self.write(*((record.key, [(name, value.encode()) for name, value in record.headers.items()], record.value) for record in records))
