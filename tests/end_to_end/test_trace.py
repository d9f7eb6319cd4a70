"""The trace that a request belongs to (W3C Trace Context): in its events, wherever they are shown, and in its line."""

import json
import re
import time

import pytest

from live.client import Client, Stream
from live.server import run

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
STATE = 'rojo=00f067aa0ba902b7,congo="t\\61"'
BOTH = {"traceparent": PARENT, "tracestate": STATE}


def trace_of(event: dict) -> dict:
    return {name: event[name] for name in ("traceparent", "tracestate") if name in event}


@pytest.mark.parametrize("sent,kept", [
    (BOTH, BOTH),
    ({"Traceparent": PARENT}, {"traceparent": PARENT}),
    ({"traceparent": PARENT, "tracestate": "of=more=equals"}, {"traceparent": PARENT}),
    ({"traceparent": PARENT, "tracestate": "a=" + "x" * 600}, {"traceparent": PARENT}),
    ({"traceparent": PARENT, "tracestate": ",".join(f"a{n}=1" for n in range(33))}, {"traceparent": PARENT}),
    ({"traceparent": f"cc-{TRACE_ID}-00f067aa0ba902b7-ff-more", "tracestate": "a=1"}, {"traceparent": PARENT, "tracestate": "a=1"}),
    ({"traceparent": f"ff-{TRACE_ID}-00f067aa0ba902b7-01", "tracestate": "a=1"}, {}),
    ({"traceparent": PARENT.upper(), "tracestate": "a=1"}, {}),
    ({"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01"}, {}),
    ({"traceparent": ""}, {}),
    ({"traceparent": "x" * 5000}, {}),
    ({"tracestate": "a=1"}, {}),
    ({}, {}),
], ids=["both", "parent alone", "state malformed", "state too large", "state of too many", "later version", "version ff", "capitals", "zeros", "empty", "large",
        "state alone", "none"])
def test_an_event_keeps_the_trace_of_its_call(client, sent, kept):
    """Which is never a reason to refuse one."""
    made = client.post("/domain-dialin-config", {"type": "pin_dialin"}, headers=sent).expect(200).json
    [event] = client.history(made["id"])
    assert trace_of(event) == kept
    names = list(event)
    assert names[names.index("request_id") + 1:][:len(kept) + 1] == [*kept, "config"]


def raw_call(server, key: str, request: str, headers: list[str], body: bytes) -> None:
    connection = server.connection(30)
    try:
        connection.connect()
        known = ["Host: x", f"Authorization: Bearer {key}", "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close"]
        connection.sock.sendall("\r\n".join([request + " HTTP/1.1", *known, *headers]).encode() + b"\r\n\r\n" + body)
        assert connection.sock.recv(65536).startswith(b"HTTP/1.1 200")
    finally:
        connection.close()


def test_parents_that_are_given_twice_are_ignored_and_states_are_one_list(client, server, tenant):
    config = client.pin()
    path = f"PUT /domain-dialin-config/{config['id']}"
    raw_call(server, tenant.key, path, [f"traceparent: {PARENT}", f"traceparent: {PARENT}", "tracestate: a=1"], b'{"name_prefix": "1"}')
    raw_call(server, tenant.key, path, ["tracestate: a=1", f"traceparent: {PARENT}", "tracestate:", "TraceState: b=2"], b'{"name_prefix": "2"}')
    raw_call(server, tenant.key, path, ["tracestate: a=1", f"traceparent: {PARENT}", "tracestate: a=2"], b'{"name_prefix": "3"}')
    assert [trace_of(event) for event in client.history(config["id"])] == [{}, {}, {"traceparent": PARENT, "tracestate": "a=1,,b=2"}, {"traceparent": PARENT}]


def test_every_kind_of_write_carries_it_and_every_reader_sees_it(own_server):
    own_server.start()
    client = Client(own_server, own_server.key)
    stream = Stream(own_server, own_server.key)
    made = client.post("/domain-dialin-config", {"type": "pinless_dialin", "phone_number": "+12555599999"}, headers=BOTH).expect(200).json
    path = f"/domain-dialin-config/{made['id']}"
    client.put(path, {"name_prefix": "Desk"}, headers=BOTH).expect(200)
    client.put(path, {"name_prefix": "Desk of none"}).expect(200)
    client.delete(path, headers=BOTH).expect(200)
    client.post(f"{path}/restore", {"version": 2}, headers=BOTH).expect(200)
    moved = client.post(f"{path}/move", {"type": "pin_dialin"}, headers=BOTH).expect(200).json
    shown = client.all_events()
    kinds = ["Created", "Updated", "Updated", "Deleted", "Created", "Deleted", "Created"]
    assert [event["name"] for event in shown] == [f"Config{kind}" for kind in kinds]
    assert [trace_of(event) for event in shown] == [BOTH, BOTH, {}, BOTH, BOTH, BOTH, BOTH], "a move's two events, too"
    assert [message.data for message in stream.take(len(shown))] == shown
    stream.close()
    assert client.history(made["id"]) + client.history(moved["id"]) == shown
    told = [json.loads(line) for line in run("tail", "--data", own_server.data, "--json", "--tenant", "own").stdout.splitlines()]
    assert [trace_of(event) for event in told] == [trace_of(event) for event in shown]
    assert run("tail", "--data", own_server.data).stdout.count(f"  trace {PARENT}") == 6
    assert run("history", moved["id"], "--data", own_server.data).stdout.count(f"  trace {PARENT}") == 1
    exported = [json.loads(line) for line in run("export", "--data", own_server.data).stdout.splitlines()]
    values = [json.loads(line["value"]) if isinstance(line["value"], str) else line["value"] for line in exported if "config" in line["type"]]
    assert [trace_of(value) for value in values] == [trace_of(event) for event in shown]
    assert trace_of(next(value["moved_to"] for value in values if "moved_to" in value)) == BOTH, "the successor that the deletion carries"
    assert "ok: " in run("verify", "--data", own_server.data).stdout
    own_server.kill()
    own_server.start()
    assert Client(own_server, own_server.key).all_events() == shown


def test_a_repetition_keeps_the_first_ones(client):
    other = {"traceparent": PARENT.replace("4bf9", "5bf9")}
    body = {"type": "pin_dialin", "name_prefix": "once"}
    first = client.post("/domain-dialin-config", body, headers={"Idempotency-Key": "a-trace", **BOTH}).expect(200)
    again = client.post("/domain-dialin-config", body, headers={"Idempotency-Key": "a-trace", **other}).expect(200)
    assert again.json == first.json
    assert [trace_of(event) for event in client.history(first.json["id"])] == [BOTH]


def line_about(server, request_id: str, patience_s: float = 2) -> str:
    deadline = time.monotonic() + patience_s
    while True:
        found = [line for line in server.said().splitlines() if f"request_id={request_id} " in line]
        if found or time.monotonic() > deadline:
            return found[0]
        time.sleep(0.01)


def test_the_line_of_a_request_names_its_trace(own_server):
    own_server.start()
    client = Client(own_server, own_server.key)
    client.get("/", headers={"X-Request-Id": "line-1", **BOTH}).expect(200)
    client.get("/domain-dialin-config/none", headers={"X-Request-Id": "line-2", **BOTH}).expect(404)
    client.get("/", headers={"X-Request-Id": "line-3", "traceparent": "00-secret"}).expect(200)
    Client(own_server, "dk_unknown").get("/", headers={"X-Request-Id": "line-4", **BOTH}).expect(401)
    for number, found in [(1, TRACE_ID), (2, TRACE_ID), (3, None), (4, TRACE_ID)]:
        named = re.search(r" trace_id=(\S+)", line_about(own_server, f"line-{number}"))
        assert (named[1] if named else None) == found, number
    assert "00-secret" not in own_server.said() and "rojo" not in own_server.said()
