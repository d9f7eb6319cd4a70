"""Data directories whose views other programs have made."""

import json
import pathlib
import subprocess
import tarfile
import time

from live.client import Client
from live.server import BINARY, PATIENCE_S, ROOT, Server

SCHEMA = 2


def unpack(schema: int, home: pathlib.Path) -> tuple[Server, dict]:
    """The directory that the last program with this schema has left, and what could be read from it."""
    home.mkdir(parents=True)
    with tarfile.open(ROOT / f"tests/fixtures/schema-{schema}.tar.xz") as packed:
        packed.extractall(home)
    for secret in ("keys.json", "keyring.json"):
        (home / secret).chmod(0o600)
    return Server(home, "--allow-sip-only"), json.loads((home / "answers.json").read_text())


def make_log(server: Server, configs: int, events: int, *on_kafka: str) -> list[str]:
    """A log of `events` of the tenant `own`, and no views; the ids of its configs. `on_kafka`: options that name a topic."""
    ids = server.home / "ids.txt"
    subprocess.run([BINARY.parent / "tests/bench/make_log", "--data", server.data, "--keyring", server.keyring, "--tenant", "own", "--configs", str(configs),
                    "--events", str(events), "--ids", ids, *on_kafka], check=True, capture_output=True)
    return ids.read_text().split()


def make_views(which: str, server: Server) -> None:
    """`older` or `newer` ones, of the server's log."""
    done = subprocess.run([BINARY.parent / "tests/make_views", which, server.data], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def views_of(client: Client) -> dict:
    """What /readyz says of them; it must be 200."""
    return client.get("/readyz").expect(200).json["views"]


def wait_rebuilt(client: Client, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while (views := views_of(client)) != {"schema": SCHEMA}:
        assert time.monotonic() < deadline, views
        time.sleep(0.01)
