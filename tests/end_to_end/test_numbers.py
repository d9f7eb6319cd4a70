"""GET /numbers/{number}: who holds it."""

import pytest

from live.client import fresh_number


@pytest.mark.parametrize("spelling", ["+{0}", "%2B{0}", "%2b{0}", "tel:+{0}", "tel%3A%2B{0}", "+{0}%20"])
def test_any_accepted_spelling_finds_the_holder(client, spelling):
    made = client.pinless()
    assert client.get("/numbers/" + spelling.format(made["config"]["phone_number"][1:])).expect(200).json == made


def test_the_holder_changes_with_every_write(client):
    made = client.pinless()
    number = made["config"]["phone_number"]
    path = f"/numbers/{number}"
    moved = client.move(made["id"], type="pin_dialin")
    assert client.get(path).expect(200).json["id"] == moved["id"]
    client.update(moved["id"], phone_number=None)
    client.get(path).refused(404, "not-found")
    again = client.pinless(phone_number=number)
    assert client.get(path).expect(200).json == again
    client.remove(again["id"])
    client.get(path).refused(404, "not-found")


def test_what_is_no_number_or_not_held(client):
    client.get(f"/numbers/{fresh_number()}").refused(404, "not-found")
    assert client.get("/numbers/5550123").status in (400, 404)
