"""The real log of a real node: what two tenants did through the API, and between it, from the first offset on, strays of every kind."""

import re
import shutil
import time

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from kafka.strays import Raw, all_of, chain_of, produce, strays
from live.client import Client
from live.server import PATIENCE_S

MARK = b"dialin.log.confirmed.v1"
TRACE = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate": "rojo=00f067aa0ba902b7"}
FOREVER = {"retention.ms": "-1", "retention.bytes": "-1"}


def make_topic(brokers: str, name: str) -> str:
    admin = AdminClient({"bootstrap.servers": brokers})
    admin.create_topics([NewTopic(name, 1, 1, config=FOREVER)])[name].result(30)
    return name


class History:
    def __init__(self, log, brokers: str, topic: str):
        self.log, self.brokers, self.topic = log, brokers, topic
        self.node = log.node("one", "--confirm", "append")
        self.keys = [self.node.add_key(tenant) for tenant in ("acme", "globex")]
        self.unfinished: list[Producer] = []

    def raw(self) -> list[Raw]:
        return all_of(self.brokers, self.topic)

    def chain(self) -> list[Raw]:
        return chain_of(self.raw())

    def marks(self) -> list[Raw]:
        """Of the node itself, each time that it asked for the end."""
        return [record for record in self.raw() if record.header("ce_type") == MARK and record.header("ce_previousid") is None]

    def clients(self) -> list[Client]:
        return [Client(self.node, key) for key in self.keys]

    def events(self) -> list[dict]:
        """What REST tells, of both tenants, in the one order."""
        return sorted((event for client in self.clients() for event in client.all_events()), key=lambda event: event["sequence"])

    def stray(self, transaction: str | None = None) -> Producer:
        options = {"transactional.id": f"{self.topic}-{transaction}", "transaction.timeout.ms": 600_000} if transaction else {}
        return produce(self.brokers, self.topic, strays(self.chain()), **options)

    def lead(self) -> None:
        self.node.start()
        acme, deadline = self.clients()[0], time.monotonic() + PATIENCE_S
        while (answer := acme.post("/domain-dialin-config?dry_run=true", {"type": "pin_dialin"})).status == 503:
            assert time.monotonic() < deadline, answer.body
            time.sleep(0.02)
        answer.expect(200)

    def make(self) -> "History":
        make_topic(self.brokers, self.topic)
        produce(self.brokers, self.topic, [{"value": b"older than the log"}, {"key": b"k", "value": None}])
        self.log.init()
        self.lead()
        acme, globex = self.clients()
        desk = acme.pinless(name_prefix="Front desk")
        self.stray()
        bell = globex.pin(name_prefix='Früh "am" Morgen\n☎ 😀', ivr_greeting={"message": "Your PIN, please."})
        acme.update(desk["id"], timeout_config={"message": "Nobody is here."}, room_creation_api="https://example.com/rooms?a=b")
        self.stray("aborted").abort_transaction(30)
        acme.update(desk["id"], hmac=None, hold_music_url="https://example.com/hold.mp3")
        acme.restore(desk["id"], 1)
        acme.get(f"/domain-dialin-config/{desk['id']}", headers={"Dialin-Consistency": "strong"}).expect(200)
        moved = acme.move(desk["id"], type="pin_dialin", ivr_greeting={"message": "Welcome."})
        self.unfinished.append(self.stray("open"))
        globex.remove(bell["id"])
        globex.restore(bell["id"], 1)
        acme.remove(moved["id"])
        number = moved["config"]["phone_number"]
        once = {"Idempotency-Key": "once", **TRACE}
        again = acme.post("/domain-dialin-config", {"type": "pinless_dialin", "phone_number": number}, headers=once).expect(200).json
        acme.move(again["id"], type="pin_dialin")
        assert self.node.stop() == 0
        self.stray()
        # A node without a disk is a consumer like any other: it begins at offset 0.
        shutil.rmtree(self.node.data)
        self.lead()
        acme.close()
        acme.remove(acme.all_configs()[0]["id"])
        return self

    def strays_counted(self) -> int:
        metrics = Client(self.node, None).get("/metrics").expect(200).body.decode()
        return int(float(re.search(r"^dialin_log_strays_total (\S+)$", metrics, re.MULTILINE)[1]))
