"""PUT (and POST on the same path), DELETE, restore."""

import base64

import pytest

from live.client import fresh_number


def path(made: dict) -> str:
    return f"/domain-dialin-config/{made['id']}"


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_what_is_named_changes_and_what_is_absent_stays(client, method):
    made = client.pinless(name_prefix="old", room_creation_api="https://example.com/r", timeout_config={"message": "bye"})
    answer = client.call(method, path(made), {"name_prefix": "new"}).expect(200)
    now = answer.json
    assert now["config"] == {**made["config"], "name_prefix": "new"}
    assert now["version"] == 2 and now["created_at"] == made["created_at"] and now["updated_at"] > made["updated_at"]
    assert client.get(path(made)).expect(200).json == now
    assert client.get(path(made)).etag == answer.etag


def test_null_removes(client):
    made = client.pinless(name_prefix="x", timeout_config={"message": "bye"}, hold_music_url="https://example.com/a.mp3")
    config = client.update(made["id"], name_prefix=None, timeout_config={"message": None}, hold_music_url=None)["config"]
    assert not {"name_prefix", "timeout_config", "hold_music_url"} & {name for name, value in config.items() if value is not None}
    pin = client.pin(phone_number=fresh_number())
    assert "phone_number" not in client.update(pin["id"], phone_number=None)["config"]


def test_hmac_null_makes_a_new_one_and_a_put_without_it_keeps_it(client):
    made = client.pinless()
    kept = client.update(made["id"], name_prefix="n")
    assert kept["config"]["hmac"] == made["config"]["hmac"]
    fresh = client.update(made["id"], hmac=None)
    assert fresh["config"]["hmac"] != made["config"]["hmac"] and len(base64.b64decode(fresh["config"]["hmac"])) == 32
    mine = base64.b64encode(b"0123456789abcdef").decode()
    assert client.update(made["id"], hmac=mine)["config"]["hmac"] == mine == client.config(made["id"])["config"]["hmac"]


def test_nothing_changed_is_no_event(client):
    made = client.pinless(name_prefix="same")
    events = len(client.all_events())
    for wishes in ({}, {"name_prefix": "same"}, {"phone_number": made["config"]["phone_number"]}, {"hmac": made["config"]["hmac"]},
                   {"sip_uri": made["config"]["sip_uri"]}, {"type": "pinless_dialin"}, {"timeout_config": {"message": None}}):
        answer = client.put(path(made), wishes).expect(200)
        assert answer.json == made and answer.etag, wishes
    assert len(client.all_events()) == events


def test_another_sip_uri_is_refused_and_another_type_too(client):
    made = client.pinless()
    client.put(path(made), {"sip_uri": "sip:x@example.com"}).refused(400, "invalid-request-error")
    problem = client.put(path(made), {"type": "pin_dialin"}).refused(400, "invalid-request-error")
    assert "move" in str(problem) and "delete" in str(problem)
    client.put(path(made), {"phone_number": None}).refused(400, "invalid-request-error")
    client.put(path(made), {"ivr_greeting": {"message": "x"}}).refused(400, "invalid-request-error")
    assert client.config(made["id"]) == made


def test_a_number_in_use_is_a_conflict_that_names_the_holder_of_the_same_tenant_only(client, other):
    holder = client.pinless(name_prefix="Holder")
    number = holder["config"]["phone_number"]
    problem = client.post("/domain-dialin-config", {"type": "pin_dialin", "phone_number": number}).refused(409, "conflict-error")
    assert problem["conflict"] == {"id": holder["id"], "type": "pinless_dialin", "name_prefix": "Holder"}
    made = client.pin()
    client.put(path(made), {"phone_number": number}).refused(409, "conflict-error")
    stranger = other.client()
    answer = stranger.post("/domain-dialin-config", {"type": "pin_dialin", "phone_number": number})
    problem = answer.refused(409, "conflict-error")
    assert "conflict" not in problem and holder["id"].encode() not in answer.body and b"Holder" not in answer.body
    client.update(holder["id"], phone_number=fresh_number())
    assert stranger.pin(phone_number=number)["config"]["phone_number"] == number, "a number that was dropped is free at once"


def test_a_deleted_config_is_gone_its_number_free_and_its_history_stays(client):
    made = client.pinless()
    answer = client.delete(path(made)).expect(200)
    assert answer.json == {"status": "deleted", "id": made["id"]}
    client.get(path(made)).refused(404, "not-found")
    client.put(path(made), {"name_prefix": "x"}).refused(404, "not-found")
    client.delete(path(made)).refused(404, "not-found")
    assert client.page()["total_count"] == 0
    assert [event["name"] for event in client.history(made["id"])] == ["ConfigCreated", "ConfigDeleted"]
    again = client.pinless(phone_number=made["config"]["phone_number"])
    assert again["id"] != made["id"]


def test_restore_brings_back_an_earlier_state(client):
    made = client.pinless(name_prefix="one")
    client.update(made["id"], name_prefix="two", timeout_config={"message": "m"})
    back = client.restore(made["id"], 1)
    assert back["version"] == 3 and back["config"] == made["config"] and back["created_at"] == made["created_at"]
    event = client.history(made["id"])[-1]
    assert event["name"] == "ConfigUpdated" and event["restored_from"] == 1
    events = len(client.all_events())
    assert client.restore(made["id"], 1)["version"] == 3 and len(client.all_events()) == events, "no event when nothing would change"


def test_restore_of_a_deleted_config_keeps_id_secret_and_creation(client):
    made = client.pinless(name_prefix="one")
    client.remove(made["id"])
    back = client.restore(made["id"], 1)
    assert back["id"] == made["id"] and back["version"] == 3 and back["config"] == made["config"] and back["created_at"] == made["created_at"]
    event = client.history(made["id"])[-1]
    assert event["name"] == "ConfigCreated" and event["restored_from"] == 1
    assert client.page()["total_count"] == 1


def test_restore_to_a_deletions_version_is_the_state_before_it(client):
    made = client.pin(name_prefix="one")
    client.remove(made["id"])
    assert client.restore(made["id"], 2)["config"]["name_prefix"] == "one"


def test_restore_is_refused_when_the_number_has_gone_or_the_version_never_was(client):
    made = client.pinless()
    number = made["config"]["phone_number"]
    client.update(made["id"], phone_number=fresh_number())
    taker = client.pin(phone_number=number)
    restore = f"{path(made)}/restore"
    assert client.post(restore, {"version": 1}).refused(409, "conflict-error")["conflict"]["id"] == taker["id"]
    for body in ({"version": 3}, {"version": 0}, {"version": -1}, {"version": "1"}, {"version": 1.5}, {}, {"version": 1, "x": 1}):
        client.post(restore, body).refused(400, "invalid-request-error")
    assert client.config(made["id"])["version"] == 2


@pytest.mark.parametrize("id", ["x", "00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-00000000000", "%00", "{}", "A" * 300])
def test_an_id_that_is_none_is_not_found(client, id):
    for method, tail, body in (("GET", "", None), ("PUT", "", {}), ("POST", "", {}), ("DELETE", "", None), ("POST", "/move", {"type": "pin_dialin"}),
                               ("POST", "/restore", {"version": 1}), ("GET", "/history", None)):
        client.call(method, f"/domain-dialin-config/{id}{tail}", body).refused(404, "not-found")
