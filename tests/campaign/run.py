"""One seed: nodes on a topic of their own, callers, faults; then all is made good, and everything that must hold is looked at."""

import dataclasses
import json
import pathlib
import random
import re
import threading
import uuid

from campaign import checks, history
from campaign.faults import Plan
from campaign.history import Call
from campaign.listeners import Listeners
from campaign.load import Load
from campaign.stage import Stage
from campaign.story import Story
from campaign.subscribers import Subscribers
from fault.picture import differences, picture
from live.brokers import Brokers, Lane
from live.chain import Record, chain_of, read_topic, unsound
from live.client import Client, Place
from live.cluster import until
from live.server import NotServing, run

CALM_SECONDS_MAX = 40
LOOKS_MAX = 4
TENANTS = ("acme", "globex")
LAST = 1_000_000  # operations beyond those of the load


@dataclasses.dataclass
class Report:
    plan: Plan
    done: list[str] = dataclasses.field(default_factory=list)  # which faults happened, and when
    kinds: list[str] = dataclasses.field(default_factory=list)  # the same without names, to be counted
    broken: list[str] = dataclasses.field(default_factory=list)
    counts: dict[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Seat(Place):
    """A tenant's caller at a node, for picture()."""

    key: str


def play(plan: Plan, brokers: Brokers | Lane, home: pathlib.Path, subscribers: Subscribers | None = None) -> Report:
    """Leaves in `home` all that was seen: calls.jsonl, topic.jsonl, faults.txt, what the nodes said, and their data. `subscribers`: they are looked at, too."""
    report = Report(plan)
    topic = f"campaign-{uuid.uuid4()}"  # one seed may be run twice on one broker
    stage = Stage(home, brokers, topic, plan)
    calls: list[Call] = []
    records: list[Record] = []
    listeners = None
    try:
        names = [stage.cluster.add_key(tenant) for tenant in TENANTS]
        stage.start()
        keys = {Client(stage.present[0], key).get("/").expect(200).json["domain_id"]: key for key in names}
        listeners = Listeners(keys, stage.present, random.Random(plan.seed + 2))
        listeners.start()
        calls = under_load(stage, keys, plan)
        report.broken += stage.revive()
        stage.wait_calm(CALM_SECONDS_MAX)
        calls += writes_at_every_node(stage, keys)
        stage.wait_calm(CALM_SECONDS_MAX)
        records, broken = looked_at_in_rest(stage, keys, calls, listeners, subscribers, report.counts)
        report.broken += broken
        report.counts["streams"] = sum(listener.streams for listener in listeners.all)
    except (AssertionError, NotServing, OSError) as failure:
        report.broken.append(f"{type(failure).__name__}: {failure}")
    finally:
        if listeners:
            listeners.stop()
        report.done, report.kinds = stage.done, stage.kinds
        stage.close()
        keep(home, report, calls, records)
    return report


def under_load(stage: Stage, keys: dict[str, str], plan: Plan) -> list[Call]:
    load = Load(keys, stage.present, random.Random(plan.seed + 1))
    load.start()
    try:
        stage.play(threading.Event())
    finally:
        stage.heal()
        calls = load.stop()
    return calls


def writes_at_every_node(stage: Stage, keys: dict[str, str]) -> list[Call]:
    """Writes come back by themselves, at whatever node."""
    last = Load(keys, stage.present, random.Random(0))
    caller = last.callers[0]
    for number, node in enumerate(stage.present):
        def stored() -> bool:
            phone = f"+4930777000{number}"
            call = Call(LAST + number, node.home.name, next(iter(keys)), "create", f"last-{next(caller.requests)}", 0.0, number=phone,
                        body={"type": "pin_dialin", "phone_number": phone}, key=f"last-{number}")
            caller.ask(node, call)
            return call.status == 200
        until(stored, CALM_SECONDS_MAX, lambda: f"does {node.home.name} take a write: {last.board.calls[-1]}")
    return last.board.calls


def looked_at_in_rest(stage: Stage, keys: dict[str, str], calls: list[Call], listeners: Listeners, subscribers: Subscribers | None,
                      counts: dict[str, int]) -> tuple[list[Record], list[str]]:
    """What stands on the topic, and what does not hold. The lead may still change hands, which is a record: what was looked at meanwhile is looked at again."""
    kafka, topic = stage.brokers.kafka.bootstrap, stage.cluster.topic
    for _ in range(LOOKS_MAX):
        records = read_topic(kafka, topic)
        story = Story(chain_of(records)[0])
        broken = [*listeners.finish(story, CALM_SECONDS_MAX), *looked_at(stage, keys, calls, records, story, counts)]
        if subscribers:
            broken += subscribers.differences(kafka, topic, story.chain)
        if len(chain_of(read_topic(kafka, topic))[0]) == story.end:
            return records, broken
    return records, [*broken, f"the chain does not come to rest in {LOOKS_MAX} looks"]


def looked_at(stage: Stage, keys: dict[str, str], calls: list[Call], records: list[Record], story: Story, counts: dict[str, int]) -> list[str]:
    chain, strays = story.chain, chain_of(records)[1]
    marks = [record for record in strays if record.previous is None]
    broken = [*unsound(chain), *checks.all_of(calls, story), *checks.unanswered(calls, stage.away)]
    broken += [f"the mark at offset {mark.offset} has a key or a value" for mark in marks if mark.key is not None or mark.value is not None]
    head = f"{chain[-1].sequence}:{chain[-1].id}"
    pictures: dict[str, dict[str, dict]] = {tenant: {} for tenant in keys}
    for node in stage.present:
        proof = run("verify", "--data", node.data, check=None)
        if not re.fullmatch(rf"ok: {len(chain)} records, head {head}\n", proof.stdout):
            broken.append(f"the copy of {node.home.name} is not the chain with head {head}: {proof.stdout}{proof.stderr}")
        for tenant, key in keys.items():
            pictures[tenant][node.home.name] = seen = picture(Seat(node.host, node.port, key))
            broken += [f"{node.home.name} shows {tenant} {what}" for what in not_of(seen, tenant, story)]
    for tenant, seen in pictures.items():
        first, *others = seen
        broken += [f"{first} and {other} differ for {tenant} in {parts}" for other in others if (parts := differences(seen[first], seen[other]))]
    counts.update(answered=sum(call.is_write and call.status == 200 for call in calls), unknown=sum(call.is_unknown for call in calls),
                  refused=sum(call.error == "unavailable" for call in calls), calls=len(calls), records=len(chain), strays=len(strays) - len(marks),
                  marks=len(marks), leads=len(story.terms))
    return broken


def not_of(seen: dict, tenant: str, story: Story) -> list[str]:
    """What a node shows a tenant that is not the chain's."""
    events = [(record.sequence, record.id) for record in story.chain if record.tenant == tenant]
    found = []
    if [(event["sequence"], event["event_id"]) for event in seen["events"]] != events:
        found.append(f"{len(seen['events'])} events where the chain has {len(events)}, or others")
    if [config["id"] for config in seen["listed"]] != [state.id for state in story.listed(tenant, story.end)]:
        found.append("another list than the chain's")
    return found


def keep(home: pathlib.Path, report: Report, calls: list[Call], records: list[Record]) -> None:
    history.write(calls, home / "calls.jsonl")
    (home / "faults.txt").write_text("\n".join([*map(str, report.plan.faults), "", *report.done, ""]))
    (home / "broken.txt").write_text("\n".join(report.broken))
    with open(home / "topic.jsonl", "w", encoding="utf-8") as file:
        for record in records:
            key, value = (None if raw is None else raw.decode(errors="replace") for raw in (record.key, record.value))
            file.write(json.dumps({"offset": record.offset, "key": key, "headers": record.headers, "value": value}) + "\n")
