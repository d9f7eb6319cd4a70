"""GET /domain-dialin-config: pages, filters, and what happens to them while others write."""

import random
import threading
import uuid

import pytest

from live.client import fresh_number, seed


def ids(page: dict) -> list[str]:
    return [config["id"] for config in page["data"]]


def test_an_empty_list(client):
    assert client.page() == {"total_count": 0, "data": []}


def test_newest_first_and_pages_in_both_directions(client):
    made = [client.pin(name_prefix=f"n{n}")["id"] for n in range(7)][::-1]
    assert ids(client.page()) == made and client.page()["total_count"] == 7
    first = client.page(limit=3)
    assert ids(first) == made[:3] and first["total_count"] == 7
    assert ids(client.page(limit=3, starting_after=made[2])) == made[3:6]
    assert ids(client.page(limit=3, starting_after=made[5])) == made[6:]
    assert ids(client.page(starting_after=made[6])) == []
    assert ids(client.page(limit=3, ending_before=made[6])) == made[3:6], "the page just before it, still newest first"
    assert ids(client.page(limit=3, ending_before=made[1])) == made[:1]
    assert ids(client.page(ending_before=made[0])) == []


def test_list_rows_are_what_get_answers(client):
    made = client.pinless(name_prefix="whole", room_creation_api="https://example.com/r")
    assert client.page()["data"] == [made] == [client.config(made["id"])]


def test_a_deleted_id_still_works_as_a_cursor(client):
    made = [client.pin()["id"] for _ in range(4)][::-1]
    client.remove(made[1])
    assert ids(client.page(starting_after=made[1])) == made[2:]
    assert ids(client.page(ending_before=made[1])) == made[:1]
    assert client.page()["total_count"] == 3


def test_an_update_keeps_the_place_and_a_restore_too(client):
    made = [client.pin(name_prefix="a")["id"] for _ in range(3)][::-1]
    client.update(made[2], name_prefix="b")
    assert ids(client.page()) == made
    client.remove(made[1])
    client.restore(made[1], 1)
    assert ids(client.page()) == made


@pytest.mark.parametrize("query", [
    {"limit": "0"}, {"limit": "101"}, {"limit": "-1"}, {"limit": "ten"}, {"limit": ""}, {"limit": "1e1"}, {"starting_after": str(uuid.uuid4())},
    {"ending_before": str(uuid.uuid4())}, {"starting_after": "x"}, {"type": "other"}, {"phone_number": "555"},
], ids=str)
def test_a_bad_query_is_refused(client, query):
    client.get("/domain-dialin-config", query=query).refused(400, "invalid-request-error")


def test_another_tenants_id_is_no_cursor(client, other):
    foreign = other.client().pin()["id"]
    client.get("/domain-dialin-config", query={"starting_after": foreign}).refused(400, "invalid-request-error")


def test_filters(client):
    number = fresh_number()
    desk = client.pinless(phone_number=number, name_prefix="Desk Berlin")
    client.pinless(name_prefix="Desk Paris")
    lobby = client.pin(name_prefix="Lobby", phone_number=fresh_number())
    bare = client.pin()
    assert ids(client.page(phone_number=number)) == [desk["id"]]
    assert ids(client.page(phone_number=f"{number[:4]} {number[4:]}")) == [desk["id"]], "any accepted spelling"
    assert client.page(phone_number=fresh_number()) == {"total_count": 0, "data": []}
    assert ids(client.page(phone_numbers=f"{number[3:]},{lobby['config']['phone_number'][1:]}")) == [lobby["id"], desk["id"]]
    assert ids(client.page(phone_numbers="+15")) == ids(client.page())[1:]
    username = desk["config"]["sip_uri"].removeprefix("sip:").split("@")[0]
    assert ids(client.page(sip_username=username)) == [desk["id"]]
    assert ids(client.page(sip_username=username[:-1])) == []
    assert client.page(name_prefix="Desk")["total_count"] == 2
    assert client.page(name_prefix="esk")["total_count"] == 0
    assert ids(client.page(type="pin_dialin")) == [bare["id"], lobby["id"]]
    assert ids(client.page(type="pinless_dialin", name_prefix="Desk B")) == [desk["id"]]
    page = client.page(name_prefix="Desk", limit=1)
    assert page["total_count"] == 2 and len(page["data"]) == 1
    assert ids(client.page(name_prefix="Desk", limit=1, starting_after=ids(page)[0])) == [desk["id"]]


def test_a_filter_follows_updates_and_deletions(client):
    made = client.pinless(name_prefix="before")
    number = made["config"]["phone_number"]
    client.update(made["id"], name_prefix="after", phone_number=fresh_number())
    assert client.page(name_prefix="before")["total_count"] == client.page(phone_number=number)["total_count"] == 0
    assert client.page(name_prefix="after")["total_count"] == 1
    client.remove(made["id"])
    assert client.page(name_prefix="after")["total_count"] == 0


def test_walked_page_by_page_while_others_write_nothing_twice_nothing_missing(tenant):
    """What was there before the walk and stays is seen exactly once; nothing at all is seen twice."""
    drawn = seed()
    print("seed", drawn)
    walker = tenant.client()
    stay = {walker.pin(name_prefix="stays")["id"] for _ in range(150)}
    go = [walker.pin(name_prefix="goes")["id"] for _ in range(60)]
    stop = threading.Event()
    troubles = []

    def write(number: int) -> None:
        draw = random.Random(drawn + number)
        client = tenant.client()
        mine = go[number::3]
        try:
            while not stop.is_set():
                kind = draw.random()
                if kind < 0.4:
                    mine.append(client.pin(name_prefix="new")["id"])
                elif kind < 0.6 and mine:
                    client.remove(mine.pop(draw.randrange(len(mine))))
                else:
                    client.update(draw.choice(sorted(stay)), name_prefix=f"stays {draw.random()}")
        except Exception as trouble:
            troubles.append(trouble)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    try:
        for walk in range(12):
            limit = 7 + walk
            if walk % 2 == 0:
                seen = [config["id"] for config in walker.all_configs(limit=limit)]
            else:  # backwards, from the oldest there is
                seen, page = [], [walker.all_configs()[-1]["id"]]
                while page:
                    seen = page + seen
                    page = ids(walker.page(limit=limit, ending_before=seen[0]))
            assert len(seen) == len(set(seen)), "nothing twice"
            assert stay <= set(seen), "nothing missing"
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not troubles, troubles
    assert walker.page()["total_count"] == len(walker.all_configs())
