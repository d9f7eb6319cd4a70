"""ETag, If-Match, If-None-Match, dry runs, Idempotency-Key, and the position of reads."""

import threading
import time

import pytest

from live.client import Client, fresh_number


def path(made: dict) -> str:
    return f"/domain-dialin-config/{made['id']}"


def test_the_etag_changes_with_the_version_and_answers_if_none_match(client):
    made = client.pin(name_prefix="a")
    first = client.get(path(made)).etag
    assert first.startswith('"') and first.endswith('"')
    for value in (first, f'"x", {first}', f"W/{first}", "*"):
        answer = client.get(path(made), headers={"If-None-Match": value}).expect(304)
        assert answer.body == b"" and answer.etag == first
    second = client.put(path(made), {"name_prefix": "b"}).etag
    assert second != first
    assert client.get(path(made), headers={"If-None-Match": first}).expect(200).etag == second


WRITES = [("PUT", "", {"name_prefix": "x"}), ("POST", "", {"name_prefix": "x"}), ("DELETE", "", None), ("POST", "/move", {"type": "pin_dialin"}),
          ("POST", "/restore", {"version": 1})]


@pytest.mark.parametrize("method,tail,body", WRITES, ids=[method + tail for method, tail, _ in WRITES])
def test_a_write_with_a_stale_if_match_is_refused(client, method, tail, body):
    made = client.pinless(name_prefix="1")
    stale = client.get(path(made)).etag
    fresh = client.put(path(made), {"name_prefix": "2"}).etag
    for value in (stale, '"no such"', f"W/{fresh}"):
        client.call(method, path(made) + tail, body, headers={"If-Match": value}).refused(412, "precondition-failed")
    assert client.config(made["id"])["version"] == 2
    client.call(method, path(made) + tail, body, headers={"If-Match": f"{stale}, {fresh}"}).expect(200)


def test_a_restore_matches_the_version_of_the_deletion(client):
    made = client.pin(name_prefix="1")
    first = client.get(path(made)).etag
    client.remove(made["id"])
    client.post(path(made) + "/restore", {"version": 1}, headers={"If-Match": first}).refused(412, "precondition-failed")
    client.post(path(made) + "/restore", {"version": 1}, headers={"If-Match": first.replace("1", "2")}).expect(200)


@pytest.mark.parametrize("value", ["1", '"1', "", '"1" "2"', ",,"])
def test_a_malformed_if_match_is_refused(client, value):
    made = client.pin()
    assert client.put(path(made), {"name_prefix": "x"}, headers={"If-Match": value}).status in (400, 412)
    assert client.config(made["id"])["version"] == 1


def test_a_dry_run_answers_and_stores_nothing(client):
    made = client.pinless(name_prefix="a", ivr_greeting={"message": None})
    events = client.all_events()
    end = client.get("/").sequence
    dry = {"dry_run": "true"}
    assert client.put(path(made), {"name_prefix": "b"}, query=dry).expect(200).json["config"]["name_prefix"] == "b"
    tried = client.post("/domain-dialin-config", {"type": "pin_dialin", "name_prefix": "new"}, query=dry).expect(200).json
    assert tried["config"]["name_prefix"] == "new" and tried["type"] == "pin_dialin"
    assert client.delete(path(made), query=dry).expect(200).json == {"status": "deleted", "id": made["id"]}
    assert client.post(path(made) + "/move", {"type": "pin_dialin"}, query=dry).expect(200).json["type"] == "pin_dialin"
    client.post("/domain-dialin-config", {"type": "pin_dialin", "phone_number": made["config"]["phone_number"]}, query=dry).refused(409, "conflict-error")
    client.put(path(made), {"name_prefix": ""}, query=dry).refused(400, "invalid-request-error")
    client.put(path(made), {"name_prefix": "x"}, query={"dry_run": "maybe"}).refused(400, "invalid-request-error")
    assert client.config(made["id"]) == made and client.all_events() == events and client.get("/").sequence == end


def test_the_same_key_and_request_give_the_first_answer_again(client):
    wishes = {"type": "pinless_dialin", "phone_number": fresh_number()}
    key = {"Idempotency-Key": "k-1"}
    first = client.post("/domain-dialin-config", wishes, headers=key).expect(200)
    again = client.post("/domain-dialin-config", wishes, headers=key).expect(200)
    assert again.body == first.body and again.etag == first.etag
    client.update(first.json["id"], name_prefix="later")
    assert client.post("/domain-dialin-config", wishes, headers=key).expect(200).body == first.body, "the first answer, not the present state"
    assert client.page()["total_count"] == 1
    client.post("/domain-dialin-config", {"type": "pin_dialin"}, headers=key).refused(422, "idempotency-error")
    client.post("/domain-dialin-config", wishes, headers={**key, "If-Match": "*"}).refused(422, "idempotency-error")


def test_every_write_remembers_its_key(client):
    made = client.pinless(name_prefix="1")
    for method, tail, body in WRITES[:2] + WRITES[4:] + WRITES[3:4]:
        headers = {"Idempotency-Key": f"key of {method}{tail}"}
        body = {**body, "name_prefix": method + tail} if "name_prefix" in body else body
        first = client.call(method, path(made) + tail, body, headers=headers).expect(200)
        assert client.call(method, path(made) + tail, body, headers=headers).expect(200).body == first.body
    victim = client.pin()
    headers = {"Idempotency-Key": "delete once"}
    first = client.delete(path(victim), headers=headers).expect(200)
    assert client.delete(path(victim), headers=headers).expect(200).body == first.body
    client.delete(path(victim)).refused(404, "not-found")


def test_only_what_was_stored_uses_a_key_up(client):
    headers = {"Idempotency-Key": "still unused"}
    made = client.pin(name_prefix="a")
    client.post("/domain-dialin-config", {"type": "pinless_dialin"}, headers=headers).refused(400, "invalid-request-error")
    client.put(path(made), {"name_prefix": "a"}, headers=headers).expect(200)
    client.put(path(made), {"name_prefix": "b"}, headers=headers, query={"dry_run": "true"}).expect(200)
    client.put(path(made), {"name_prefix": "c"}, headers=headers).expect(200)
    client.put(path(made), {"name_prefix": "d"}, headers=headers).refused(422, "idempotency-error")


def test_keys_are_a_tenants_own_and_bounded(client, other):
    headers = {"Idempotency-Key": "shared"}
    mine = client.post("/domain-dialin-config", {"type": "pin_dialin"}, headers=headers).expect(200).json
    theirs = other.client().post("/domain-dialin-config", {"type": "pin_dialin", "name_prefix": "x"}, headers=headers).expect(200).json
    assert mine["id"] != theirs["id"]
    client.post("/domain-dialin-config", {"type": "pin_dialin"}, headers={"Idempotency-Key": "k" * 255}).expect(200)
    client.post("/domain-dialin-config", {"type": "pin_dialin"}, headers={"Idempotency-Key": "k" * 256}).refused(400, "invalid-request-error")
    client.post("/domain-dialin-config", {"type": "pin_dialin"}, headers={"Idempotency-Key": ""}).refused(400, "invalid-request-error")


def test_one_key_from_many_threads_creates_one_config(tenant):
    barrier = threading.Barrier(16)
    answers = []

    def create() -> None:
        client = tenant.client()
        barrier.wait()
        answers.append(client.post("/domain-dialin-config", {"type": "pin_dialin"}, headers={"Idempotency-Key": "once"}))

    threads = [threading.Thread(target=create) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in answers:
        if answer.status != 200:
            answer.refused(409, "idempotency-error")
    assert len({answer.json["id"] for answer in answers if answer.status == 200}) == 1
    assert tenant.client().page()["total_count"] == 1


def test_keys_are_remembered_across_a_restart_and_a_kill(own_server):
    server = own_server.start()
    wishes = {"type": "pinless_dialin", "phone_number": fresh_number()}
    key = {"Idempotency-Key": "across"}
    first = Client(server, server.key).post("/domain-dialin-config", wishes, headers=key).expect(200)
    assert server.stop() == 0
    server.start()
    assert Client(server, server.key).post("/domain-dialin-config", wishes, headers=key).expect(200).body == first.body
    server.kill()
    server.start()
    client = Client(server, server.key)
    assert client.post("/domain-dialin-config", wishes, headers=key).expect(200).body == first.body
    client.post("/domain-dialin-config", {"type": "pin_dialin"}, headers=key).refused(422, "idempotency-error")


def test_every_answer_tells_the_position_it_reflects(client):
    made = client.post("/domain-dialin-config", {"type": "pin_dialin"}).expect(200)
    for target in ("/", "/domain-dialin-config", "/events", f"/domain-dialin-config/{made.json['id']}", "/domain-dialin-config/nowhere"):
        assert client.get(target).sequence >= made.sequence, target


def test_a_read_waits_for_the_position_it_asks_for(client, tenant):
    made = client.pin(name_prefix="0")
    end = client.get("/").sequence
    assert client.get(path(made), headers={"Dialin-Min-Sequence": str(end)}).expect(200).sequence >= end
    timer = threading.Timer(0.3, lambda: tenant.client().update(made["id"], name_prefix="1"))
    timer.start()
    answer = client.get(path(made), headers={"Dialin-Min-Sequence": str(end + 1)}).expect(200)
    timer.join()
    assert answer.sequence >= end + 1
    for value in ("x", "-1", "", "1.5"):
        client.get(path(made), headers={"Dialin-Min-Sequence": value}).refused(400, "invalid-request-error")


def test_a_position_that_does_not_come_is_unavailable_in_bounded_time(client):
    started = time.monotonic()
    answer = client.get("/domain-dialin-config", headers={"Dialin-Min-Sequence": "1000000000"})
    answer.refused(503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert time.monotonic() - started < 30


def test_strong_reads(client):
    made = client.pin(name_prefix="0")
    for n in range(20):
        client.update(made["id"], name_prefix=str(n + 1))
        answer = client.get(path(made), headers={"Dialin-Consistency": "strong"}).expect(200)
        assert answer.json["version"] == n + 2
    client.get("/domain-dialin-config", headers={"Dialin-Consistency": "strong"}).expect(200)
    client.get("/domain-dialin-config", headers={"Dialin-Consistency": "feeble"}).refused(400, "invalid-request-error")
