"""POST /domain-dialin-config/{id}/restore: what it brings back, and every refusal of the contract. What it does is in test_change.py, too."""

import threading
import uuid

import pytest

from live.client import Client, fresh_number

NOWHERE = "00000000-0000-4000-8000-000000000000"


def path(config_id: str) -> str:
    return f"/domain-dialin-config/{config_id}"


def restore(client: Client, config_id: str, version=1, body=None, **options):
    return client.post(path(config_id) + "/restore", {"version": version} if body is None else body, **options)


class Untouched:
    """Fails when what it encloses has left a trace."""

    def __init__(self, *clients: Client):
        self.clients = clients

    def seen(self) -> list:
        return [(client.all_events(), client.all_configs(), client.page()["total_count"]) for client in self.clients]

    def __enter__(self) -> "Untouched":
        self.before = self.seen()
        self.end = self.clients[0].get("/").sequence
        return self

    def __exit__(self, failed, *_) -> None:
        if not failed:
            assert self.seen() == self.before
            assert self.clients[0].get("/").sequence == self.end, "not even a record that nobody sees"


@pytest.fixture(params=["live", "deleted"])
def past(request, client) -> dict:
    """A config whose version 1 had another number; live or deleted now."""
    made = client.pinless(name_prefix="one")
    client.update(made["id"], name_prefix="two", phone_number=fresh_number())
    if request.param == "deleted":
        client.remove(made["id"])
    return made


def versions(client: Client, config_id: str) -> int:
    return len(client.history(config_id))


def test_a_number_that_has_gone_to_another_config_of_the_tenant_is_a_conflict_that_names_it(client, past):
    taker = client.pin(phone_number=past["config"]["phone_number"], name_prefix="Taker")
    with Untouched(client):
        problem = restore(client, past["id"]).refused(409, "conflict-error")
        assert problem["conflict"] == {"id": taker["id"], "type": "pin_dialin", "name_prefix": "Taker"}
        restore(client, past["id"], query={"dry_run": "true"}).refused(409, "conflict-error")
    client.remove(taker["id"])
    back = restore(client, past["id"]).expect(200).json
    assert back["config"] == past["config"], "the number came free again"
    assert client.get(f"/numbers/{past['config']['phone_number']}").expect(200).json == back


def test_a_number_that_has_gone_to_another_tenant_is_a_conflict_that_names_nobody(client, other, past):
    stranger = other.client()
    taker = stranger.pin(phone_number=past["config"]["phone_number"], name_prefix="Secret desk")
    with Untouched(client, stranger):
        answer = restore(client, past["id"])
        assert "conflict" not in answer.refused(409, "conflict-error")
        assert taker["id"].encode() not in answer.body and b"Secret desk" not in answer.body


def test_a_moved_config_does_not_come_back_beside_its_successor(client):
    made = client.pinless()
    moved = client.move(made["id"], type="pin_dialin")
    with Untouched(client):
        assert restore(client, made["id"]).refused(409, "conflict-error")["conflict"]["id"] == moved["id"]
    client.update(moved["id"], phone_number=None)
    assert restore(client, made["id"]).expect(200).json["config"] == made["config"]
    assert client.config(moved["id"])["version"] == 2, "both live on"


def test_a_version_there_never_was_is_refused(client, past):
    had = versions(client, past["id"])
    with Untouched(client):
        for version in (had + 1, 1_000_000, 2 ** 63 - 1):
            problem = restore(client, past["id"], version).refused(400, "invalid-request-error")
            assert problem["violations"] == [{"property": "version", "rule": f"must be one that the config has had: 1 to {had}"}]
            restore(client, past["id"], version, query={"dry_run": "true"}).refused(400, "invalid-request-error")


@pytest.mark.parametrize("body, named", [
    ({"version": 0}, "version"), ({"version": -1}, "version"), ({"version": 1.5}, "version"), ({"version": "1"}, "version"), ({"version": None}, "version"),
    ({"version": True}, "version"), ({"version": [1]}, "version"), ({"version": {"version": 1}}, "version"), ({"version": 2 ** 64}, "version"), ({}, "version"),
    ({"version": 1, "name_prefix": "x"}, "name_prefix"), ({"version": 1, "type": "pinless_dialin"}, "type"), ({"config": {"version": 1}}, "config"),
], ids=str)
def test_a_body_that_is_no_version_is_refused_by_name(client, past, body, named):
    with Untouched(client):
        problem = restore(client, past["id"], body=body).refused(400, "invalid-request-error")
        assert named in [violation["property"].split(".")[0] for violation in problem["violations"]], problem


@pytest.mark.parametrize("body", [b"", b"1", b"[]", b"{", b'{"version":1,"version":1}', b'{"version":1} ,'], ids=repr)
def test_a_body_that_is_no_object_is_refused(client, past, body):
    with Untouched(client):
        restore(client, past["id"], body=body).refused(400, "json-parsing-error")


def test_what_surrounds_the_body_is_checked(client, past):
    with Untouched(client):
        restore(client, past["id"], headers={"Content-Type": "text/plain"}).refused(415, "invalid-request-error")
        restore(client, past["id"], query={"version": "1"}).refused(400, "invalid-request-error")
        restore(client, past["id"], query={"dry_run": "perhaps"}).refused(400, "invalid-request-error")
        restore(client, past["id"], headers={"Idempotency-Key": ""}).refused(400, "invalid-request-error")
        answer = client.get(path(past["id"]) + "/restore")
        answer.refused(405, "invalid-request-error")
        assert answer.headers["Allow"] == "POST"


def test_a_config_of_nobody_or_of_another_tenant_is_not_found(client, other, past):
    stranger = other.client()
    with Untouched(client, stranger):
        answers = [restore(stranger, config_id, version) for config_id in (past["id"], NOWHERE, str(uuid.uuid4()), "x") for version in (1, 2, 99, 0)]
        for answer in answers:
            answer.refused(404, "not-found")
        assert len({answer.body for answer in answers}) == 1, "not even that it exists"


def test_no_event_when_nothing_would_change(client):
    made = client.pinless(name_prefix="one")
    client.update(made["id"], name_prefix="two")
    back = restore(client, made["id"], 1).expect(200)
    assert back.json["version"] == 3 and back.etag == '"3"'
    with Untouched(client):
        for version in (1, 3):
            again = restore(client, made["id"], version, headers={"Idempotency-Key": "unused", "If-Match": '"3"'}).expect(200)
            assert (again.json, again.etag) == (back.json, back.etag)
    assert restore(client, made["id"], 2, headers={"Idempotency-Key": "unused"}).expect(200).json["version"] == 4, "the key was not used up"


def test_if_match_means_the_latest_version_a_deletions_too(client, past):
    latest = versions(client, past["id"])
    with Untouched(client):
        for stale in ('"1"', f'"{latest - 1}"', f'"{latest + 1}"', f'W/"{latest}"', '"x"'):
            restore(client, past["id"], headers={"If-Match": stale}).refused(412, "precondition-failed")
            restore(client, past["id"], headers={"If-Match": stale}, query={"dry_run": "true"}).refused(412, "precondition-failed")
        restore(client, past["id"], 99, headers={"If-Match": '"1"'}).refused(412, "precondition-failed")
        restore(client, past["id"], 0, headers={"If-Match": '"1"'}).refused(412, "precondition-failed")
        restore(client, past["id"], headers={"If-Match": str(latest)}).refused(400, "invalid-request-error")
    assert restore(client, past["id"], headers={"If-Match": f'"1", "{latest}"'}).expect(200).etag == f'"{latest + 1}"'
    assert restore(client, past["id"], 2, headers={"If-Match": "*"}).expect(200).etag == f'"{latest + 2}"'


def test_a_stale_condition_comes_before_a_conflict(client, past):
    client.pin(phone_number=past["config"]["phone_number"])
    with Untouched(client):
        restore(client, past["id"], headers={"If-Match": '"1"'}).refused(412, "precondition-failed")


def test_a_dry_run_answers_what_the_restore_would_and_stores_nothing(client, past):
    with Untouched(client):
        tried = restore(client, past["id"], query={"dry_run": "true"}, headers={"Idempotency-Key": "dry"}).expect(200)
        assert "ETag" not in tried.headers
    done = restore(client, past["id"], headers={"Idempotency-Key": "dry"}).expect(200).json
    assert {**tried.json, "updated_at": done["updated_at"]} == done


def test_an_idempotency_key_gives_the_first_answer_and_serves_one_restore_only(client, past):
    key = {"Idempotency-Key": "once"}
    first = restore(client, past["id"], headers=key).expect(200)
    latest = versions(client, past["id"])
    client.update(past["id"], name_prefix="later")
    with Untouched(client):
        again = restore(client, past["id"], headers=key).expect(200)
        assert (again.body, again.etag) == (first.body, first.etag)
        restore(client, past["id"], 2, headers=key).refused(422, "idempotency-error")
        restore(client, past["id"], headers={**key, "If-Match": f'"{latest}"'}).refused(422, "idempotency-error")
    client.remove(past["id"])
    with Untouched(client):
        assert restore(client, past["id"], headers=key).expect(200).body == first.body, "the first answer, though it is deleted again"


def test_a_refused_restore_leaves_its_key_unused(client, past):
    key = {"Idempotency-Key": "refused"}
    taker = client.pin(phone_number=past["config"]["phone_number"])
    restore(client, past["id"], headers=key).refused(409, "conflict-error")
    restore(client, past["id"], 99, headers=key).refused(400, "invalid-request-error")
    client.remove(taker["id"])
    restore(client, past["id"], headers=key).expect(200)


def test_a_restored_config_keeps_creation_place_and_count(client):
    made = [client.pinless(name_prefix=f"n{n}") for n in range(3)]
    before = client.page()
    client.remove(made[1]["id"])
    assert client.page()["total_count"] == 2
    back = restore(client, made[1]["id"]).expect(200).json
    assert back["created_at"] == made[1]["created_at"] and back["updated_at"] > made[1]["updated_at"] and back["config"] == made[1]["config"]
    after = client.page()
    assert after["total_count"] == 3 and [config["id"] for config in after["data"]] == [config["id"] for config in before["data"]]
    event = client.history(made[1]["id"])[-1]
    assert (event["name"], event["version"], event["restored_from"]) == ("ConfigCreated", 3, 1)


def test_a_version_without_a_number_is_refused_once_sip_only_is_off(own_server):
    own_server.options.append("--allow-sip-only")
    client = Client(own_server.start(), own_server.key)
    live, gone = (client.create(type="pinless_dialin")["id"] for _ in range(2))
    client.update(live, phone_number=fresh_number())
    client.remove(gone)
    client.close()
    assert own_server.stop() == 0
    own_server.options.remove("--allow-sip-only")
    own_server.start()
    with Untouched(client):
        for config_id in (live, gone):
            problem = restore(client, config_id).refused(400, "invalid-request-error")
            assert [violation["property"] for violation in problem["violations"]] == ["phone_number"]


def test_one_of_two_gets_the_number_when_a_restore_meets_a_create(tenant, client):
    for _ in range(20):
        made = client.pinless()
        client.remove(made["id"])
        barrier = threading.Barrier(2)
        answers = {}

        def call(name: str, path: str, body: dict) -> None:
            caller = tenant.client()
            barrier.wait()
            answers[name] = caller.post(path, body)
            caller.close()

        threads = [threading.Thread(target=call, args=("restore", path(made["id"]) + "/restore", {"version": 1})),
                   threading.Thread(target=call, args=("create", "/domain-dialin-config",
                                                       {"type": "pin_dialin", "phone_number": made["config"]["phone_number"]}))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status for answer in answers.values()) == [200, 409]
        winner = next(answer.json for answer in answers.values() if answer.status == 200)
        assert client.get(f"/numbers/{made['config']['phone_number']}").expect(200).json == winner
