"""The figures: what each measures, against what, and what it must reach. Runs of the two sides alternate; medians count."""

import dataclasses
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import time

from bench.load import fdatasync_p50_us, wrk
from bench.rivals import Postgres, nginx
from live.client import Client
from live.server import BINARY, Server

CONNECTIONS = (1, 16, 64)
NO_LINES = ["--log-requests", "off"]


@dataclasses.dataclass
class Effort:
    """How long and how often. `scale` shrinks logs of a million for a quick look; such a run says so."""

    seconds: float = 8
    rounds: int = 3
    scale: int = 1


@dataclasses.dataclass
class Row:
    """A figure that is only told has no bounds."""

    figure: str
    measured: str
    against: str
    result: float
    unit: str
    must: float | None = None
    aim: float | None = None
    less_is_better: bool = True

    def bound(self, value: float | None) -> str:
        return "" if value is None else f"{'≤' if self.less_is_better else '≥'} {value:,g} {self.unit}"

    def verdict(self) -> str:
        if self.must is None:
            return ""

        def reached(bound: float) -> bool:
            return self.result <= bound if self.less_is_better else self.result >= bound
        return "aim" if self.aim is not None and reached(self.aim) else "must" if reached(self.must) else "**short**"


def median(values: list[float]) -> float:
    return statistics.median(values)


class Stage:
    """Servers on logs of a wanted size, under one folder of the disk that is measured."""

    def __init__(self, home: pathlib.Path, effort: Effort):
        self.home, self.effort = home, effort
        self.notes: list[str] = []
        self.servers: list[Server] = []

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_) -> None:
        for server in self.servers:
            server.kill()

    def server(self, name: str, configs: int, events: int, started: bool = True) -> Server:
        """A tenant `own` with so many configs and events; ids stand in `server.ids`."""
        server = Server(self.home / name)
        self.servers.append(server)
        server.key = server.add_key("own")
        server.ids = server.home / "ids.txt"
        subprocess.run([BINARY.parent / "tests/bench/make_log", "--data", server.data, "--keyring", server.keyring, "--tenant", "own", "--configs",
                        str(configs), "--events", str(events), "--ids", server.ids], check=True, capture_output=True)
        if started:
            server.start(patience_s=600)
        return server

    def remove(self, server: Server) -> None:
        server.kill()
        shutil.rmtree(server.home)

    def url(self, server: Server, path: str = "") -> str:
        return f"http://{server.host}:{server.port}{path}"

    def put(self, server: Server, connections: int, seconds: float | None = None) -> dict:
        return wrk(self.url(server), connections, seconds or self.effort.seconds, "put.lua", str(server.ids), server.key)

    def get_any(self, server: Server, connections: int) -> dict:
        return wrk(self.url(server), connections, self.effort.seconds, "get.lua", str(server.ids), server.key)


def put(stage: Stage) -> list[Row]:
    server = stage.server("put", 10_000, 10_000)
    answer = Client(server, server.key).get("/domain-dialin-config/" + server.ids.read_text().split("\n", 1)[0]).body.decode()
    ours: dict[int, list[dict]] = {count: [] for count in CONNECTIONS}
    theirs: dict[int, list[float]] = {count: [] for count in CONNECTIONS}
    syncs: list[float] = []
    with Postgres(stage.home / "postgres", 10_000, answer) as postgres:
        stage.notes.append(f"PostgreSQL: {postgres.settings()}; {len(answer)} bytes of jsonb a row")
        stage.put(server, 64, 2)
        postgres.updates_per_s(64, 2)
        for _ in range(stage.effort.rounds):
            for count in CONNECTIONS:
                syncs.append(fdatasync_p50_us(BINARY.parent, stage.home, 500))
                ours[count].append(stage.put(server, count))
                theirs[count].append(postgres.updates_per_s(count, stage.effort.seconds))
    stage.remove(server)
    per_s = {count: median([run["per_s"] for run in ours[count]]) for count in CONNECTIONS}
    rival = {count: median(theirs[count]) for count in CONNECTIONS}
    p50_us, sync_us = median([run["p50_us"] for run in ours[1]]), median(syncs)
    for count in CONNECTIONS:
        stage.notes.append(f"PUT at {count}: {per_s[count]:,.0f}/s, p50 {median([run['p50_us'] for run in ours[count]]):,.0f} µs, "
                           f"p99 {median([run['p99_us'] for run in ours[count]]):,.0f} µs; PostgreSQL {rival[count]:,.0f}/s: "
                           f"{per_s[count] / rival[count]:.2f} x")
    return [
        Row("durable PUT/s, 64 connections", f"{per_s[64]:,.0f}/s", f"PostgreSQL {rival[64]:,.0f}/s", per_s[64] / rival[64], "x", 2.5, 4, less_is_better=False),
        Row("PUT p50 at 1 connection", f"{p50_us:,.0f} µs", f"one fdatasync {sync_us:,.0f} µs", p50_us / sync_us, "x", 3, 2),
    ]


def get(stage: Stage) -> list[Row]:
    server = stage.server("get", 10_000, 10_000, started=False)
    server.options += NO_LINES
    server.start(patience_s=600)
    path = "/domain-dialin-config/" + server.ids.read_text().split("\n", 1)[0]
    headers = {"Authorization": f"Bearer {server.key}"}
    answer = Client(server, server.key).get(path).body
    ours: dict[int, list[dict]] = {count: [] for count in CONNECTIONS}
    theirs: dict[int, list[dict]] = {count: [] for count in CONNECTIONS}
    with nginx(stage.home / "nginx", answer) as url:
        wrk(stage.url(server, path), 64, 2, headers=headers)
        wrk(url, 64, 2, headers=headers)
        for _ in range(stage.effort.rounds):
            for count in CONNECTIONS:
                ours[count].append(wrk(stage.url(server, path), count, stage.effort.seconds, headers=headers))
                theirs[count].append(wrk(url, count, stage.effort.seconds, headers=headers))
    stage.remove(server)
    stage.notes.append(f"GET: an answer of {len(answer)} bytes, nginx serves a file of that size; neither writes a line a request")
    per_s = {count: (median([run["per_s"] for run in ours[count]]), median([run["per_s"] for run in theirs[count]])) for count in CONNECTIONS}
    for count in CONNECTIONS:
        stage.notes.append(f"GET at {count}: {per_s[count][0]:,.0f}/s, p50 {median([run['p50_us'] for run in ours[count]]):,.0f} µs; "
                           f"nginx {per_s[count][1]:,.0f}/s, "
                           f"p50 {median([run['p50_us'] for run in theirs[count]]):,.0f} µs: {per_s[count][0] / per_s[count][1]:.2f} x")
    return [Row("GET/s of one config, 64 connections", f"{per_s[64][0]:,.0f}/s", f"nginx {per_s[64][1]:,.0f}/s", per_s[64][0] / per_s[64][1], "x", 1.0, 1.4,
                less_is_better=False)]


def rebuild(stage: Stage) -> list[Row]:
    events = 1_000_000 // stage.effort.scale
    server = stage.server("rebuild", events // 10, events, started=False)
    rates, walls = [], []
    for _ in range(stage.effort.rounds):
        shutil.rmtree(server.data / "views", ignore_errors=True)
        began = time.monotonic()
        server.start(patience_s=600)
        walls.append(time.monotonic() - began)
        count, seconds = re.search(r"rebuilt: (\d+) records applied in ([0-9.]+) s", server.said()).groups()
        rates.append(int(count) / float(seconds))
        server.stop()
    stage.remove(server)
    stage.notes.append(f"rebuilding: {events:,} events of {events // 10:,} configs, log in the page cache; from start to listening {median(walls):.2f} s")
    return [Row("rebuilding the views, chain verified", f"{median(rates):,.0f} events/s", f"{events:,} events", median(rates), "/s", 200_000, 500_000,
                less_is_better=False)]


def restart(stage: Stage) -> list[Row]:
    events = 1_000_000 // stage.effort.scale
    server = stage.server("restart", events // 10, events)
    times = []
    for _ in range(stage.effort.rounds):
        stage.put(server, 64, 5)
        server.kill()
        began = time.monotonic()
        server.start()
        server.wait_ready()
        times.append(time.monotonic() - began)
        stage.notes.append("restart: " + re.search(r"the views stand at .*", server.said())[0])
    stage.remove(server)
    return [Row("ready after SIGKILL under load", f"{median(times):.2f} s", f"log of {events:,} events", median(times), "s", 2, 0.5)]


def many(stage: Stage) -> list[Row]:
    """A million configs: memory, and what they do to a read."""
    large_count = 1_000_000 // stage.effort.scale
    small = stage.server("small", 10_000, 10_000)
    large = stage.server("large", large_count, large_count)
    high = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{large.process.pid}/status").read_text())[1])
    stage.notes.append(f"memory: at most {high / 1000:,.0f} MB while it rebuilt the views of {large_count:,} configs")
    large.stop()
    large.start()
    residents = {"after the start": large.resident_kb()}
    runs: dict[str, list[dict]] = {"small": [], "large": []}
    for server in (small, large):
        stage.get_any(server, 64)
    for _ in range(stage.effort.rounds):
        runs["small"].append(stage.get_any(small, 64))
        runs["large"].append(stage.get_any(large, 64))
    residents["after reading"] = large.resident_kb()
    stage.put(large, 64)
    residents["after writing"] = large.resident_kb()
    for server in (small, large):
        stage.remove(server)
    p99 = {name: median([run["p99_us"] for run in runs[name]]) for name in runs}
    for name in runs:
        stage.notes.append(f"GET of random configs, {name}: {median([run['per_s'] for run in runs[name]]):,.0f}/s, "
                           f"p50 {median([run['p50_us'] for run in runs[name]]):,.0f} µs")
    stage.notes.append("resident: " + ", ".join(f"{when} {kb / 1000:,.0f} MB" for when, kb in residents.items()))
    most = max(residents.values()) / 1000
    return [
        Row(f"GET p99 with {large_count:,} configs", f"{p99['large']:,.0f} µs", f"10,000 configs {p99['small']:,.0f} µs", p99["large"] / p99["small"], "x", 2,
            1.5),
        Row(f"resident memory with {large_count:,} configs", f"{most:,.0f} MB", "at most, after start, reads and writes", most, "MB", 400, 200),
    ]


def sse(stage: Stage) -> list[Row]:
    server = Server(stage.home / "sse")
    keys = server.home / "bare_keys.txt"
    keys.write_text("".join(server.add_key(f"tenant-{n}") + "\n" for n in range(200)))
    server.start()
    measured: dict[int, list[dict]] = {2_000: [], 10_000: []}
    for readers, runs in measured.items():
        for _ in range(stage.effort.rounds):
            done = subprocess.run([BINARY.parent / "tests/bench/sse_readers", "--port", str(server.port), "--keys", keys, "--readers", str(readers), "--rate",
                                   "1000", "--seconds", str(int(stage.effort.seconds))], capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"sse_readers: {done.stdout}{done.stderr}")
            runs.append(json.loads(done.stdout))
        late = sum(run["late_writes"] for run in runs)
        stage.notes.append(f"SSE, {readers:,} readers of 200 tenants: {median([run['arrivals'] for run in runs]):,.0f} arrivals of "
                           f"{median([run['events'] for run in runs]):,.0f} events, "
                           f"p50 {median([run['p50_ms'] for run in runs]):.1f} ms, p99 {median([run['p99_ms'] for run in runs]):.1f} ms, "
                           f"most {max(run['max_ms'] for run in runs):.1f} ms, "
                           f"{late} writes over 50 ms behind their time; every reader got every event once, in order")
    resident = server.resident_kb() / 1000
    server.stop()
    shutil.rmtree(server.home)
    stage.notes.append(f"SSE: resident memory after it {resident:,.0f} MB")
    few, most = (median([run["p99_ms"] for run in measured[readers]]) for readers in measured)
    return [
        Row("SSE, 2,000 readers, 1,000 events/s: p99 from answer to arrival", f"{few:.1f} ms", "200 tenants", few, "ms", 200, 100),
        Row("SSE, 10,000 readers, 1,000 events/s: p99 from answer to arrival", f"{most:.1f} ms", "200 tenants", most, "ms", 200, 100),
    ]


FIGURES = {"put": put, "get": get, "rebuild": rebuild, "restart": restart, "many": many, "sse": sse}
