"""Rewrites a log by docs/log_format.md: takes its segments apart, lets records be changed, moved, made and removed, chains them anew when it is told to,
and writes all back in good form. What somebody can do who may write to the disk. Uses no code of the program."""

import dataclasses
import hashlib
import json
import pathlib
import struct

from fault.segments import FRAME_HEAD_BYTES, SEGMENT_HEAD_BYTES



def check(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:8]


@dataclasses.dataclass
class Record:
    previous: bytes
    sequence: int
    time: int  # microseconds
    type: bytes
    tenant: bytes
    config: bytes
    value: bytes
    id: bytes = b""

    def own_id(self) -> bytes:
        fields = (self.previous, struct.pack("<Q", self.sequence), self.type, self.tenant, self.config, struct.pack("<Q", self.time), self.value)
        return hashlib.sha256(b"".join(struct.pack("<I", len(field)) + field for field in fields)).digest()

    def encoded(self) -> bytes:
        short = b"".join(bytes([len(field)]) + field for field in (self.type, self.tenant, self.config))
        return self.id + self.previous + struct.pack("<QQ", self.sequence, self.time) + short + struct.pack("<I", len(self.value)) + self.value

    def change(self, **members) -> None:
        """Members of the value's JSON."""
        self.value = json.dumps({**json.loads(self.value), **members}, separators=(",", ":"), ensure_ascii=False).encode()


@dataclasses.dataclass
class Frame:
    synced: int
    record: Record | None  # None: a mark


def record_of(data: bytes) -> Record:
    id, previous = data[:32], data[32:64]
    sequence, time = struct.unpack_from("<QQ", data, 64)
    at, fields = 80, []
    for width in (1, 1, 1, 4):
        size = int.from_bytes(data[at:at + width], "little")
        at += width
        fields.append(data[at:at + size])
        at += size
    assert at == len(data)
    return Record(previous, sequence, time, *fields, id)


class Segment:
    def __init__(self, path: pathlib.Path):
        self.path = path
        data = path.read_bytes()
        self.head, self.size = bytearray(data[:SEGMENT_HEAD_BYTES]), len(data)
        self.frames: list[Frame] = []
        at = SEGMENT_HEAD_BYTES
        while at + FRAME_HEAD_BYTES <= len(data) and data[at:at + FRAME_HEAD_BYTES] != bytes(FRAME_HEAD_BYTES):
            length, synced = struct.unpack_from("<IQ", data, at + 8)
            at += FRAME_HEAD_BYTES
            self.frames.append(Frame(synced, record_of(data[at:at + length]) if length else None))
            at += length

    def write(self) -> None:
        self.head[120:128] = check(bytes(self.head[:120]))
        log, out = bytes(self.head[8:24]), bytearray(self.head)
        for frame in self.frames:
            body = frame.record.encoded() if frame.record else b""
            counts = struct.pack("<IQ", len(body), frame.synced)
            out += check(log + counts) + counts + body
        assert len(out) <= self.size, "it does not fit"
        self.path.write_bytes(bytes(out) + bytes(self.size - len(out)))


class Forger:
    def __init__(self, log: pathlib.Path):
        self.segments = [Segment(path) for path in sorted(log.glob("*.segment"))]

    def records(self) -> list[Record]:
        return [frame.record for segment in self.segments for frame in segment.frames if frame.record]

    def frames_of(self, sequence: int) -> tuple[list[Frame], int]:
        """The frames of the segment that holds the record, and its place among them."""
        for segment in self.segments:
            for place, frame in enumerate(segment.frames):
                if frame.record and frame.record.sequence == sequence:
                    return segment.frames, place
        raise KeyError(sequence)

    def remove(self, sequence: int) -> None:
        frames, place = self.frames_of(sequence)
        del frames[place]

    def swap(self, sequence: int, other: int) -> None:
        (frames, place), (others, elsewhere) = self.frames_of(sequence), self.frames_of(other)
        frames[place].record, others[elsewhere].record = others[elsewhere].record, frames[place].record

    def insert_after(self, sequence: int, record: Record) -> None:
        frames, place = self.frames_of(sequence)
        frames.insert(place + 1, Frame(frames[place].synced, record))

    def cut(self, last: int) -> None:
        """Takes all behind a record away, marks and the segments behind it too."""
        for segment in list(self.segments):
            segment.frames = [frame for frame in segment.frames if frame.record and frame.record.sequence <= last]
            if not segment.frames:
                segment.path.unlink()
                self.segments.remove(segment)

    def chain_again(self) -> None:
        """Gives every record the sequence, the previous id and the hash that its place asks for: a chain without a flaw."""
        last, sequence, time = bytes(32), 0, 0
        for segment in self.segments:
            struct.pack_into("<Q32sQ", segment.head, 24, sequence + 1, last, time)
            for frame in segment.frames:
                frame.synced = min(frame.synced, sequence)
                if frame.record is None:
                    continue
                record = frame.record
                sequence += 1
                record.sequence, record.previous = sequence, last
                record.id = last = record.own_id()
                time = record.time

    def write(self) -> None:
        for segment in self.segments:
            segment.write()
