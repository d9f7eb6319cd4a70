"""Reads segments by docs/log_format.md alone: where each record stands, and where each of its fields does. Uses no code of the program."""

import pathlib
import struct

SEGMENT_HEAD_BYTES = 128
FRAME_HEAD_BYTES = 20


def fields_of(data: bytes, at: int) -> dict[str, tuple[int, int]]:
    """Field → (first byte, size) of the frame that begins at `at`; the frame's own head included."""
    fields = {"check": (at, 8), "length": (at + 8, 4), "synced": (at + 12, 8)}
    place = at + FRAME_HEAD_BYTES
    for name, size in (("id", 32), ("previous", 32), ("sequence", 8), ("time", 8)):
        fields[name] = (place, size)
        place += size
    for name, width in (("type", 1), ("tenant", 1), ("config", 1), ("value", 4)):
        size = int.from_bytes(data[place:place + width], "little")
        fields[name + " length"] = (place, width)
        place += width
        if size:
            fields[name] = (place, size)
        place += size
    return fields


def records(segment: pathlib.Path) -> list[dict[str, tuple[int, int]]]:
    data = segment.read_bytes()
    found = []
    at = SEGMENT_HEAD_BYTES
    while at + FRAME_HEAD_BYTES <= len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        if data[at:at + FRAME_HEAD_BYTES] == bytes(FRAME_HEAD_BYTES):
            break
        if length == 0:  # a mark
            at += FRAME_HEAD_BYTES
            continue
        found.append(fields_of(data, at))
        at += FRAME_HEAD_BYTES + length
    return found
