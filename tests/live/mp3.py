"""MPEG audio made by hand: frames of silence, all zero behind the header. The rates are those of MPEG-1, layer III."""

RATES = (44_100, 48_000, 32_000)
# By layer.
KBPS = {1: tuple(range(0, 449, 32)),
        2: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
        3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)}
FRAME_MS = 24  # 1,152 samples at 48,000/s


def frame(kbps: int = 128, rate: int = 48_000, layer: int = 3) -> bytes:
    header = bytes((0xFF, 0xF8 | (4 - layer) << 1 | 1, KBPS[layer].index(kbps) << 4 | RATES.index(rate) << 2, 0))
    length = 144_000 * kbps // rate if layer != 1 else 12_000 * kbps // rate * 4
    return header.ljust(length, b"\0")


def constant(ms: int, kbps: int = 128) -> bytes:
    """`ms` is a multiple of FRAME_MS."""
    return frame(kbps) * (ms // FRAME_MS)


def variable(ms: int) -> bytes:
    """Frames of 320 and of 32 kbps in turn."""
    return b"".join(frame(320 if n % 2 == 0 else 32) for n in range(ms // FRAME_MS))


def xing(frames: int, length: int) -> bytes:
    """A frame that claims so many frames and bytes for what follows."""
    claim = b"Xing" + (3).to_bytes(4, "big") + frames.to_bytes(4, "big") + length.to_bytes(4, "big")
    made = bytearray(frame())
    made[36:36 + len(claim)] = claim
    return bytes(made)


def of_size(size: int) -> bytes:
    """A short one with a picture of the right size in its tag: exactly `size` bytes."""
    music = constant(2400)
    left = size - len(music) - 10
    length = bytes(left >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0\0" + length + bytes(left) + music
