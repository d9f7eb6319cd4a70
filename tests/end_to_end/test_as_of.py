"""`as_of`: what it may be, what it is refused for, and what the answer says. That the past answers as the present did is in test_as_of_model.py."""

import re
import threading
import time

import pytest

from live.client import Client, fresh_number
from live.clock import StrangeClock
from live.past import us_of, with_as_of
from live.server import SANITIZED, Server

CONFIGS = "/domain-dialin-config"
# More than a node's clock and this one's may differ by, and the time that a test takes.
FAR_US = 60_000_000


def path(config_id: str) -> str:
    return f"{CONFIGS}/{config_id}"


def looks(made: dict) -> list[str]:
    """Every call that looks back."""
    number = made["config"]["phone_number"]
    return [path(made["id"]), CONFIGS, f"{CONFIGS}?limit=1&type=pinless_dialin", f"{path(made['id'])}/history", f"/numbers/{number}",
            f"/numbers/{number}/history"]


def text_of(time_us: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time_us // 1_000_000)) + f".{time_us % 1_000_000:06}Z"


@pytest.mark.parametrize("as_of", ["", "now", "-1", "007", "1.5", "2026-05-04", "2026-05-04T13:05:00", "2026-13-04T13:05:00Z", "1969-12-31T23:59:59Z",
                                   "9223372036854775808", "2026-05-04T13:05:00+2:00", "%2B1", "null", "%00", "%ff"])
def test_what_is_no_place_in_the_log_is_refused_by_name(client, as_of):
    for target in looks(client.pinless()):
        problem = client.get(with_as_of(target, as_of)).refused(400, "invalid-request-error")
        assert [violation["property"] for violation in problem["violations"]] == ["as_of"], target


def test_it_is_given_once_and_to_calls_that_know_it(client):
    made = client.pinless()
    for target in looks(made):
        client.get(with_as_of(with_as_of(target, 1), 1)).refused(400, "invalid-request-error")
    for target in ("/", "/events", "/events/stream", "/readyz"):
        client.get(with_as_of(target, 1)).refused(400, "invalid-request-error")
    client.put(with_as_of(path(made["id"]), 1), {"name_prefix": "x"}).refused(400, "invalid-request-error")
    client.get(f"{path(made['id'])}/history", query={"from": 1, "to": 1, "as_of": 1}).refused(400, "invalid-request-error")


def test_the_future_is_refused(client):
    made = client.pinless()
    end = client.get("/").sequence
    for target in looks(made):
        for later in (end + 1000, 2 ** 63 - 1):
            problem = client.get(with_as_of(target, later)).refused(400, "invalid-request-error")
            assert re.search(r"must not lie beyond the log's end, \d+", problem["info"]), problem
        for later in (text_of(time.time_ns() // 1000 + FAR_US), "9999-12-31T23:59:59Z"):
            problem = client.get(with_as_of(target, later)).refused(400, "invalid-request-error")
            assert problem["violations"] == [{"property": "as_of", "rule": "must not lie in the future"}]


def test_before_everything_nothing_was_there(client):
    made = client.pinless()
    for as_of in (0, 1, "1970-01-01T00:00:00Z", "2000-02-29T23:59:59.999999-23:59"):
        for target in looks(made):
            answer = client.get(with_as_of(target, as_of))
            if target.startswith(CONFIGS) and not target.startswith(CONFIGS + "/"):
                assert answer.expect(200).json == {"total_count": 0, "data": []}
            else:
                answer.refused(404, "not-found")
            assert answer.sequence == (1 if as_of == 1 else 0)


def test_a_time_in_any_form_is_the_state_of_then(client):
    made = client.pinless(name_prefix="one")
    client.update(made["id"], name_prefix="two")
    begin_us = us_of(made["created_at"])
    stem, second = text_of(begin_us)[:-1], text_of(begin_us + 7200 * 1_000_000)[:-1]
    for text in (f"{stem}Z", f"{stem}z".replace("T", "t"), f"{stem}999Z", f"{stem}-00:00", f"{second}+02:00", f"{second}%2B02:00", f"{second}%2b02%3A00"):
        assert client.get(with_as_of(path(made["id"]), text)).expect(200).json == made, text
    client.get(with_as_of(path(made["id"]), text_of(begin_us - 1))).refused(404, "not-found")


def test_the_answer_names_the_sequence_by_which_it_is_the_same_for_ever(client):
    made = client.pinless(name_prefix="one")
    end = client.get("/").sequence
    time.sleep(0.01)
    late = text_of(time.time_ns() // 1000 - 1000)
    before = [client.get(with_as_of(target, late)).expect(200) for target in looks(made)]
    client.update(made["id"], name_prefix="two", hmac=None)
    client.remove(made["id"])
    for target, answer in zip(looks(made), before):
        assert answer.sequence == end
        again = client.get(with_as_of(target, answer.sequence)).expect(200)
        assert (again.body, again.etag, again.sequence) == (answer.body, answer.etag, end)
        assert client.get(with_as_of(target, late)).expect(200).body == answer.body


def test_etag_and_condition_are_of_the_version_then(client):
    made = client.post(CONFIGS, {"type": "pinless_dialin", "phone_number": fresh_number()}).expect(200)
    config_id = made.json["id"]
    client.update(config_id, name_prefix="two")
    for target in (path(config_id), f"/numbers/{made.json['config']['phone_number']}"):
        then = with_as_of(target, made.sequence)
        assert client.get(then).expect(200).etag == made.etag == '"1"'
        assert client.get(then, headers={"If-None-Match": '"1"'}).expect(304).sequence == made.sequence
        client.get(then, headers={"If-None-Match": '"2"'}).expect(200)
        client.get(then, headers={"If-None-Match": "2"}).refused(400, "invalid-request-error")
        head = client.call("HEAD", then).expect(200)
        assert (head.body, head.etag, head.headers["Content-Length"]) == (b"", '"1"', str(len(made.body)))


def test_a_secret_of_then_is_the_one_of_then(client):
    made = client.pinless()
    then = client.get("/").sequence
    client.update(made["id"], hmac=None)
    client.remove(made["id"])
    assert client.get(with_as_of(path(made["id"]), then)).expect(200).json["config"]["hmac"] == made["config"]["hmac"]
    assert client.get(with_as_of(CONFIGS, then)).expect(200).json["data"] == [made]


def test_no_time_and_no_sequence_splits_a_move(client):
    made = client.pinless()
    moved = client.move(made["id"], type="pin_dialin")
    deleted = client.history(made["id"])[-1]
    creation = client.history(moved["id"])[0]
    assert us_of(creation["time"]) == us_of(deleted["time"]) + 1 and creation["sequence"] == deleted["sequence"] + 1
    stored = {name: moved[name] for name in moved if name != "moved_from"}
    number = made["config"]["phone_number"]
    for as_of in (deleted["sequence"], creation["sequence"], deleted["time"], creation["time"]):
        client.get(with_as_of(path(made["id"]), as_of)).refused(404, "not-found")
        for target in (path(moved["id"]), f"/numbers/{number}"):
            answer = client.get(with_as_of(target, as_of)).expect(200)
            assert answer.json == stored and answer.sequence == creation["sequence"]
        assert client.get(with_as_of(CONFIGS, as_of)).expect(200).json == {"total_count": 1, "data": [stored]}
    for as_of in (deleted["sequence"] - 1, text_of(us_of(deleted["time"]) - 1)):
        assert client.get(with_as_of(f"/numbers/{number}", as_of)).expect(200).json == made


def test_a_cursor_must_be_of_a_config_that_there_was_by_then(client):
    made = [client.pin(name_prefix=str(n)) for n in range(3)]
    then = client.get("/").sequence
    later = client.pin()
    client.remove(made[1]["id"])
    for cursor in ("starting_after", "ending_before"):
        problem = client.get(with_as_of(CONFIGS, then), query={cursor: later["id"]}).refused(400, "invalid-request-error")
        assert problem["violations"] == [{"property": cursor, "rule": "must be the id of a config that you had by then"}]
        client.get(with_as_of(CONFIGS, client.get("/").sequence), query={cursor: made[1]["id"]}).expect(200)
    assert client.get(with_as_of(CONFIGS, then), query={"starting_after": made[1]["id"]}).expect(200).json == {"total_count": 3, "data": [made[0]]}


def test_position_headers_and_as_of_hold_together(client, tenant):
    made = client.pin(name_prefix="one")
    then = client.get("/").sequence
    client.update(made["id"], name_prefix="two")
    end = client.get("/").sequence
    target = with_as_of(path(made["id"]), then)
    for headers in ({"Dialin-Consistency": "strong"}, {"Dialin-Min-Sequence": str(end)}, {"Dialin-Consistency": "strong", "Dialin-Min-Sequence": "1"}):
        answer = client.get(target, headers=headers).expect(200)
        assert answer.json == made and answer.sequence == then
    for headers in ({"Dialin-Consistency": "feeble"}, {"Dialin-Min-Sequence": "x"}):
        client.get(target, headers=headers).refused(400, "invalid-request-error")
    timer = threading.Timer(0.3, lambda: tenant.client().update(made["id"], name_prefix="three"))
    timer.start()
    started = time.monotonic()
    answer = client.get(target, headers={"Dialin-Min-Sequence": str(end + 1)}).expect(200)
    timer.join()
    assert answer.json == made and answer.sequence == then and time.monotonic() - started > 0.2, "the past, but not before the present has come"


def test_a_number_that_another_tenant_held_then_is_not_found(client, other):
    number = fresh_number()
    theirs = other.client()
    held = theirs.pinless(phone_number=number)
    then = client.get("/").sequence
    theirs.remove(held["id"])
    mine = client.pinless(phone_number=number)
    now = client.get("/").sequence
    at = f"/numbers/{number}"
    client.get(with_as_of(at, then)).refused(404, "not-found")
    assert theirs.get(with_as_of(at, then)).expect(200).json == held
    assert client.get(with_as_of(at, now)).expect(200).json == mine
    theirs.get(with_as_of(at, now)).refused(404, "not-found")
    client.get(with_as_of(path(held["id"]), then)).refused(404, "not-found")


def test_it_needs_the_scope_audit_beside_the_calls_own(own_server):
    keys = {scopes: own_server.add_key("own", scopes) for scopes in ("read", "audit", "read,audit")}
    own_server.start()
    made = Client(own_server, own_server.key).pinless()
    targets = looks(made)
    read_only, audit_only, both = (Client(own_server, keys[scopes]) for scopes in keys)
    for target in targets:
        both.get(with_as_of(target, 3)).expect(200)
        assert "scope audit" in read_only.get(with_as_of(target, 3)).refused(403, "forbidden-error")["info"]
        audits = target.endswith("/history")
        audit_only.get(with_as_of(target, 3)).expect(200 if audits else 403)
        read_only.get(target).expect(403 if audits else 200)


@pytest.mark.skipif(SANITIZED, reason="a sanitizer's library must be loaded before that of the clock")
def test_times_of_the_chain_that_are_ahead_of_the_clock_are_no_future(tmp_path):
    """A clock that went back: the chain's times go on from where they were."""
    clock = StrangeClock(tmp_path / "clock")
    server = Server(tmp_path / "server", under=clock.under)
    key = server.add_key("own")
    try:
        client = Client(server.start(), key)
        clock.set(3600)
        made = client.pin(name_prefix="one")
        clock.set(0)
        changed = client.update(made["id"], name_prefix="two")
        assert us_of(changed["updated_at"]) == us_of(made["updated_at"]) + 1
        assert client.get(with_as_of(path(made["id"]), made["updated_at"])).expect(200).json == made
        assert client.get(with_as_of(path(made["id"]), changed["updated_at"])).expect(200).json == changed
        client.get(with_as_of(path(made["id"]), text_of(us_of(changed["updated_at"]) + 1))).refused(400, "invalid-request-error")
    finally:
        server.kill()
