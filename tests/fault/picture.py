"""Everything that a tenant can read, to compare two servers by."""

import random

from live.client import Client
from live.server import Server


def picture(server: Server, histories_max: int = 40, draw: random.Random | None = None) -> dict:
    """All configs, the list, all events, the holders of numbers, and the histories of at most `histories_max` configs."""
    client = Client(server, server.key)
    listed = client.all_configs()
    events = client.all_events(limit=1000)
    ids = sorted({event["config_id"] for event in events})
    if len(ids) > histories_max:
        ids = sorted((draw or random.Random(0)).sample(ids, histories_max))
    numbers = [config["config"]["phone_number"] for config in listed if config["config"].get("phone_number")][:histories_max]
    whole = {
        "total_count": client.page(limit=1)["total_count"],
        "listed": listed,
        "configs": {config["id"]: client.config(config["id"]) for config in listed[:histories_max]},
        "events": events,
        "histories": {config_id: client.history(config_id, limit=1000) for config_id in ids},
        "holders": {number: client.get(f"/numbers/{number}").expect(200).json["id"] for number in numbers},
    }
    client.close()
    return whole


def differences(a: dict, b: dict) -> list[str]:
    """Which parts differ; empty when none does."""
    return [name for name in a if a[name] != b[name]]
