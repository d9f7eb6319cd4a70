"""GET /domain-dialin-config/{id}/history?from=&to=: what differs between two versions."""

import uuid

import pytest

from live.client import fresh_number

HISTORY = "/domain-dialin-config/{}/history"


@pytest.fixture
def lived(client):
    """A config of five versions: created, renamed, a new secret and number, deleted, restored to version 1."""
    made = client.pinless(name_prefix="one", timeout_config={"message": "m"})
    client.update(made["id"], name_prefix="two", timeout_config=None)
    client.update(made["id"], hmac=None, phone_number=fresh_number())
    client.remove(made["id"])
    client.restore(made["id"], 1)
    return made["id"]


def test_every_pair_of_versions_is_compared_as_their_events_say(client, lived):
    events = {event["version"]: event for event in client.history(lived)}
    states = {version: {} if event["name"] == "ConfigDeleted" else flat(event["config"]) for version, event in events.items()}
    assert len(states) == 5
    for old in states:
        for new in states:
            answer = client.get(HISTORY.format(lived), query={"from": old, "to": new}).expect(200)
            told = answer.json
            assert list(told) == ["config_id", "type", "from", "to", "changes"]
            assert (told["config_id"], told["type"]) == (lived, "pinless_dialin")
            for end, version in (("from", old), ("to", new)):
                assert told[end] == {name: events[version][name] for name in ("version", "sequence", "time", "name")}
            expected = {name: (states[old].get(name), states[new].get(name)) for name in states[old] | states[new]
                        if states[old].get(name) != states[new].get(name)}
            assert {change["property"]: (change["from"], change["to"]) for change in told["changes"]} == expected
            assert len(told["changes"]) == len(expected)
            assert client.call("HEAD", HISTORY.format(lived), query={"from": old, "to": new}).expect(200).headers["Content-Length"] == str(len(answer.body))


def flat(config: dict) -> dict:
    """By dotted names, without the type, as `changes` names properties."""
    found = {}
    for name, value in config.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": text for inner, text in value.items()}
        elif name != "type":
            found[name] = value
    return found


def test_a_secret_is_told_by_its_fingerprint(client):
    made = client.pinless()
    renewed = client.update(made["id"], hmac=None)
    answer = client.get(HISTORY.format(made["id"]), query={"from": 1, "to": 2}).expect(200)
    assert made["config"]["hmac"].encode() not in answer.body and renewed["config"]["hmac"].encode() not in answer.body
    shown = [event["config"]["hmac"] for event in client.history(made["id"])]
    assert answer.json["changes"] == [{"property": "hmac", "from": shown[0], "to": shown[1]}]


@pytest.mark.parametrize("query, named", [
    ({"from": 1, "to": 9}, ["to"]), ({"from": 6, "to": 1}, ["from"]), ({"from": 7, "to": 8}, ["from", "to"]),
    ({"from": 0, "to": 1}, ["from"]), ({"from": 1, "to": "two"}, ["to"]), ({"from": "", "to": -1}, ["from", "to"]), ({"from": 1, "to": 2 ** 64}, ["to"]),
    ({"from": 1}, ["to"]), ({"to": 1}, ["from"]), ({"from": 1, "to": 2, "after": 0}, ["after"]), ({"from": 1, "to": 2, "limit": 5}, ["limit"]),
], ids=str)
def test_what_cannot_be_compared_is_refused_by_name(client, lived, query, named):
    problem = client.get(HISTORY.format(lived), query=query).refused(400, "invalid-request-error")
    assert [violation["property"] for violation in problem["violations"]] == named


def test_a_version_that_never_was_is_told_from_a_config_that_never_was(client, other):
    made = client.pin()
    problem = client.get(HISTORY.format(made["id"]), query={"from": 1, "to": 2}).refused(400, "invalid-request-error")
    assert problem["violations"] == [{"property": "to", "rule": "must be one that the config has had: 1 to 1"}]
    for config_id in (uuid.uuid4(), "x", other.client().pin()["id"]):
        client.get(HISTORY.format(config_id), query={"from": 1, "to": 1}).refused(404, "not-found")
