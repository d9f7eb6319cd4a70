"""Libraries that a process runs under, compiled from one source file each."""

import pathlib
import subprocess


def compiled(source: pathlib.Path, home: pathlib.Path) -> pathlib.Path:
    """The library, which stands in `home`."""
    library = home / f"{source.stem}.so"
    home.mkdir(parents=True, exist_ok=True)
    if not library.exists():
        subprocess.run(["g++", "-std=c++20", "-O1", "-shared", "-fPIC", "-o", library, source], check=True)
    return library
