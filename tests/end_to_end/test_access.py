"""Keys, scopes, tenants."""

import time

import pytest

from live.client import Client, Stream, fresh_number
from live.server import run


@pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer a b", "bearer-token"])
def test_a_missing_or_malformed_header(server, value):
    client = Client(server, None)
    headers = {} if value is None else {"Authorization": value}
    client.get("/domain-dialin-config", headers=headers).refused(400, "authorization-header-error")


def test_an_unknown_key(server, tenant):
    for key in ("nonsense", tenant.key[:-1], tenant.key + "x", tenant.key.swapcase()):
        answer = Client(server, key).get("/domain-dialin-config")
        answer.refused(401, "authentication-error")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_scheme_may_be_in_any_case(server, tenant):
    Client(server, None).get("/", headers={"Authorization": f"bearer {tenant.key}"}).expect(200)


CALLS = {
    "read": [("GET", "/domain-dialin-config", None), ("GET", "/domain-dialin-config/{id}", None), ("GET", "/numbers/{number}", None)],
    "write": [("POST", "/domain-dialin-config", {"type": "pin_dialin"}), ("PUT", "/domain-dialin-config/{id}", {"name_prefix": "x"}),
              ("POST", "/domain-dialin-config/{id}", {"name_prefix": "x"}), ("DELETE", "/domain-dialin-config/{id}", None),
              ("POST", "/domain-dialin-config/{id}/move", {"type": "pin_dialin"}), ("POST", "/domain-dialin-config/{id}/restore", {"version": 1})],
    "audit": [("GET", "/domain-dialin-config/{id}/history", None), ("GET", "/numbers/{number}/history", None), ("GET", "/events", None),
              ("GET", "/events/stream", None)],
}


def test_each_scope_opens_its_calls_and_no_other(own_server):
    server = own_server
    keys = {scope: server.add_key("own", scope) for scope in CALLS}
    server.start()
    made = Client(server, server.key).pinless()
    for scope, key in keys.items():
        client = Client(server, key)
        client.get("/").expect(200)
        for needed, calls in CALLS.items():
            if needed == scope:
                continue
            for method, path, body in calls:
                path = path.format(id=made["id"], number=made["config"]["phone_number"])
                client.call(method, path, body).refused(403, "forbidden-error")
    assert Client(server, keys["read"]).config(made["id"]) == made
    assert len(Client(server, keys["audit"]).history(made["id"])) == 1
    Client(server, keys["write"]).remove(made["id"])


def test_a_tenant_sees_nothing_of_another(client, other):
    stranger = other.client()
    theirs = stranger.pinless(name_prefix="secret")
    target = f"/domain-dialin-config/{theirs['id']}"
    nowhere = "/domain-dialin-config/00000000-0000-4000-8000-000000000000"
    for method, tail, body in (("GET", "", None), ("PUT", "", {"name_prefix": "x"}), ("POST", "", {}), ("DELETE", "", None), ("GET", "/history", None),
                               ("POST", "/move", {"type": "pin_dialin"}), ("POST", "/restore", {"version": 1})):
        there, absent = client.call(method, target + tail, body), client.call(method, nowhere + tail, body)
        there.refused(404, "not-found")
        assert there.body.replace(theirs["id"].encode(), b"ID") == absent.body.replace(nowhere.rsplit("/", 1)[1].encode(), b"ID"), "not even that it exists"
    for tail in ("", "/history", "?as_of=3", "/history?as_of=3"):
        client.get(f"/numbers/{theirs['config']['phone_number']}{tail}").refused(404, "not-found")
    assert client.page() == {"total_count": 0, "data": []} and client.all_events() == []
    assert stranger.config(theirs["id"]) == theirs


def test_the_root_names_the_domain(server, tenant):
    answer = tenant.client().get("/").expect(200).json
    assert answer["domain_name"] == tenant.name and set(answer) == {"domain_name", "domain_id"}


def test_keys_come_and_go_without_a_restart(own_server):
    server = own_server.start()
    key = server.add_key("later")

    def within_2_s(status: int) -> None:
        deadline = time.monotonic() + 2.0
        while Client(server, key).get("/").status != status:
            assert time.monotonic() < deadline, f"no {status} within 2 s"
            time.sleep(0.02)

    within_2_s(200)
    kept_alive = Client(server, key)
    kept_alive.get("/").expect(200)
    run("keys", "revoke", "--file", server.keys, server.key_id(key))
    within_2_s(401)
    kept_alive.get("/").refused(401, "authentication-error")
    assert Client(server, server.key).get("/").status == 200
    key_id = server.key_id(server.key)
    assert key_id in run("keys", "list", "--file", server.keys).stdout
    run("keys", "revoke", "--file", server.keys, "no-such-id", check=1)


def test_a_stream_ends_when_its_key_is_revoked(own_server):
    server = own_server
    key = server.add_key("own", "audit")
    server.start()
    stream = Stream(server, key)
    Client(server, server.key).pin()
    stream.take(1)
    run("keys", "revoke", "--file", server.keys, server.key_id(key))
    writer = Client(server, server.key)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        writer.pin()
        if stream.next() is None:
            return
    raise AssertionError("a revoked key still reads the stream")


def test_a_key_is_stored_hashed_and_shown_once(own_server):
    text = own_server.keys.read_text()
    secret = own_server.key
    assert secret not in text and secret not in run("keys", "list", "--file", own_server.keys).stdout
    assert own_server.keys.stat().st_mode & 0o077 == 0 and own_server.keyring.stat().st_mode & 0o077 == 0
