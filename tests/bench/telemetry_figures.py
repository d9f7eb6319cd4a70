"""What it costs to be watched: request lines in JSON and rate limits on, against off, on two servers that take turns. Metrics are never off."""

import os
import pathlib
from collections.abc import Callable

from bench.figures import NO_LINES, Row, Stage, median
from bench.load import wrk
from live.server import Server, run

ON = ["--log-requests", "on", "--log-format", "json"]
LIMIT = ["--rate-limit", "1000000/1s"]
SHARE_LEAST = 0.9


def cpu_s(server: Server) -> float:
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pairs(stage: Stage, measured: Callable[[Server], dict], on: Server, off: Server) -> tuple[list[dict], list[dict]]:
    """Runs of both, one after the other, the first one changing, each with the server's CPU time per request."""
    runs: dict[Server, list[dict]] = {on: [], off: []}
    for number in range(2 * stage.effort.rounds + 1):
        for server in (on, off) if number % 2 else (off, on):
            before = cpu_s(server)
            found = measured(server)
            found["cpu_us"] = (cpu_s(server) - before) / (found["per_s"] * stage.effort.seconds) * 1e6
            if number > 0:  # the first pair warms up
                runs[server].append(found)
    return runs[on], runs[off]


def telemetry(stage: Stage) -> list[Row]:
    limited = LIMIT if "--rate-limit" in run("serve", "--help").stdout else []
    servers = []
    for name, options in (("told", ON + limited), ("untold", NO_LINES)):
        server = stage.server(name, 10_000, 10_000, started=False)
        server.options = options
        servers.append(server.start(patience_s=600))
    on, off = servers
    headers = {server: {"Authorization": f"Bearer {server.key}"} for server in servers}
    paths = {server: "/domain-dialin-config/" + server.ids.read_text().split("\n", 1)[0] for server in servers}
    rows = []
    for what, measured in (("GET", lambda server: wrk(stage.url(server, paths[server]), 64, stage.effort.seconds, headers=headers[server])),
                           ("PUT", lambda server: stage.put(server, 64))):
        told, untold = pairs(stage, measured, on, off)
        share = median([a["per_s"] / b["per_s"] for a, b in zip(told, untold)])
        per_s = [median([each["per_s"] for each in runs]) for runs in (told, untold)]
        cpu_us = [median([each["cpu_us"] for each in runs]) for runs in (told, untold)]
        rows.append(Row(f"{what}/s at 64 with request lines{' and rate limits' if limited else ''}", f"{per_s[0]:,.0f}/s", f"without {per_s[1]:,.0f}/s", share,
                        "x", SHARE_LEAST, 0.95, less_is_better=False))
        stage.notes.append(f"{what} at 64: CPU of the server {cpu_us[0]:.2f} µs a request with, {cpu_us[1]:.2f} without; "
                           f"lines of {on.output.stat().st_size / 1e6:,.0f} MB so far")
    for server in servers:
        stage.remove(server)
    return rows


FIGURES = {"telemetry": telemetry}
