"""What it costs to look back: reads as of the past, and the commands that read a whole log. One log of a million events, or of a million configs."""

import json
import pathlib
import shutil
import subprocess
import time

from bench.figures import Row, Stage, median
from bench.load import wrk
from live.client import Client
from live.server import BINARY, Server, run

CONFIGS_OF_THE_LONG_LOG = 100_000


def seconds_of(*command: str | pathlib.Path, stdin: pathlib.Path | None = None, stdout: pathlib.Path | None = None) -> float:
    with open(stdin or "/dev/null", "rb") as given, open(stdout or "/dev/null", "wb") as taken:
        began = time.monotonic()
        done = subprocess.run(list(map(str, command)), stdin=given, stdout=taken, stderr=subprocess.PIPE)
        took = time.monotonic() - began
    if done.returncode:
        raise RuntimeError(f"{command}: status {done.returncode}: {done.stderr.decode()[-2000:]}")
    return took


def walk_per_s(log: pathlib.Path, *options: str) -> float:
    found = json.loads(subprocess.run([BINARY.parent / "tests/bench/walk_log", log, *options], capture_output=True, text=True, check=True).stdout)
    return found["records"] / found["seconds"]


def long_log(stage: Stage, name: str) -> tuple[Server, int]:
    events = 1_000_000 // stage.effort.scale
    server = stage.server(name, CONFIGS_OF_THE_LONG_LOG // stage.effort.scale, events, started=False)
    return server, events


def whole(stage: Stage) -> list[Row]:
    """verify, replay, export and import, each beside a bare reading of the same log."""
    server, events = long_log(stage, "whole")
    out, lines, copy = (stage.home / name for name in ("replayed", "chain.jsonl", "imported"))
    rates: dict[str, list[float]] = {name: [] for name in ("bare", "unproved", "verify", "replay", "export", "import")}
    walk_per_s(server.data / "log")
    for _ in range(stage.effort.rounds):
        for directory in (out, copy):
            shutil.rmtree(directory, ignore_errors=True)
        rates["bare"].append(walk_per_s(server.data / "log"))
        rates["unproved"].append(walk_per_s(server.data / "log", "--unproved"))
        rates["verify"].append(events / seconds_of(BINARY, "verify", "--data", server.data))
        rates["replay"].append(events / seconds_of(BINARY, "replay", "--data", server.data, "--to", str(events), "--out", out))
        rates["export"].append(events / seconds_of(BINARY, "export", "--data", server.data, stdout=lines))
        rates["import"].append(events / seconds_of(BINARY, "import", "--data", copy, stdin=lines))
    stage.notes.append(f"audit commands: {events:,} events, log in the page cache, {lines.stat().st_size / events:,.0f} bytes a line of the export; "
                       f"frames taken apart without a proof {median(rates['unproved']):,.0f} records/s")
    for directory in (out, copy):
        shutil.rmtree(directory)
    lines.unlink()
    stage.remove(server)
    bare = median(rates["bare"])
    rows = [Row(f"{name}, against reading the same log bare", f"{median(rates[name]):,.0f} events/s", f"{bare:,.0f} events/s", median(rates[name]) / bare, "x",
                0.3, 0.6, less_is_better=False)
            for name in ("verify", "replay")]
    return rows + [Row(name, f"{median(rates[name]):,.0f} events/s", f"{events:,} events", median(rates[name]), "/s", 100_000, None, less_is_better=False)
                   for name in ("export", "import")]


def past(stage: Stage) -> list[Row]:
    """Reads as of a sequence after which nearly every config has changed, beside the same reads of today."""
    server, events = long_log(stage, "past")
    server.start(patience_s=600)
    server.wait_ready()
    then = CONFIGS_OF_THE_LONG_LOG // stage.effort.scale + events * 3 // 10
    at = Client(server, server.key).get(f"/events?after={then - 1}&limit=1").json["data"][0]["time"]
    queries = {"today": "", "by sequence": f"as_of={then}", "by time": f"as_of={at}"}
    headers = {"Authorization": f"Bearer {server.key}"}
    one: dict[tuple[str, int], list[dict]] = {}
    page: dict[str, list[dict]] = {}
    for _ in range(stage.effort.rounds + 1):  # the first one warms up
        for name, query in queries.items():
            for connections in (1, 64):
                measured = wrk(stage.url(server), connections, stage.effort.seconds, "get.lua", str(server.ids), server.key, query and "?" + query)
                one.setdefault((name, connections), []).append(measured)
            page.setdefault(name, []).append(wrk(stage.url(server, "/domain-dialin-config?" + query), 1, stage.effort.seconds, headers=headers))
    stage.remove(server)

    def of(runs: list[dict], what: str) -> float:
        return median([found[what] for found in runs[1:]])
    for (name, connections), runs in one.items():
        stage.notes.append(f"GET of random configs, {name}, at {connections}: {of(runs, 'per_s'):,.0f}/s, p50 {of(runs, 'p50_us'):,.0f} µs, "
                           f"p99 {of(runs, 'p99_us'):,.0f} µs")
    for name, runs in page.items():
        stage.notes.append(f"list of 100, {name}, at 1: {of(runs, 'per_s'):,.0f}/s, p50 {of(runs, 'p50_us'):,.0f} µs, p99 {of(runs, 'p99_us'):,.0f} µs")
    rows = []
    for connections in (1, 64):
        now, before = (of(one[name, connections], "p99_us") for name in ("today", "by sequence"))
        rows.append(Row(f"GET as of a sequence, {events:,} events, p99 at {connections}", f"{before:,.0f} µs", f"GET of today {now:,.0f} µs", before / now, "x",
                        2, None))
    now, before = (of(page[name], "p50_us") for name in ("today", "by time"))
    return [*rows, Row("list as of long ago, 100 configs that have changed since, p50", f"{before:,.0f} µs", f"list of today {now:,.0f} µs", before / now, "x",
                       3, None)]


def state(stage: Stage) -> list[Row]:
    """A million configs: their digest, and a node that begins with a snapshot of them."""
    configs = 1_000_000 // stage.effort.scale
    server = stage.server("state", configs, configs, started=False)
    snapshot, digests, starts = stage.home / "snapshot", [], []
    began = time.monotonic()
    run("snapshot", "--data", server.data, "--out", snapshot)
    stage.notes.append(f"snapshot of {configs:,} configs: made in {time.monotonic() - began:.1f} s, "
                       f"{sum(path.stat().st_blocks for path in snapshot.rglob('*') if path.is_file()) * 512 / 1e6:,.0f} MB")
    for n in range(stage.effort.rounds):
        digests.append(seconds_of(BINARY, "digest", "--data", server.data))
        fresh = Server(stage.home / f"fresh-{n}", "--from-snapshot", str(snapshot))
        stage.servers.append(fresh)
        shutil.copy(server.keyring, fresh.keyring)
        fresh.add_key("own")
        began = time.monotonic()
        fresh.start()
        fresh.wait_ready()
        starts.append(time.monotonic() - began)
        stage.remove(fresh)
    stage.remove(server)
    shutil.rmtree(snapshot)
    return [
        Row(f"digest of {configs:,} configs", f"{median(digests):.2f} s", f"{configs / median(digests):,.0f} configs/s", median(digests), "s", 5, None),
        Row(f"ready from a snapshot of {configs:,} configs", f"{median(starts):.2f} s", "an empty directory on the same disk", median(starts), "s", 2, None),
    ]


FIGURES = {"whole": whole, "past": past, "state": state}
