"""GET /numbers/{number}/history: which of the tenant's configs have held it."""

import pytest

from live.client import fresh_number
from live.past import with_as_of


@pytest.fixture
def number() -> str:
    return fresh_number()


def holds(client, number: str, **query) -> list[dict]:
    return client.get(f"/numbers/{number}/history", query=query).expect(200).json["data"]


def hold(config: dict, begin: dict, end: dict | None) -> dict:
    return {"config_id": config["id"], "type": config["type"], "from_sequence": begin["sequence"], "from": begin["time"],
            "to_sequence": end["sequence"] if end else None, "to": end["time"] if end else None}


def test_holds_are_told_across_configs_moves_changes_and_restores(client, number):
    first = client.pinless(phone_number=number)
    moved = client.move(first["id"], type="pin_dialin")
    client.update(moved["id"], name_prefix="no change of the number")
    client.update(moved["id"], phone_number=None)
    second = client.pinless()
    client.update(second["id"], phone_number=number)
    client.remove(second["id"])
    client.restore(second["id"], 2)
    client.restore(second["id"], 1)
    client.restore(first["id"], 1)
    of_first, of_moved, of_second = (client.history(config["id"]) for config in (first, moved, second))
    assert holds(client, number) == [hold(first, of_first[0], of_first[1]), hold(moved, of_moved[0], of_moved[2]), hold(second, of_second[1], of_second[2]),
                                     hold(second, of_second[3], of_second[4]), hold(first, of_first[2], None)]
    for spelling in (f"tel:{number}", f"%2B{number[1:]}"):
        assert holds(client, spelling) == holds(client, number)


def test_what_another_tenant_held_is_not_told_but_that_it_ended_is(client, other, number):
    theirs = other.client()
    mine = client.pinless(phone_number=number)
    client.remove(mine["id"])
    held = theirs.pinless(phone_number=number)
    theirs.remove(held["id"])
    client.restore(mine["id"], 1)
    events = client.history(mine["id"])
    assert holds(client, number) == [hold(mine, events[0], events[1]), hold(mine, events[2], None)]
    assert [one["config_id"] for one in holds(theirs, number)] == [held["id"]]


def test_pages(client, number):
    made = client.pin(phone_number=number)
    for _ in range(5):
        client.update(made["id"], phone_number=None)
        client.update(made["id"], phone_number=number)
    whole = holds(client, number)
    assert len(whole) == 6 and whole[-1]["to"] is None
    for limit in (1, 2, 3, 6):
        walked, after, more = [], 0, True
        while more:
            page = client.get(f"/numbers/{number}/history", query={"limit": limit, "after": after}).expect(200).json
            assert list(page) == ["data", "next_after", "more"] and 1 <= len(page["data"]) <= limit
            walked, after, more = walked + page["data"], page["next_after"], page["more"]
            assert after == page["data"][-1]["from_sequence"]
        assert walked == whole
    assert client.get(f"/numbers/{number}/history", query={"after": after}).expect(200).json == {"data": [], "next_after": after, "more": False}
    client.get(f"/numbers/{number}/history", query={"after": 2 ** 63 - 1}).expect(200)


def test_as_it_was_known_then(client, number):
    made = client.pinless(phone_number=number)
    then = client.get("/").sequence
    client.remove(made["id"])
    (held,) = client.get(with_as_of(f"/numbers/{number}/history", then)).expect(200).json["data"]
    (ended,) = holds(client, number)
    assert held == {**ended, "to_sequence": None, "to": None} and ended["to"] is not None
    client.get(with_as_of(f"/numbers/{number}/history", then - 1)).refused(404, "not-found")


def test_what_was_never_held_by_the_tenant_is_not_found(client, other, number):
    client.get(f"/numbers/{number}/history").refused(404, "not-found")
    other.client().pinless(phone_number=number)
    client.get(f"/numbers/{number}/history").refused(404, "not-found")


@pytest.mark.parametrize("target", ["/numbers/5550123/history", "/numbers/%zz/history", "/numbers/+15550123/history?limit=0",
                                    "/numbers/+15550123/history?limit=1001", "/numbers/+15550123/history?after=-1", "/numbers/+15550123/history?from=1"])
def test_what_is_no_number_or_no_page_is_refused(client, target):
    client.get(target).refused(400, "invalid-request-error")


def test_it_is_asked_for_with_get(client, number):
    answer = client.post(f"/numbers/{number}/history", {})
    answer.refused(405, "invalid-request-error")
    assert answer.headers["Allow"] == "GET, HEAD"
