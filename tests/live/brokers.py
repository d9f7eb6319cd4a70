"""Kafka for a whole session of tests, and to it a way for each of some nodes that can be cut (links.py)."""

import pathlib

from live.kafka_nodes import VERSION, Nodes
from live.links import Links

NODES_MAX = 5
# By default a member of a group is only given up after 6 s at least.
PROPERTIES = {"group.min.session.timeout.ms": 500}


class Brokers:
    def __init__(self, home: pathlib.Path, brokers: int = 1):
        self.kafka = Nodes(home)
        with self.kafka.held():
            self.kafka.found(brokers, VERSION, PROPERTIES, links=NODES_MAX)
            self.kafka.start_all()
        self.links = Links([self.kafka.link(number) for number in range(NODES_MAX)])

    def close(self) -> None:
        self.links.close()
        with self.kafka.held():
            self.kafka.stop_all()
            self.kafka.remove()
