"""A caller with a memory: it writes to configs of its own and knows, for each, what it was answered and what hangs in the air."""

import dataclasses
import http.client
import random
import threading
import uuid

from live.client import Answer, Client, fresh_number


@dataclasses.dataclass
class Write:
    """One request, as it is sent and, with the same key, sent again."""

    kind: str
    path: str
    body: dict | None
    key: str
    subject: str | None = None  # the config it is about
    number: str | None = None

    def send(self, client: Client) -> Answer:
        method = {"update": "PUT", "delete": "DELETE"}.get(self.kind, "POST")
        return client.call(method, self.path, self.body, headers={"Idempotency-Key": self.key})


class Worker(threading.Thread):
    """Writes until the server goes away. `expected`: id → the last answered config, or None once deleted. `open`: the write that got no
    answer."""

    def __init__(self, server, draw: random.Random, expected: dict | None = None):
        super().__init__(daemon=True)
        self.client = Client(server, server.key)
        self.draw = draw
        self.expected: dict[str, dict | None] = expected if expected is not None else {}
        self.open: Write | None = None
        self.answered = 0
        self.trouble: Exception | None = None

    def run(self) -> None:
        try:
            while True:
                self.open = self.next_write()
                answer = self.open.send(self.client).expect(200).json
                self.remember(self.open, answer)
                self.open = None
                self.answered += 1
        except (OSError, http.client.HTTPException):
            pass  # the server is gone; self.open says what was asked last
        except Exception as trouble:
            self.trouble = trouble
        self.client.close()

    def next_write(self) -> Write:
        live = [config_id for config_id, config in self.expected.items() if config]
        key = str(uuid.uuid4())  # not drawn: two runs of one seed may meet in one log
        kind = self.draw.choices(("create", "update", "move", "delete", "restore"), (3 if len(live) < 30 else 0, 10, 4, 1, 1))[0]
        if kind == "create" or not live:
            number = fresh_number()
            category = self.draw.choice(("pinless_dialin", "pin_dialin"))
            return Write("create", "/domain-dialin-config", {"type": category, "phone_number": number, "name_prefix": "0"}, key, number=number)
        subject = self.draw.choice(live)
        before, path = self.expected[subject], f"/domain-dialin-config/{subject}"
        number = before["config"]["phone_number"]
        if kind == "update":
            return Write(kind, path, {"name_prefix": f"name {self.draw.random()}"}, key, subject, number)
        if kind == "move":
            other = "pin_dialin" if before["type"] == "pinless_dialin" else "pinless_dialin"
            return Write(kind, path + "/move", {"type": other}, key, subject, number)
        if kind == "delete":
            return Write(kind, path, None, key, subject, number)
        return Write(kind, path + "/restore", {"version": 1}, key, subject, number)

    def remember(self, write: Write, answer: dict) -> None:
        if write.kind in ("move", "delete"):
            self.expected[write.subject] = None
        if write.kind != "delete":
            self.expected[answer["id"]] = {name: value for name, value in answer.items() if name != "moved_from"}

    def check(self, client: Client) -> None:
        """After a restart: every answered write is there; the one in the air is there whole or not at all, and sent again with its key it
        is there once."""
        if self.trouble:
            raise self.trouble
        for config_id, expected in list(self.expected.items()):
            if self.open and config_id == self.open.subject:
                continue
            answer = client.get(f"/domain-dialin-config/{config_id}")
            if expected is None:
                assert answer.status == 404, f"a deletion that was answered is missing: {config_id}"
            else:
                assert answer.status == 200, f"a config that was answered is missing: {config_id}, {answer.status}"
                assert answer.json == expected, f"an answered write is missing: {answer.json} is not {expected}"
        if self.open:
            landed = self.landed(client, self.open)
            self.send_again(client, self.open, landed)
        self.open = None

    def landed(self, client: Client, write: Write) -> str | None:
        """The id under which the write in the air is found, whole; None when nothing of it is there."""
        held = client.get(f"/numbers/{write.number}")
        if write.kind == "create":
            return held.json["id"] if held.status == 200 else None
        before = self.expected[write.subject]
        now = client.get(f"/domain-dialin-config/{write.subject}")
        if now.status == 200:
            assert held.expect(200).json["id"] == write.subject, "half a write: the number is elsewhere"
            if now.json == before:
                return None
            assert write.kind in ("update", "restore") and now.json["version"] == before["version"] + 1, "more than the one write in the air"
            assert write.kind == "restore" or now.json["config"]["name_prefix"] == write.body["name_prefix"]
            return write.subject
        assert now.status == 404
        if write.kind == "delete":
            assert held.status == 404, "half a deletion: the number is held"
            return write.subject
        successor = held.expect(200).json  # never free
        assert write.kind == "move" and successor["id"] != write.subject and successor["type"] == write.body["type"], "half a move"
        assert client.history(write.subject)[-1]["moved_to"] == successor["id"]
        assert client.history(successor["id"])[0]["moved_from"] == write.subject
        return successor["id"]

    def send_again(self, client: Client, write: Write, landed: str | None) -> None:
        before = self.expected.get(write.subject)
        events = len(client.history(landed)) if landed else 0
        again = write.send(client).expect(200).json
        if landed:
            assert again["id"] == landed and len(client.history(landed)) == events, f"{write.kind} was applied twice"
        elif write.kind == "update":
            assert again["version"] == before["version"] + 1
        self.remember(write, again)
        now = client.get(f"/domain-dialin-config/{again['id']}")
        if write.kind == "delete":
            now.refused(404, "not-found")
        else:
            assert now.expect(200).json == self.expected[again["id"]], "what was answered again is not what is there"
