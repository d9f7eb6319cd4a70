"""64 callers race for 50 numbers: at every moment each number has at most one holder."""

import random
import threading

from live.client import fresh_number, seed

CALLERS, NUMBERS, TURNS = 64, 50, 12


def test_64_callers_race_for_50_numbers(server):
    drawn = seed()
    print("seed", drawn)
    tenants = [server.tenants.pop() for _ in range(4)]
    numbers = [fresh_number() for _ in range(NUMBERS)]
    start = threading.Barrier(CALLERS)
    troubles = []

    def race(number: int) -> None:
        draw = random.Random(drawn * CALLERS + number)
        client = tenants[number % len(tenants)].client()
        mine: list[str] = []
        start.wait()
        try:
            for _ in range(TURNS):
                wanted = draw.choice(numbers)
                kind = draw.random()
                if kind < 0.5 or not mine:
                    answer = client.post("/domain-dialin-config", {"type": "pin_dialin", "phone_number": wanted})
                    if answer.status == 200:
                        mine.append(answer.json["id"])
                elif kind < 0.7:
                    answer = client.put(f"/domain-dialin-config/{draw.choice(mine)}", {"phone_number": wanted})
                elif kind < 0.85:
                    answer = client.post(f"/domain-dialin-config/{mine[0]}/move", {"type": "pinless_dialin"})
                    mine.pop(0)
                    if answer.status == 200:
                        client.remove(answer.json["id"])
                        continue
                else:
                    answer = client.delete(f"/domain-dialin-config/{mine.pop()}")
                if answer.status not in (200, 409):
                    answer.refused(400, "invalid-request-error")  # a move of a pin config that dropped its number
        except Exception as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not troubles, troubles[0]

    # The events of all tenants together are the whole history of these numbers: replay it and look at every moment.
    events = sorted((event for tenant in tenants for event in tenant.client().all_events(limit=1000)), key=lambda event: event["sequence"])
    holder: dict[str, str] = {}
    for event in events:
        for number in [number for number, config in holder.items() if config == event["config_id"]]:
            del holder[number]
        number = event["config"].get("phone_number")
        if event["name"] != "ConfigDeleted" and number:
            assert number not in holder, f"{number} has two holders at {event['sequence']}"
            holder[number] = event["config_id"]
    live = {config["config"]["phone_number"]: config["id"] for tenant in tenants for config in tenant.client().all_configs()
            if "phone_number" in config["config"]}
    assert live == holder
    assert len(events) > CALLERS
