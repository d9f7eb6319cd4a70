"""A small life of a log: every kind of event, of two tenants, with texts that a terminal should not obey."""

import dataclasses
import json

from live.client import Client, fresh_number
from live.server import run

CONFIGS = "/domain-dialin-config"
# Rings a bell, turns red, and writes backwards.
NASTY = "bell \a red \x1b[31m csi \x9b31m back \u202e \"quoted\""


@dataclasses.dataclass
class Story:
    moved: str  # a config's id, whose life ended in a move
    moved_to: str  # deleted, then restored
    other: str  # of the other tenant
    secrets: list[str]


def tell(first: Client, second: Client) -> Story:
    number = fresh_number()
    one = first.call("POST", CONFIGS, {"type": "pinless_dialin", "phone_number": number, "name_prefix": NASTY}).expect(200).json
    two = first.call("PUT", f"{CONFIGS}/{one['id']}", {"name_prefix": "Reception", "hmac": None, "timeout_config": {"message": "Later"}}).expect(200).json
    other = second.call("POST", CONFIGS, {"type": "pin_dialin", "name_prefix": "Elsewhere"}).expect(200).json
    moved = first.call("POST", f"{CONFIGS}/{one['id']}/move", {"type": "pin_dialin"}).expect(200).json
    first.call("DELETE", f"{CONFIGS}/{moved['id']}").expect(200)
    first.call("POST", f"{CONFIGS}/{moved['id']}/restore", {"version": 1}).expect(200)
    return Story(one["id"], moved["id"], other["id"], [one["config"]["hmac"], two["config"]["hmac"]])


def exported(*log) -> list[dict]:
    return [json.loads(line) for line in run("export", *log).stdout.splitlines()]


def tailed(*words) -> list[dict]:
    return [json.loads(line) for line in run("tail", "--json", *words).stdout.splitlines()]
