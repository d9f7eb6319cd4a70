"""A wall clock of one process alone that can be set while it runs (strange_clock.cc). Monotonic time stays true."""

import pathlib
import struct

from live.preload import compiled

SOURCE = pathlib.Path(__file__).with_name("strange_clock.cc")


class StrangeClock:
    """Its library and its setting stand in `home`."""

    def __init__(self, home: pathlib.Path):
        self.library, self.setting = compiled(SOURCE, home), home / "off_by_ns"
        self.setting.write_bytes(struct.pack("<q", 0))

    def set(self, off_by_s: float) -> None:
        """Counts at once."""
        with open(self.setting, "r+b", buffering=0) as file:
            file.write(struct.pack("<q", int(off_by_s * 1e9)))

    @property
    def under(self) -> tuple[str, ...]:
        """The command to run a program under."""
        return ("env", f"LD_PRELOAD={self.library}", f"STRANGE_CLOCK={self.setting}")
