"""Writes and reads of nodes on Kafka: brokers, nodes and load share the machine. What Kafka gives without dialin is measured in the same run."""

import collections

from bench.figures import CONNECTIONS, Row, Stage, median
from bench.kafka_stage import WARM_S, Topic, brokers, cpu_s
from bench.load import fdatasync_p50_us, wrk
from live.server import BINARY, Server

CONFIGS = 10_000
SIDES = {"kafka": "dialin on Kafka", "bare": "bare producer", "embedded": "embedded", "through": "through a follower", "direct": "at the leader"}
Runs = dict[tuple[str, int], list[dict]]


def medians(runs: Runs) -> dict[tuple[str, int], dict]:
    return {key: {name: median([run[name] for run in these]) for name in these[0]} for key, these in runs.items()}


def say_sides(found: dict[tuple[str, int], dict]) -> list[str]:
    """A line for each number of connections."""
    return [f"at {count}: " + "; ".join(f"{SIDES[name]} {run['per_s']:,.0f}/s, p50 {run['p50_us']:,.0f} µs, p99 {run['p99_us']:,.0f} µs"
                                        for (name, at), run in found.items() if at == count) for count in sorted({count for _, count in found})]


def put(stage: Stage, server: Server, connections: int, **processes: int) -> dict:
    """A run of wrk, and how much CPU time each process used for a write."""
    before = {name: cpu_s(pid) for name, pid in processes.items()}
    run = stage.put(server, connections)
    writes = run["per_s"] * stage.effort.seconds
    return run | {f"{name}_us": (cpu_s(pid) - before[name]) / writes * 1e6 for name, pid in processes.items()}


def put_on(stage: Stage, topic: Topic, broker: int, rounds: int, counts: tuple[int, ...] = CONNECTIONS,
           embedded: Server | None = None) -> dict[tuple[str, int], dict]:
    """Medians of wrk at so many connections, of a bare producer with as many outstanding, and of the embedded log at 64."""
    runs: Runs = collections.defaultdict(list)
    topic.first.start()
    topic.leader()
    bare = topic.bare()
    for server in filter(None, (topic.first, embedded)):
        stage.put(server, 64, WARM_S)
    topic.produce(bare, 64, WARM_S)
    for _ in range(rounds):
        for count in counts:
            runs["kafka", count].append(put(stage, topic.first, count, node=topic.first.process.pid, broker=broker))
            runs["bare", count].append(topic.produce(bare, count, stage.effort.seconds))
            if embedded and count == 64:
                runs["embedded", count].append(put(stage, embedded, count, node=embedded.process.pid))
    return medians(runs)


def kafka_put(stage: Stage) -> list[Row]:
    embedded = stage.server("kafka-embedded", CONFIGS, CONFIGS)
    with brokers(stage.home / "kafka") as nodes, Topic(stage.home, nodes, "put", CONFIGS, CONFIGS) as topic:
        found = put_on(stage, topic, nodes.pid(1), stage.effort.rounds, embedded=embedded)
        resident = topic.first.resident_kb() / 1000
    sync_us = fdatasync_p50_us(BINARY.parent, stage.home, 500)
    resident_embedded = embedded.resident_kb() / 1000
    stage.remove(embedded)
    stage.notes += [f"PUT on Kafka, {line}" for line in say_sides(found)]
    stage.notes.append(f"one fdatasync meanwhile {sync_us:,.0f} µs; Kafka acknowledges from the page cache")
    for count in CONNECTIONS:
        run = found["kafka", count]
        stage.notes.append(f"CPU time of a PUT on Kafka at {count}: node {run['node_us']:,.0f} µs, broker {run['broker_us']:,.0f} µs")
    with brokers(stage.home / "kafka3", 3) as nodes, Topic(stage.home, nodes, "put3", CONFIGS, CONFIGS) as topic:
        three = put_on(stage, topic, nodes.pid(1), 1, (1, 64))
    stage.notes += [f"PUT on three brokers on this machine, replication 3, one run, {line}" for line in say_sides(three)]
    ours, bare, own, alone = found["kafka", 64], found["bare", 64], found["embedded", 64], found["kafka", 1]["p50_us"]
    return [
        Row("PUT/s on Kafka, 64 connections", f"{ours['per_s']:,.0f}/s", f"embedded log {own['per_s']:,.0f}/s", ours["per_s"] / own["per_s"], "x", 0.6, 1,
            less_is_better=False),
        Row("PUT/s on Kafka, 64 connections, to a bare producer", f"{ours['per_s']:,.0f}/s", f"64 outstanding {bare['per_s']:,.0f}/s",
            ours["per_s"] / bare["per_s"], "x"),
        Row("PUT p50 on Kafka at 1 connection, above a bare produce", f"{alone:,.0f} µs", f"bare produce {found['bare', 1]['p50_us']:,.0f} µs",
            (alone - found["bare", 1]["p50_us"]) / 1000, "ms", 0.5, 0.2),
        Row("CPU time of the node for a PUT on Kafka, 64 connections", f"{ours['node_us']:,.0f} µs", f"embedded log {own['node_us']:,.0f} µs",
            ours["node_us"] / own["node_us"], "x"),
        Row("resident memory of a node on Kafka after it, 10,000 configs", f"{resident:,.0f} MB", f"embedded log {resident_embedded:,.0f} MB", resident, "MB"),
    ]


def kafka_forward(stage: Stage) -> list[Row]:
    """Writes given to a follower, and reads from it."""
    runs: Runs = collections.defaultdict(list)
    reads: dict[str, list[dict]] = collections.defaultdict(list)
    headers = {}
    with brokers(stage.home / "kafka") as nodes, Topic(stage.home, nodes, "forward", CONFIGS, CONFIGS) as topic:
        topic.first.start()
        topic.leader()
        follower = topic.node("second").start()
        follower.wait_ready()
        headers["Authorization"] = f"Bearer {topic.key}"
        path = "/domain-dialin-config/" + topic.ids.read_text().split("\n", 1)[0]
        sides = {"through": follower, "direct": topic.first}
        for server in sides.values():
            stage.put(server, 64, WARM_S)
        for _ in range(stage.effort.rounds):
            for count in (1, 64):
                for name, server in sides.items():
                    runs[name, count].append(stage.put(server, count))
            for name, server in sides.items():
                reads[name].append(wrk(stage.url(server, path), 64, stage.effort.seconds, headers=headers))
            reads["strong"].append(wrk(stage.url(follower, path), 1, stage.effort.seconds, headers=headers | {"Dialin-Consistency": "strong"}))
        residents = {name: server.resident_kb() / 1000 for name, server in sides.items()}
    found = medians(runs)
    stage.notes += [f"PUT with one follower, {line}" for line in say_sides(found)]
    through, direct = found["through", 1], found["direct", 1]
    read = {name: {part: median([run[part] for run in these]) for part in these[0]} for name, these in reads.items()}
    stage.notes.append(f"a strong read on the follower at 1 connection: {read['strong']['per_s']:,.0f}/s, p50 {read['strong']['p50_us']:,.0f} µs, "
                       f"p99 {read['strong']['p99_us']:,.0f} µs")
    stage.notes.append(f"resident: follower {residents['through']:,.0f} MB, leader {residents['direct']:,.0f} MB")
    return [
        Row("PUT p50 through a follower at 1 connection, above the leader's", f"{through['p50_us']:,.0f} µs", f"at the leader {direct['p50_us']:,.0f} µs",
            (through["p50_us"] - direct["p50_us"]) / 1000, "ms"),
        Row("PUT/s through a follower, 64 connections", f"{found['through', 64]['per_s']:,.0f}/s", f"at the leader {found['direct', 64]['per_s']:,.0f}/s",
            found["through", 64]["per_s"] / found["direct", 64]["per_s"], "x"),
        Row("GET/s of one config on a follower, 64 connections", f"{read['through']['per_s']:,.0f}/s", f"leader {read['direct']['per_s']:,.0f}/s",
            read["through"]["per_s"] / read["direct"]["per_s"], "x"),
    ]


FIGURES = {"kafka-put": kafka_put, "kafka-forward": kafka_forward}
