"""A disk that is small and can be filled: a tmpfs, where this machine lets us mount one."""

import contextlib
import os
import pathlib
import subprocess


class SmallDisk:
    def __init__(self, place: pathlib.Path, size_mb: int):
        self.place, self.size_mb = place, size_mb
        self.ballast = place / "ballast"

    def mount(self) -> bool:
        """False: it is forbidden here."""
        self.place.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={self.size_mb}m", "tmpfs", self.place]
        return os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0

    def unmount(self) -> None:
        # Lazily: a process that was just killed may still be on its way out.
        subprocess.run(["umount", "-l", self.place], check=True, capture_output=True)

    def fill(self) -> None:
        """Until not even a page has room."""
        with open(self.ballast, "ab", buffering=0) as file:
            for size in (1 << 20, 4096):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"\xff" * size)

    def make_room(self) -> None:
        self.ballast.unlink(missing_ok=True)
