"""A caller with a memory: it writes to configs of its own and knows, for each, what it was answered and what hangs in the air."""

import http.client
import random
import threading

from live.client import Client, fresh_number


class Worker(threading.Thread):
    """Writes until the server goes away. `expected`: id → the last answered config, or None once deleted. `open`: the write that got no
    answer, as (kind, id, number)."""

    def __init__(self, server, draw: random.Random, expected: dict | None = None):
        super().__init__(daemon=True)
        self.client = Client(server, server.key)
        self.draw = draw
        self.expected: dict[str, dict | None] = expected if expected is not None else {}
        self.open: tuple | None = None
        self.answered = 0
        self.trouble: Exception | None = None

    def run(self) -> None:
        try:
            while True:
                self.step()
        except (OSError, http.client.HTTPException):
            pass  # the server is gone; self.open says what was asked last
        except Exception as trouble:
            self.trouble = trouble
        self.client.close()

    def step(self) -> None:
        live = [config_id for config_id, config in self.expected.items() if config]
        kind = self.draw.choices(("create", "update", "move", "delete", "restore"), (3 if len(live) < 30 else 0, 10, 4, 1, 1))[0]
        if kind == "create" or not live:
            number = fresh_number()
            self.open = ("create", None, number)
            made = self.client.post("/domain-dialin-config", {"type": self.draw.choice(("pinless_dialin", "pin_dialin")), "phone_number": number,
                                                              "name_prefix": "0"}).expect(200).json
            self.expected[made["id"]] = made
        elif kind == "update":
            config_id = self.draw.choice(live)
            name = f"name {self.draw.random()}"
            self.open = ("update", config_id, name)
            self.expected[config_id] = self.client.update(config_id, name_prefix=name)
        elif kind == "move":
            config_id = self.draw.choice(live)
            before = self.expected[config_id]
            other = "pin_dialin" if before["type"] == "pinless_dialin" else "pinless_dialin"
            self.open = ("move", config_id, before["config"]["phone_number"])
            moved = self.client.move(config_id, type=other)
            moved.pop("moved_from")
            self.expected[config_id] = None
            self.expected[moved["id"]] = moved
        elif kind == "delete":
            config_id = self.draw.choice(live)
            self.open = ("delete", config_id, None)
            self.client.remove(config_id)
            self.expected[config_id] = None
        else:
            config_id = self.draw.choice(live)
            self.open = ("restore", config_id, None)
            self.expected[config_id] = self.client.restore(config_id, 1)
        self.open = None
        self.answered += 1

    def check(self, client: Client) -> None:
        """After a restart: every answered write is there; the one in the air is there whole or not at all. Takes over what it finds."""
        if self.trouble:
            raise self.trouble
        kind, subject, extra = self.open or (None, None, None)
        for config_id, expected in list(self.expected.items()):
            if config_id == subject:
                continue
            answer = client.get(f"/domain-dialin-config/{config_id}")
            if expected is None:
                assert answer.status == 404, f"a deletion that was answered is missing: {config_id}"
            else:
                assert answer.status == 200, f"a config that was answered is missing: {config_id}, {answer.status}"
                assert answer.json == expected, f"an answered write is missing: {answer.json} is not {expected}"
        if kind:
            self.check_open(client, kind, subject, extra)
        self.open = None

    def check_open(self, client: Client, kind: str, subject: str | None, extra: str | None) -> None:
        if kind == "create":
            held = client.get(f"/numbers/{extra}")
            if held.status == 200:
                self.expected[held.json["id"]] = held.json
            return
        before = self.expected[subject]
        now = client.get(f"/domain-dialin-config/{subject}")
        if kind == "move":
            holder = client.get(f"/numbers/{extra}").expect(200).json  # never free
            if now.status == 200:
                assert now.json == before and holder["id"] == subject, "a move that did not happen changed something"
            else:
                assert now.status == 404 and holder["id"] != subject and holder["type"] != before["type"], "half a move"
                assert client.history(subject)[-1]["moved_to"] == holder["id"]
                assert client.history(holder["id"])[0]["moved_from"] == subject
                self.expected[subject] = None
                self.expected[holder["id"]] = holder
        elif now.status == 404:
            assert kind == "delete", f"{kind} lost the config"
            self.expected[subject] = None
        else:
            config = now.expect(200).json
            if config != before:
                assert config["version"] == before["version"] + 1, "more than the one write in the air"
                assert kind == "restore" or config["config"]["name_prefix"] == extra
            self.expected[subject] = config
