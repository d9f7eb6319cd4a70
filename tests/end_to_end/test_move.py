"""POST /domain-dialin-config/{id}/move: to the other category in one step."""

import threading

from live.client import fresh_number


def test_a_move_is_a_deletion_and_a_creation_that_name_each_other(client):
    made = client.pinless(name_prefix="Desk", timeout_config={"message": "bye"}, room_creation_api="https://example.com/r")
    moved = client.move(made["id"], type="pin_dialin", ivr_greeting={"message": "hi"})
    assert moved["id"] != made["id"] and moved["moved_from"] == made["id"]
    assert moved["type"] == "pin_dialin" and moved["version"] == 1
    assert moved["config"] == {"type": "pin_dialin", "phone_number": made["config"]["phone_number"], "name_prefix": "Desk",
                               "timeout_config": {"message": "bye"}, "ivr_greeting": {"message": "hi"}, "sip_uri": None}
    client.get(f"/domain-dialin-config/{made['id']}").refused(404, "not-found")
    now = client.config(moved["id"])
    assert {name: now[name] for name in now if name != "moved_from"} == {name: moved[name] for name in moved if name != "moved_from"}
    deleted, created = client.all_events()[-2:]
    assert deleted["name"] == "ConfigDeleted" and deleted["config_id"] == made["id"] and deleted["moved_to"] == moved["id"]
    assert created["name"] == "ConfigCreated" and created["config_id"] == moved["id"] and created["moved_from"] == made["id"]
    assert created["sequence"] == deleted["sequence"] + 1


def test_a_move_to_pinless_gets_a_secret(client):
    made = client.pin(phone_number=fresh_number())
    moved = client.move(made["id"], type="pinless_dialin")
    assert moved["config"]["hmac"] and moved["config"]["sip_uri"]
    bare = client.pin()
    client.post(f"/domain-dialin-config/{bare['id']}/move", {"type": "pinless_dialin"}).refused(400, "invalid-request-error")
    assert client.move(bare["id"], type="pinless_dialin", phone_number=fresh_number())["type"] == "pinless_dialin"


def test_what_a_move_refuses_changes_nothing(client):
    made = client.pinless()
    taken = client.pinless()["config"]["phone_number"]
    move = f"/domain-dialin-config/{made['id']}/move"
    client.post(move, {"type": "pinless_dialin"}).refused(400, "invalid-request-error")
    client.post(move, {"type": "pin_dialin", "hmac": "AAAAAAAAAAAAAAAAAAAAAA=="}).refused(400, "invalid-request-error")
    client.post(move, {"type": "pin_dialin", "phone_number": taken}).refused(409, "conflict-error")
    client.post(move, {"type": "pin_dialin"}, headers={"If-Match": '"7"'}).refused(412, "precondition-failed")
    assert client.config(made["id"]) == made


def test_the_number_is_never_free_during_a_move(tenant, other):
    """Another tenant asks for the number without pause while the config moves to and fro."""
    client, thief = tenant.client(), other.client()
    made = client.pinless()
    number = made["config"]["phone_number"]
    stop = threading.Event()
    answers = []

    def grab() -> None:
        while not stop.is_set():
            answers.append(thief.post("/domain-dialin-config", {"type": "pin_dialin", "phone_number": number}).status)

    thread = threading.Thread(target=grab)
    thread.start()
    for turn in range(60):
        made = client.move(made["id"], type="pin_dialin" if turn % 2 == 0 else "pinless_dialin")
    stop.set()
    thread.join()
    assert len(answers) > 10 and set(answers) == {409}
