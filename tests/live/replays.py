"""`dialin replay` and `dialin snapshot` of a server's log, and servers on what they make."""

import contextlib
import pathlib
import re
from collections.abc import Iterator

from live.client import Client
from live.server import Server, run

PLACE = re.compile(r"(?:replayed to|snapshot of) (\d+):([0-9a-f]{64}) \((\S+)\) in (.+)\n")


def words_of(log: pathlib.Path | list[str]) -> list:
    """A data directory, or the words that name a log on Kafka."""
    return log if isinstance(log, list) else ["--data", log]


def replay(log: pathlib.Path | list[str], to: int | str, out: pathlib.Path) -> tuple[int, str]:
    """The sequence and the id that it ends with."""
    done = run("replay", *words_of(log), "--to", to, "--out", out)
    said = PLACE.fullmatch(done.stdout)
    assert said and said[4] == str(out), done.stdout
    return int(said[1]), said[2]


def snapshot(log: pathlib.Path | list[str], out: pathlib.Path) -> tuple[int, str]:
    """Likewise."""
    said = PLACE.fullmatch(run("snapshot", *words_of(log), "--out", out).stdout)
    assert said and said[4] == str(out)
    return int(said[1]), said[2]


@contextlib.contextmanager
def read_only(of: Server, data: pathlib.Path, *options: str) -> Iterator[Server]:
    """Serves `data` with the keys of another server; it must end well."""
    server = Server(data.parent / f"{data.name}.home", "--read-only", *options, data=data, secrets=of.keys.parent)
    server.key = of.key
    server.start()
    try:
        yield server
    finally:
        assert server.stop() == 0, server.said()


def all_files(directory: pathlib.Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and when it was changed."""
    return {str(path.relative_to(directory)): (about.st_size, about.st_mtime_ns) for path in sorted(directory.rglob("*")) if (about := path.lstat())}


def every_answer(server: Server, ids: list[str], numbers: list[str]) -> dict[str, tuple[int, bytes]]:
    """Status and body of what can be asked of these configs and numbers, and of all; the bytes as they were sent."""
    client = Client(server, server.key)
    paths = ["/domain-dialin-config", "/domain-dialin-config?type=pin_dialin&limit=2", "/events?limit=1000"]
    paths += [f"/domain-dialin-config/{config_id}{part}" for config_id in ids for part in ("", "/history")]
    paths += [f"/numbers/{number}{part}" for number in numbers for part in ("", "/history")]
    answers = {path: client.get(path) for path in paths}
    client.close()
    return {path: (answer.status, answer.body) for path, answer in answers.items()}
