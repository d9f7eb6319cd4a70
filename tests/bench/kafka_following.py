"""How nodes on Kafka get what others stored: from nothing, after a pause, after a crash, as it comes, and on to the readers of their event streams."""

import json
import pathlib
import re
import shutil
import subprocess
import time

from bench.audit_figures import seconds_of
from bench.figures import Row, Stage, median
from bench.kafka_stage import WARM_S, Topic, brokers, percentile, probe, standing, until
from live.kafka_nodes import Nodes
from live.server import BINARY, Server

FEW_TENANTS, MANY_TENANTS = 20, 200
FOLLOWED_PER_S, STREAMED_PER_S = 200, 1000
PATIENCE_S = 600


def ready_s(node: Server) -> float:
    """From its start until it has caught up."""
    began = time.monotonic()
    node.start(patience_s=PATIENCE_S)
    node.wait_ready(PATIENCE_S)
    return time.monotonic() - began


def read_bare_s(topic: Topic) -> tuple[float, dict]:
    began = time.monotonic()
    read = probe("consume", "--brokers", topic.brokers, "--topic", topic.name)
    return time.monotonic() - began, read


def bytes_under(home: pathlib.Path, pattern: str) -> int:
    """Without the zeros that a file ends with: those were only made ready."""
    return sum(len(file.read_bytes().rstrip(b"\0")) for file in home.rglob(pattern))


def say_sizes(topic: Topic, nodes: Nodes, node: Server, events: int) -> str:
    views = sum(file.stat().st_size for file in (node.data / "views").rglob("*.sst"))
    sizes = (bytes_under(nodes.home(1) / "data" / f"{topic.name}-0", "*.log"), bytes_under(node.data / "log", "*.segment"), views)
    return "stored for an event: topic {:,.0f} bytes a broker, copy {:,.0f}, views {:,.0f}".format(*(size / events for size in sizes))


def kafka_catch_up(stage: Stage) -> list[Row]:
    events = 500_000 // stage.effort.scale
    ours, bare, missed = [], [], []
    with brokers(stage.home / "kafka") as nodes, Topic(stage.home, nodes, "late", events // 10, events) as topic:
        stage.notes.append(f"appending {events:,} events to Kafka in groups, chained, copied, no HTTP: {events / topic.made['seconds']:,.0f} events/s")
        late = topic.node("late")
        for _ in range(stage.effort.rounds):
            shutil.rmtree(late.data, ignore_errors=True)
            ours.append(events / ready_s(late))
            late.stop()
            took, read = read_bare_s(topic)
            bare.append(events / took)
        stage.notes.append(say_sizes(topic, nodes, late, events))
        topic.first.start(patience_s=PATIENCE_S)
        topic.leader()
        for _ in range(stage.effort.rounds):
            before = standing(topic.first)["applied"]
            stage.put(topic.first, 64)
            took = ready_s(late)
            missed.append((standing(topic.first)["applied"] - before) / took)
            late.stop()
    stage.notes.append(f"catching up: {read['records']:,} records, {read['value_bytes'] / read['records']:,.0f} bytes of value each, "
                       "in the broker's page cache; "
                       f"bare consumer {median(bare) * read['value_bytes'] / read['records'] / 1e6:,.0f} MB/s of values")
    return [
        Row("catching up from Kafka with an empty disk, until ready", f"{median(ours):,.0f} events/s", f"bare consumer {median(bare):,.0f} events/s",
            median(ours) / median(bare), "x", 0.2, 0.5, less_is_better=False),
        Row("catching up what was missed while stopped, until ready", f"{median(missed):,.0f} events/s", f"bare consumer {median(bare):,.0f} events/s",
            median(missed) / median(bare), "x"),
    ]


def kafka_restart(stage: Stage) -> list[Row]:
    events = 500_000 // stage.effort.scale
    ready, writes = [], []
    with brokers(stage.home / "kafka") as nodes, Topic(stage.home, nodes, "restart", events // 10, events) as topic:
        node = topic.first.start(patience_s=PATIENCE_S)
        topic.leader()
        for _ in range(stage.effort.rounds):
            stage.put(node, 64, 5)
            node.kill()
            began = time.monotonic()
            ready.append(ready_s(node))
            stage.notes.append("restart on Kafka: " + re.search(r"the views stand at .*", node.said())[0])
            topic.leader()
            writes.append(time.monotonic() - began)
        resident = node.resident_kb() / 1000
    stage.notes.append(f"restart on Kafka, the only node: took writes after {', '.join(f'{took:.2f}' for took in writes)} s, "
                       f"when the session of its former life had run out; resident {resident:,.0f} MB")
    return [Row("on Kafka ready after SIGKILL under load", f"{median(ready):.2f} s", f"log of {events:,} events", median(ready), "s", 2, 0.5)]


def kafka_audit(stage: Stage) -> list[Row]:
    """The commands that read or fill a whole topic, beside a bare consumer of it."""
    events = 500_000 // stage.effort.scale
    lines = stage.home / "chain.jsonl"
    rates: dict[str, list[float]] = {name: [] for name in ("bare", "verify", "replay", "export", "import")}
    with brokers(stage.home / "kafka") as nodes, Topic(stage.home, nodes, "audit", events // 10, events) as topic:
        for n in range(stage.effort.rounds):
            out, copy = stage.home / f"replayed-{n}", f"copy-{n}"
            took_s, read = read_bare_s(topic)
            rates["bare"].append(read["records"] / took_s)
            rates["verify"].append(events / seconds_of(BINARY, "verify", *topic.words))
            rates["replay"].append(events / seconds_of(BINARY, "replay", *topic.words, "--to", str(events), "--out", out))
            rates["export"].append(events / seconds_of(BINARY, "export", *topic.words, stdout=lines))
            rates["import"].append(events / seconds_of(BINARY, "import", *topic.words[:-1], copy, stdin=lines))
            shutil.rmtree(out)
        lines.unlink()
    bare = median(rates["bare"])
    rows = [Row(f"{name} on Kafka, against a bare consumer", f"{median(rates[name]):,.0f} events/s", f"bare consumer {bare:,.0f} events/s",
                median(rates[name]) / bare, "x", 0.3, 0.6, less_is_better=False) for name in ("verify", "replay")]
    return rows + [Row(f"{name}, Kafka", f"{median(rates[name]):,.0f} events/s", f"{events:,} events", median(rates[name]), "/s", 100_000, None,
                       less_is_better=False)
                   for name in ("export", "import")]


class BareArrivals:
    """When each record reached a bare consumer, by sequence, in ns of the clock that all processes share."""

    def __init__(self, topic: Topic):
        self.process = subprocess.Popen([BINARY.parent / "tests/bench/kafka_probe", "arrivals", "--brokers", topic.brokers, "--topic", topic.name],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("kafka_probe does not read")

    def end(self) -> dict[int, int]:
        printed, _ = self.process.communicate(timeout=30)
        return times_in(printed)


def times_in(lines: str) -> dict[int, int]:
    return {int(sequence): int(time_ns) for sequence, time_ns in (line.split() for line in lines.splitlines())}


def leader_and_follower(topic: Topic, tenants: int) -> tuple[Server, pathlib.Path]:
    """A follower that has caught up, and the file of the tenants' keys."""
    keys = topic.home / "bare_keys.txt"
    keys.write_text("".join(topic.first.add_key(f"tenant-{n}") + "\n" for n in range(tenants)))
    topic.first.start()
    topic.leader()
    topic.produce(topic.bare(), 64, WARM_S)
    follower = topic.node("second").start()
    follower.wait_ready()
    return follower, keys


def streamed(stage: Stage, topic: Topic, follower: Server, keys: pathlib.Path, readers: int, rate: int, *more: object) -> dict:
    """Writes at the leader, readers on the follower."""
    done = subprocess.run([BINARY.parent / "tests/bench/sse_readers", "--port", str(topic.first.port), "--streams-port", str(follower.port), "--keys", keys,
                           "--readers", str(readers), "--rate", str(rate), "--seconds", str(int(stage.effort.seconds)), *more], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"sse_readers: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def kafka_follow(stage: Stage) -> list[Row]:
    ours: list[dict] = []
    bare: list[dict] = []
    with brokers(stage.home / "kafka") as nodes, Topic(stage.home, nodes, "follow") as topic:
        follower, keys = leader_and_follower(topic, FEW_TENANTS)
        answers = topic.home / "answers.txt"
        for _ in range(stage.effort.rounds):
            arrivals = BareArrivals(topic)
            ours.append(streamed(stage, topic, follower, keys, FEW_TENANTS, FOLLOWED_PER_S, "--answers", answers))
            arrived = arrivals.end()
            delays_ms = [max(0.0, (arrived[sequence] - time_ns) / 1e6) for sequence, time_ns in times_in(answers.read_text()).items()]
            bare.append({f"p{percent}_ms": percentile(delays_ms, percent) for percent in (50, 99)})
    for name, runs in (("at the follower's event stream", ours), ("at a bare consumer", bare)):
        stage.notes.append(f"from the leader's answer to the arrival {name}, {FOLLOWED_PER_S} events/s: p50 {median([run['p50_ms'] for run in runs]):.2f} ms, "
                           f"p99 {', '.join(f'''{run['p99_ms']:.2f}''' for run in runs)} ms")
    p99, bare_p99 = (median([run["p99_ms"] for run in runs]) for runs in (ours, bare))
    return [Row("follower: p99 from the leader's answer to visible", f"{p99:.2f} ms", f"bare consumer {bare_p99:.2f} ms", p99 / bare_p99, "x", 3, 2)]


def kafka_sse(stage: Stage) -> list[Row]:
    measured: dict[int, list[dict]] = {2_000: [], 10_000: []}
    with brokers(stage.home / "kafka") as nodes, Topic(stage.home, nodes, "stream") as topic:
        follower, keys = leader_and_follower(topic, MANY_TENANTS)
        for readers, runs in measured.items():
            runs += [streamed(stage, topic, follower, keys, readers, STREAMED_PER_S) for _ in range(stage.effort.rounds)]
            stage.notes.append(f"SSE on a follower, {readers:,} readers of {MANY_TENANTS} tenants: "
                               f"{median([run['arrivals'] for run in runs]):,.0f} arrivals of "
                               f"{median([run['events'] for run in runs]):,.0f} events, p50 {median([run['p50_ms'] for run in runs]):.1f} ms, "
                               f"p99 {', '.join(f'''{run['p99_ms']:.1f}''' for run in runs)} ms, most {max(run['max_ms'] for run in runs):.1f} ms, "
                               f"{sum(run['late_writes'] for run in runs)} writes over 50 ms behind their time; every reader got every event once, in order")
        until(lambda: standing(follower).get("lag") == 0)
        stage.notes.append(f"SSE on a follower: resident memory after it {follower.resident_kb() / 1000:,.0f} MB")
    return [Row(f"SSE on a follower, {readers:,} readers, {STREAMED_PER_S:,} events/s: p99 from the leader's answer to arrival", f"{p99:.1f} ms",
                f"{MANY_TENANTS} tenants", p99, "ms", 200, 100)
            for readers, runs in measured.items() for p99 in [median([run["p99_ms"] for run in runs])]]


FIGURES = {"kafka-catch-up": kafka_catch_up, "kafka-restart": kafka_restart, "kafka-audit": kafka_audit, "kafka-follow": kafka_follow, "kafka-sse": kafka_sse}
