"""Every way in which a caller's secret comes to the store, or is refused on the way."""

import base64
import itertools
import os

from live.client import Client, fresh_number
from live.thief import Thief

CONFIGS = "/domain-dialin-config"
_keys = itertools.count(1)


def write_everything(client: Client, thief: Thief) -> list[str]:
    """Ids of the configs that are there afterwards. All secrets that go either way are known to `thief`."""
    sized = [client.pinless(hmac=thief.make(size)) for size in (16, 17, 18, 32, 64)]
    made = client.pinless(name_prefix="the server makes one")
    thief.learn(made["config"]["hmac"])
    for config_id in (sized[0]["id"], made["id"]):
        client.update(config_id, hmac=thief.make())
        client.update(config_id, name_prefix="another name, the same secret")
        thief.learn(client.update(config_id, hmac=None)["config"]["hmac"])
        client.restore(config_id, 1)
    moved = client.move(sized[1]["id"], type="pin_dialin")
    back = client.move(moved["id"], type="pinless_dialin", hmac=thief.make())
    thief.learn(client.move(client.move(back["id"], type="pin_dialin")["id"], type="pinless_dialin")["config"]["hmac"])
    client.remove(sized[2]["id"])
    client.restore(sized[2]["id"], 1)
    client.remove(sized[3]["id"])
    remembered(client, thief)
    refused(client, thief, sized[4])
    return [config["id"] for config in client.all_configs()]


def remembered(client: Client, thief: Thief) -> None:
    """The first answer comes again, with the secret in it, and a key that says one itself is only a key."""
    body = {"type": "pinless_dialin", "phone_number": fresh_number(), "hmac": thief.make()}
    for key in (f"key-{next(_keys)}-{os.urandom(8).hex()}", thief.make()):
        body["phone_number"] = fresh_number()
        first = client.post(CONFIGS, body, headers={"Idempotency-Key": key}).expect(200)
        assert client.post(CONFIGS, body, headers={"Idempotency-Key": key}).expect(200).json == first.json
        client.post(CONFIGS, {**body, "hmac": thief.make()}, headers={"Idempotency-Key": key}).refused(422, "idempotency-error")


def refused(client: Client, thief: Thief, config: dict) -> None:
    """What is not stored is nowhere either, nor in a line about why."""
    path = f"{CONFIGS}/{config['id']}"
    for size in (15, 65):
        client.put(path, {"hmac": thief.make(size)}).refused(400, "invalid-request-error")
    client.put(path, {"hmac": thief.make() + "!"}).refused(400, "invalid-request-error")
    client.put(path, {"hmca": thief.make()}).refused(400, "invalid-request-error")
    client.put(path, {thief.make(): "a name that is one"}).refused(400, "invalid-request-error")
    client.put(path, f'{{"hmac": "{thief.make()}"'.encode()).refused(400, "json-parsing-error")
    client.put(path, {"hmac": thief.make()}, headers={"If-Match": '"99"'}).refused(412, "precondition-failed")
    client.put(path, {"hmac": thief.make()}, headers={"Authorization": f"Bearer {thief.make()}"}).refused(401, "authentication-error")
    client.put(path, {"hmac": thief.make()}, query={"dry_run": "true"}).expect(200)
    client.post(CONFIGS, {"type": "pin_dialin", "hmac": thief.make()}).refused(400, "invalid-request-error")
    client.post(CONFIGS, {"type": "pinless_dialin", "phone_number": config["config"]["phone_number"], "hmac": thief.make()}).refused(409, "conflict-error")
    thief.learn(client.post(CONFIGS, {"type": "pinless_dialin", "phone_number": fresh_number()}, query={"dry_run": "true"}).expect(200).json["config"]["hmac"])
    secret = base64.urlsafe_b64encode(base64.b64decode(thief.make())).decode()
    client.get(f"/nowhere/{secret}").refused(404, "not-found")
    client.get(CONFIGS, query={"name_prefix": thief.make()}).expect(200)


def read_everything(client: Client, ids: list[str]) -> bytes:
    """What a key that may audit and read figures is shown, but for the configs themselves: those show the secret to who may read it."""
    shown = client.get("/events", query={"limit": 1000}).expect(200).body
    for config_id in ids:
        shown += client.get(f"{CONFIGS}/{config_id}/history").expect(200).body
    for path in ("/metrics", "/readyz", "/openapi.json"):
        shown += client.get(path).body
    return shown
