"""Chains as lines of JSON, as `dialin export` writes them and `dialin import` reads them: made here by docs/log_format.md alone, and taken apart."""

import base64
import dataclasses
import datetime
import hashlib
import json
import pathlib
import uuid

from fault.segments import FRAME_HEAD_BYTES, records
from live.server import run

NO_ID = bytes(32)
EPOCH = datetime.datetime(1970, 1, 1)
START_US = 1_700_000_000_000_000
CREATED, OPENED = b"dialin.log.created.v1", b"dialin.log.opened.v1"


@dataclasses.dataclass
class Link:
    """A record; its id follows from the rest."""

    sequence: int
    previous: bytes
    type: bytes
    tenant: uuid.UUID | None
    config_id: uuid.UUID | None
    time_us: int
    value: bytes

    @property
    def id(self) -> bytes:
        fields = (self.previous, self.sequence.to_bytes(8, "little"), self.type, self.tenant.bytes if self.tenant else b"",
                  self.config_id.bytes if self.config_id else b"", self.time_us.to_bytes(8, "little"), self.value)
        return hashlib.sha256(b"".join(len(field).to_bytes(4, "little") + field for field in fields)).digest()

    @property
    def head(self) -> str:
        return f"{self.sequence}:{self.id.hex()}"

    @property
    def time(self) -> str:
        return (EPOCH + datetime.timedelta(microseconds=self.time_us)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    @staticmethod
    def us_of(time: str) -> int:
        return (datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ") - EPOCH) // datetime.timedelta(microseconds=1)

    def line(self, **others) -> str:
        """`others`: members as they shall stand instead; None leaves one out."""
        members = {"sequence": self.sequence, "id": self.id.hex(), "previous": self.previous.hex(), **text_of("type", self.type),
                   "tenant": self.tenant and str(self.tenant), "config_id": self.config_id and str(self.config_id), "time": self.time,
                   **text_of("value", self.value), **others}
        return json.dumps({name: value for name, value in members.items() if value is not None}, ensure_ascii=False, separators=(",", ":")) + "\n"


def text_of(name: str, value: bytes) -> dict[str, str]:
    try:
        return {name: value.decode()}
    except UnicodeDecodeError:
        return {name + "_base64": base64.b64encode(value).decode()}


class Chain:
    """Grows record by record, whatever stands in them."""

    def __init__(self, log: uuid.UUID | None = None):
        self.log = log or uuid.uuid4()
        self.links: list[Link] = []
        self.add(CREATED, json.dumps({"log_id": str(self.log)}).encode())

    def add(self, type: bytes, value: bytes, tenant: uuid.UUID | None = None, config_id: uuid.UUID | None = None, after_us: int = 1) -> Link:
        last = self.links[-1] if self.links else None
        self.links.append(Link(last.sequence + 1 if last else 1, last.id if last else NO_ID, type, tenant, config_id,
                               last.time_us + after_us if last else START_US, value))
        return self.links[-1]

    def open(self, term: int) -> Link:
        return self.add(OPENED, json.dumps({"node": "of old", "url": "", "term": term, "nonce": uuid.uuid4().hex}).encode())

    def lines(self, after: int = 0, to: int | None = None) -> str:
        return "".join(link.line() for link in self.links[after:to])

    @property
    def head(self) -> str:
        return self.links[-1].head


def odd_chain() -> Chain:
    """With types that no program knows, values that are no text and no JSON, and those of every length that matters."""
    chain = Chain()
    tenant, config_id = uuid.uuid4(), uuid.uuid4()
    values = [b"", b"{}", b"\x00", bytes(range(256)), b"\xff" * 3, b'"\\/\b\f\n\r\t\x1f\x7f', "\u2028\u00e9\U0001f600\ufeff".encode(), b"\xed\xa0\x80",
              b"x" * 512 * 1024, b"\x01" * 512 * 1024]
    for term, value in enumerate(values, 1):
        chain.open(term)
        chain.add(b"dialin.config.renamed.v9", value, tenant, config_id)
        chain.add(b"x", value)
        chain.add(b"t" * 255, value, tenant)
        chain.add(b"\xf0\xff", value, None, config_id, after_us=10**9)
    return chain


def links_of(log: pathlib.Path) -> list[Link]:
    """What stands in a directory, record by record; nothing of it is proved."""
    links = []
    for segment in sorted(log.glob("*.segment")):
        data = segment.read_bytes()
        for fields in records(segment):
            def of(name: str) -> bytes:
                at, size = fields.get(name, (0, 0))
                return data[at:at + size]

            tenant, config_id = (uuid.UUID(bytes=of(name)) if of(name) else None for name in ("tenant", "config"))
            links.append(Link(int.from_bytes(of("sequence"), "little"), of("previous"), of("type"), tenant, config_id, int.from_bytes(of("time"), "little"),
                              of("value")))
    return links


def append_frame(log: pathlib.Path, link: Link) -> None:
    """Puts a record behind the last one of a log that stands still, framed as the store does it."""
    segment = sorted(log.glob("*.segment"))[-1]
    data = bytearray(segment.read_bytes())
    at, size = records(segment)[-1]["value"]
    content = link.id + link.previous + link.sequence.to_bytes(8, "little") + link.time_us.to_bytes(8, "little")
    for field, width in ((link.type, 1), (link.tenant.bytes if link.tenant else b"", 1), (link.config_id.bytes if link.config_id else b"", 1), (link.value, 4)):
        content += len(field).to_bytes(width, "little") + field
    covered = len(content).to_bytes(4, "little") + (link.sequence - 1).to_bytes(8, "little")
    log_id = uuid.UUID(json.loads(links_of(log)[0].value)["log_id"]).bytes
    frame = hashlib.sha256(log_id + covered).digest()[:8] + covered + content
    data[at + size:at + size + len(frame) + FRAME_HEAD_BYTES] = frame + bytes(FRAME_HEAD_BYTES)  # over the mark
    segment.write_bytes(data)


def exported(*words) -> str:
    """What `dialin export` writes."""
    return run("export", *words).stdout
