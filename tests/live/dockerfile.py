"""What the Dockerfile's last stage says of the image: for tests that run it as processes of this machine, or look at it without a container engine."""

import dataclasses
import json
import pathlib
import re
import shlex


@dataclasses.dataclass
class Image:
    base: str
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    entrypoint: list[str] = dataclasses.field(default_factory=list)
    command: list[str] = dataclasses.field(default_factory=list)
    health: list[str] = dataclasses.field(default_factory=list)
    user: str = "root"
    volumes: list[str] = dataclasses.field(default_factory=list)
    run_as: list[tuple[str, str]] = dataclasses.field(default_factory=list)  # user and command of each RUN


def words(text: str) -> list[str]:
    """A command as its words: as they are listed, or for a shell."""
    return json.loads(text) if text.startswith("[") else ["/bin/sh", "-c", text]


def instructions(text: str) -> list[tuple[str, str]]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n", " ", "\n".join(lines))
    return [tuple(line.split(maxsplit=1)) for line in whole.splitlines() if line.strip()]


def last_stage(file: pathlib.Path) -> Image:
    image = None
    for name, rest in instructions(file.read_text()):
        if name == "FROM":
            image = Image(rest.split()[0])
        elif name == "ENV":
            image.env |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        elif name == "ENTRYPOINT":
            image.entrypoint = words(rest)
        elif name == "CMD":
            image.command = words(rest)
        elif name == "HEALTHCHECK":
            image.health = words(rest.split("CMD ", 1)[1])
        elif name == "USER":
            image.user = rest
        elif name == "VOLUME":
            image.volumes += json.loads(rest)
        elif name == "RUN":
            image.run_as.append((image.user, rest))
    return image
