"""Kafka for a whole session of tests, and to it a way for each of some nodes that can be cut (links.py)."""

import dataclasses
import pathlib

from live.kafka_nodes import VERSION, Nodes
from live.links import Links
from live.small_disk import SmallDisk

NODES_MAX = 5


@dataclasses.dataclass
class Lane:
    """What one cluster of nodes has of it: the brokers are everybody's, the ways its own."""

    kafka: Nodes
    links: Links


class Brokers:
    """`lanes`: for as many clusters as run side by side. Its own `links` are those of the first. `disk`: where the one broker has its data; mounted already."""

    def __init__(self, home: pathlib.Path, brokers: int = 1, lanes: int = 1, disk: SmallDisk | None = None):
        self.kafka, self.disk = Nodes(home), disk
        with self.kafka.held():
            self.kafka.found(brokers, VERSION, {"log.dirs": disk.place / "data"} if disk else None, links=NODES_MAX * lanes)
            # Before any process runs that nobody would end if somebody has the ports.
            self.lanes = [Lane(self.kafka, Links([self.kafka.link(NODES_MAX * lane + number) for number in range(NODES_MAX)])) for lane in range(lanes)]
            self.links = self.lanes[0].links
            self.kafka.start_all()

    def close(self) -> None:
        for lane in self.lanes:
            lane.links.close()
        with self.kafka.held():
            self.kafka.stop_all()
            self.kafka.remove()
