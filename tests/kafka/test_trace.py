"""A trace that goes along when a write is sent on, and stands where consumers of the topic look for it."""

import re
import time

from kafka.calls import CONFIGS
from kafka.strays import all_of, chain_of
from live.server import run

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
STATE = 'rojo=00f067aa0ba902b7,congo="t\\61"'
BOTH = {"traceparent": PARENT, "tracestate": STATE}
HEADERS = {"ce_traceparent": PARENT, "traceparent": PARENT, "ce_tracestate": STATE, "tracestate": STATE}


def trace_of(event: dict) -> dict:
    return {name: event[name] for name in ("traceparent", "tracestate") if name in event}


def line_about(node, request_id: str, patience_s: float = 2) -> str:
    deadline = time.monotonic() + patience_s
    while True:
        found = [line for line in node.said().splitlines() if f"request_id={request_id} " in line]
        if found or time.monotonic() > deadline:
            return found[0]
        time.sleep(0.01)


def test_a_write_that_is_sent_on_keeps_its_trace(cluster, two):
    leader, follower, key = two
    at_leader, at_follower = cluster.caller(leader, key), cluster.caller(follower, key)
    made = at_follower.post(CONFIGS, {"type": "pin_dialin"}, headers={"X-Request-Id": "line-1", **BOTH}).expect(200).json
    path = f"{CONFIGS}/{made['id']}"
    at_follower.put(path, {"name_prefix": "a"}, headers={"traceparent": f"01-{TRACE_ID}-00f067aa0ba902b7-03-more"}).expect(200)
    at_follower.put(path, {"name_prefix": "b"}, headers={"traceparent": "none", "tracestate": STATE}).expect(200)
    at_follower.post(f"{path}/move", {"type": "pinless_dialin", "phone_number": "+12555599999"}, headers=BOTH).expect(200)
    shown = at_follower.all_events()
    assert [trace_of(event) for event in shown] == [BOTH, {"traceparent": PARENT}, {}, BOTH, BOTH]
    assert at_leader.all_events() == shown
    for node in (leader, follower):
        assert re.search(rf" trace_id={TRACE_ID}\b", line_about(node, "line-1")), "in the lines of both nodes"
    records = [record for record in chain_of(all_of(cluster.kafka.bootstrap, cluster.topic)) if record.header("ce_tenant")]
    told = [{name: value.decode() for name, value in record.headers if "trace" in name} for record in records]
    without_state = {name: value for name, value in HEADERS.items() if "parent" in name}
    assert told == [HEADERS, without_state, {}, HEADERS, HEADERS]
    assert run("verify", *cluster.words()).stdout.startswith("ok: ")
