"""History and /events: who changed what and when."""

import re

import pytest

from live.client import fresh_number


def test_an_event_tells_who_what_and_when(client, server, tenant):
    request_id = "req-4711"
    made = client.post("/domain-dialin-config", {"type": "pinless_dialin", "phone_number": fresh_number(), "name_prefix": "a"},
                       headers={"X-Request-Id": request_id}).expect(200)
    assert made.headers["X-Request-Id"] == request_id
    config_id = made.json["id"]
    client.update(config_id, name_prefix="b", timeout_config={"message": "m"})
    client.remove(config_id)
    created, updated, deleted = client.history(config_id)
    assert [event["name"] for event in (created, updated, deleted)] == ["ConfigCreated", "ConfigUpdated", "ConfigDeleted"]
    assert [event["version"] for event in (created, updated, deleted)] == [1, 2, 3]
    assert set(created) == {"sequence", "event_id", "name", "config_id", "type", "version", "time", "actor", "request_id", "config", "changes"}
    assert created["sequence"] == made.sequence < updated["sequence"] < deleted["sequence"]
    assert re.fullmatch(r"[0-9a-f]{64}", created["event_id"])
    assert created["config_id"] == config_id and created["type"] == "pinless_dialin" and created["time"] == made.json["created_at"]
    assert created["request_id"] == request_id
    assert created["actor"] == server.key_id(tenant.key)
    assert updated["changes"] == [{"property": "name_prefix", "from": "a", "to": "b"}, {"property": "timeout_config.message", "from": None, "to": "m"}]
    assert updated["config"]["name_prefix"] == "b" and deleted["config"] == updated["config"], "of a deletion, the state before"
    assert {change["property"]: change["to"] for change in created["changes"]}["name_prefix"] == "a"
    assert {change["property"]: change["from"] for change in deleted["changes"]}["name_prefix"] == "b"


def test_a_secret_is_shown_as_its_fingerprint_only(client):
    made = client.pinless()
    first = made["config"]["hmac"]
    second = client.update(made["id"], hmac=None)["config"]["hmac"]
    client.update(made["id"], hmac=first)
    answer = client.get(f"/domain-dialin-config/{made['id']}/history").expect(200)
    assert first.encode() not in answer.body and second.encode() not in answer.body
    shown = [event["config"]["hmac"] for event in answer.json["data"]]
    assert all(re.fullmatch(r"[0-9a-f]{16}", text) for text in shown)
    assert shown[0] == shown[2] != shown[1], "equal secrets have equal fingerprints"
    assert answer.json["data"][1]["changes"] == [{"property": "hmac", "from": shown[0], "to": shown[1]}]


def test_history_is_paged(client):
    made = client.pin(name_prefix="0")
    for n in range(1, 6):
        client.update(made["id"], name_prefix=str(n))
    path = f"/domain-dialin-config/{made['id']}/history"
    page = client.get(path, query={"limit": 4}).expect(200).json
    assert [event["version"] for event in page["data"]] == [1, 2, 3, 4] and page["more"] is True
    assert page["next_after"] == page["data"][-1]["sequence"]
    page = client.get(path, query={"after": page["next_after"]}).expect(200).json
    assert [event["version"] for event in page["data"]] == [5, 6] and page["more"] is False
    assert client.get(path, query={"after": page["next_after"]}).expect(200).json["data"] == []


def test_events_are_the_tenants_own_in_order(client, other):
    stranger = other.client()
    assert client.all_events() == []
    a = client.pin(name_prefix="a")
    stranger.pin()
    b = client.pin(name_prefix="b")
    client.update(a["id"], name_prefix="c")
    events = client.all_events(limit=2)
    assert [event["config_id"] for event in events] == [a["id"], b["id"], a["id"]]
    assert [event["sequence"] for event in events] == sorted(event["sequence"] for event in events)
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)
    assert client.all_events(after=events[1]["sequence"]) == events[2:]
    assert client.history(a["id"]) == [events[0], events[2]]
    assert len(stranger.all_events()) == 1


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "1001"}, {"limit": "x"}, {"after": "-1"}, {"after": "x"}, {"after": "99999999999999999999"}],
                         ids=str)
def test_bad_pages_of_events(client, query):
    client.get("/events", query=query).refused(400, "invalid-request-error")


def test_the_default_page_holds_a_hundred(client):
    made = client.pin(name_prefix="0")
    for n in range(1, 103):
        client.update(made["id"], name_prefix=str(n))
    page = client.get("/events").expect(200).json
    assert len(page["data"]) == 100 and page["more"] is True
    assert len(client.get("/events", query={"limit": 1000}).expect(200).json["data"]) == 103
