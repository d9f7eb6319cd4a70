"""The past is asked for while others write: it does not move, and it holds no half of anything."""

import contextlib
import random
import threading
import time

from live.client import Client, fresh_number, seed
from live.past import with_as_of

CONFIGS = "/domain-dialin-config"
RACE_S = 1.2


@contextlib.contextmanager
def writing(tenant, *writes):
    """Each is called over and over with a client of its own, until the block ends."""
    stop = threading.Event()
    troubles = []

    def write(once) -> None:
        client = tenant.client()
        try:
            while not stop.is_set():
                once(client)
        except Exception as trouble:
            troubles.append(trouble)
        finally:
            client.close()

    threads = [threading.Thread(target=write, args=(once,)) for once in writes]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not troubles, troubles


def walked(client: Client, as_of: int, limit: int) -> tuple[int, list[dict]]:
    """`total_count` and everything, page by page."""
    rows, totals, more = [], set(), {}
    while True:
        page = client.get(with_as_of(CONFIGS, as_of), query={"limit": limit, **more}).expect(200)
        assert page.sequence == as_of
        totals.add(page.json["total_count"])
        rows += page.json["data"]
        if len(page.json["data"]) < limit:
            (total,) = totals
            return total, rows
        more = {"starting_after": rows[-1]["id"]}


def test_a_list_of_the_past_stands_still_while_others_write(tenant, client):
    drawn = seed()
    print("seed", drawn)
    draw = random.Random(drawn)
    made = [client.pin(name_prefix=f"n{n}")["id"] for n in range(30)]

    def write(writer: Client) -> None:
        config_id = made[random.randrange(len(made))]
        path = f"{CONFIGS}/{config_id}"
        kind = random.random()
        if kind < 0.5:
            writer.put(path, {"name_prefix": f"n{random.random()}"})
        elif kind < 0.75:
            writer.delete(path)
        else:
            writer.post(f"{path}/restore", {"version": 1})

    first: dict[int, tuple[int, list[dict]]] = {}
    with writing(tenant, write, write):
        until = time.monotonic() + RACE_S
        while time.monotonic() < until:
            now = client.get(CONFIGS, query={"limit": 1}).sequence
            position = client.get(with_as_of(CONFIGS, now)).sequence  # the end of a move, if it is one
            first[position] = walked(client, position, draw.randint(3, 40))
            total, rows = first[position]
            assert total == len(rows) == len({row["id"] for row in rows})
            again = draw.choice(list(first))
            assert walked(client, again, draw.randint(3, 40)) == first[again]
    for position, seen in first.items():
        assert walked(client, position, 100) == seen
        for row in draw.sample(seen[1], min(3, len(seen[1]))):
            assert client.get(with_as_of(f"{CONFIGS}/{row['id']}", position)).expect(200).json == row
    assert len(first) > 5


def test_a_number_that_moves_on_and_on_has_one_holder_at_every_place(tenant, client):
    number = fresh_number()
    held = [client.pinless(phone_number=number)["id"]]
    begin = client.get("/").sequence

    def move(writer: Client) -> None:
        kind = ("pin_dialin", "pinless_dialin")[1 - len(held) % 2]
        held.append(writer.move(held[-1], type=kind)["id"])

    asked = 0
    with writing(tenant, move):
        until = time.monotonic() + RACE_S
        while time.monotonic() < until:
            as_of = random.randint(begin, client.get("/").sequence)
            holder = client.get(with_as_of(f"/numbers/{number}", as_of)).expect(200)
            assert client.get(with_as_of(CONFIGS, as_of)).expect(200).json == {"total_count": 1, "data": [holder.json]}
            asked += 1
    assert asked > 20 and len(held) > 20
    holds, after, more = [], 0, True
    while more:
        page = client.get(f"/numbers/{number}/history", query={"after": after, "limit": 100}).expect(200).json
        holds, after, more = holds + page["data"], page["next_after"], page["more"]
    assert [hold["config_id"] for hold in holds] == held
    assert [hold["to_sequence"] for hold in holds[:-1]] == [hold["from_sequence"] - 1 for hold in holds[1:]]
