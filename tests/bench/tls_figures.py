"""What TLS costs: reads against nginx, which serves the same bytes with the same certificate, and the memory of idle connections."""

import contextlib
import re
import socket
import ssl

from bench.figures import NO_LINES, Row, Stage, median
from bench.load import wrk
from bench.rivals import nginx
from live.certificates import Authority
from live.client import Client

IDLE = 10_000
# The two ends of a connection have their handshake one after the other in this program, so it takes its time.
IDLE_PATIENCE_S = 30


def spoken(url: str) -> str:
    host, port = re.fullmatch(r"https://([^:]+):(\d+)/.*", url).groups()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((host, int(port)), 10) as bare, context.wrap_socket(bare) as wrapped:
        return f"{wrapped.version()} {wrapped.cipher()[0]}"


def tls(stage: Stage) -> list[Row]:
    authority = Authority(stage.home / "authority", "bench")
    pair = authority.issue("bench")
    server = stage.server("tls", 10_000, 10_000, started=False)
    server.options += [*pair.options(), *NO_LINES]
    server.tls = authority.trusting()
    server.start()
    path = "/domain-dialin-config/" + server.ids.read_text().split("\n", 1)[0]
    headers = {"Authorization": f"Bearer {server.key}"}
    answer = Client(server, server.key).get(path).body
    ours, theirs = [], []
    own = f"https://{server.host}:{server.port}{path}"
    with nginx(stage.home / "nginx-tls", answer, pair) as url:
        stage.notes.append(f"TLS: P-256, {spoken(own)}; nginx {spoken(url)}; an answer of {len(answer)} bytes, nginx serves a file of that size; "
                           "neither writes a line a request")
        for each in (own, url):
            wrk(each, 64, 2, headers=headers)
        for _ in range(stage.effort.rounds):
            ours.append(wrk(own, 64, stage.effort.seconds, headers=headers))
            theirs.append(wrk(url, 64, stage.effort.seconds, headers=headers))
    per_s, rival = median([run["per_s"] for run in ours]), median([run["per_s"] for run in theirs])
    stage.notes.append(f"TLS GET at 64: {per_s:,.0f}/s, p50 {median([run['p50_us'] for run in ours]):,.0f} µs, "
                       f"p99 {median([run['p99_us'] for run in ours]):,.0f} µs; nginx {rival:,.0f}/s, "
                       f"p50 {median([run['p50_us'] for run in theirs]):,.0f} µs, p99 {median([run['p99_us'] for run in theirs]):,.0f} µs")
    idle_mb = idle(stage, server)
    stage.remove(server)
    return [
        Row("TLS GET/s of one config, 64 connections", f"{per_s:,.0f}/s", f"nginx {rival:,.0f}/s", per_s / rival, "x", 0.8, 1.0, less_is_better=False),
        Row(f"memory of {IDLE // stage.effort.scale:,} idle TLS connections", f"{idle_mb:,.0f} MB", "what the process grew by", idle_mb, "MB",
            200 / stage.effort.scale),
    ]


def idle(stage: Stage, server) -> float:
    count = IDLE // stage.effort.scale
    before = server.resident_kb()
    with contextlib.ExitStack() as all_of_them:
        for _ in range(count):
            connection = all_of_them.enter_context(contextlib.closing(server.connection(IDLE_PATIENCE_S)))
            connection.connect()
        grown_mb = (server.resident_kb() - before) / 1000
    stage.notes.append(f"{count:,} idle TLS connections: {grown_mb * 1e6 / count:,.0f} bytes each")
    return grown_mb


FIGURES = {"tls": tls}
