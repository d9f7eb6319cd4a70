"""Callers on few numbers and few configs of two tenants, at all nodes at once: they collide all the time, and write down what they asked and heard."""

import http.client
import itertools
import json
import random
import threading
import time

from campaign.checks import ANSWER_SECONDS_MAX
from campaign.history import Call
from live.server import Server

WORKERS = 6
THINKING_S = 0.006  # between two calls, on average
CONFIGS = "/v1/domain-dialin-config"
NUMBERS = [f"+4930555000{digit}" for digit in range(8)]
MESSAGES = ("Nobody is here.", "Please hold the line.")
NAMES = ("Front desk", "Back desk", "Night bell")
OTHER = {"pinless_dialin": "pin_dialin", "pin_dialin": "pinless_dialin"}
PATIENCES_S = (1.5, 3, ANSWER_SECONDS_MAX)
TRIES_MAX = 4
CONFIGS_KNOWN_MAX = 8  # the newest of a tenant, and as many that died


class Board:
    """What all callers share: the configs that they heard of, the calls, and the largest sequence that anybody was answered."""

    def __init__(self, keys: dict[str, str]):
        self.keys = keys
        self.lock = threading.Lock()
        self.calls: list[Call] = []
        self.known: dict[str, list[tuple[str, str, int]]] = {tenant: [] for tenant in keys}  # id, type, version
        self.dead: dict[str, list[tuple[str, str, int]]] = {tenant: [] for tenant in keys}
        self.greatest = 0
        self.operations = itertools.count(1)

    def begin(self, call: Call) -> None:
        with self.lock:
            call.began = time.monotonic()
            self.calls.append(call)

    def heard(self, call: Call) -> None:
        with self.lock:
            self.greatest = max(self.greatest, call.sequence or 0)
            if not call.is_write or call.status != 200 or call.dry_run:
                return
            known, dead = self.known[call.tenant], self.dead[call.tenant]
            if call.kind in ("delete", "move"):
                dead += [one for one in known if one[0] == call.subject]
                del dead[:-CONFIGS_KNOWN_MAX]
            gone = {call.subject, call.answer["id"]}
            known[:] = [one for one in known if one[0] not in gone][-CONFIGS_KNOWN_MAX + 1:]
            if "config" in call.answer:
                known.append((call.answer["id"], call.answer["type"], call.answer["version"]))

    def some_config(self, draw: random.Random, tenant: str, dead_share: float) -> tuple[str, str, int] | None:
        with self.lock:
            some = self.dead[tenant] if draw.random() < dead_share and self.dead[tenant] else self.known[tenant]
            return draw.choice(some) if some else None


class Caller(threading.Thread):
    """One of the callers; stops soon after `ending` is set. `nodes` may grow meanwhile."""

    def __init__(self, board: Board, nodes: list[Server], draw: random.Random, number: int, ending: threading.Event):
        super().__init__(daemon=True)
        self.board, self.nodes, self.draw, self.number, self.ending = board, nodes, draw, number, ending
        self.connections: dict[str, http.client.HTTPConnection] = {}
        self.requests = itertools.count(1)
        self.trouble: Exception | None = None

    def run(self) -> None:
        try:
            while not self.ending.is_set():
                self.operate(self.next_call())
                self.ending.wait(self.draw.expovariate(1 / THINKING_S))
        except Exception as trouble:
            self.trouble = trouble
        for connection in self.connections.values():
            connection.close()

    def next_call(self) -> Call:
        draw = self.draw
        tenant = draw.choice(list(self.board.keys))
        kinds = {"create": 5, "update": 8, "move": 4, "delete": 2, "restore": 3, "config": 4, "number": 3, "list": 2}
        kind = draw.choices(list(kinds), list(kinds.values()))[0]
        known = self.board.some_config(draw, tenant, 0.5 if kind == "restore" else 0.1)
        if known is None and kind in ("update", "move", "delete", "restore", "config"):
            kind = "create"
        call = Call(next(self.board.operations), "", tenant, kind, "", 0.0)
        if kind in ("create", "number"):
            call.number = draw.choice(NUMBERS)
        elif kind != "list":
            call.subject = known[0]
        call.body = self.body_for(call, known)
        if call.is_write:
            call.key = f"key-{call.operation}" if draw.random() < 0.6 else None
            call.if_match = known[2] if kind not in ("create", "restore") and draw.random() < 0.25 else None
            call.dry_run = draw.random() < 0.06
        else:
            call.strong = draw.random() < 0.5
            call.least = self.board.greatest if not call.strong and draw.random() < 0.5 else None
        return call

    def body_for(self, call: Call, known: tuple[str, str, int] | None) -> dict | None:
        draw = self.draw
        if call.kind == "create":
            body = {"type": draw.choice(list(OTHER)), "phone_number": call.number}
            return body | ({"name_prefix": draw.choice(NAMES)} if draw.random() < 0.7 else {})
        if call.kind == "update":
            wishes = [{"name_prefix": draw.choice((*NAMES, None))}, {"phone_number": draw.choice(NUMBERS)},
                      {"timeout_config": {"message": draw.choice(MESSAGES)}}, {"timeout_config": None}]
            if known[1] == "pinless_dialin":
                wishes.append({"hmac": None})
            return draw.choices(wishes, (5, 3, 2, 1, 1)[:len(wishes)])[0]
        if call.kind == "move":
            return {"type": OTHER[known[1]]} | ({"phone_number": draw.choice(NUMBERS)} if draw.random() < 0.3 else {})
        if call.kind == "restore":
            return {"version": max(1, known[2] - draw.randrange(-1, 4))}
        return None

    def operate(self, wanted: Call) -> None:
        """Asks, and as long as the outcome is not known asks again with the same key, mostly elsewhere. What has no key is never sent twice."""
        for _ in range(TRIES_MAX):
            call = Call(**{**vars(wanted), "request_id": f"c{self.number}-{next(self.requests)}", "node": ""})
            node = self.draw.choice(self.nodes)
            call.node = node.home.name
            self.ask(node, call)
            if not (call.is_unknown and call.key) or self.ending.is_set():
                return
            self.ending.wait(self.draw.random() * 0.3)

    def ask(self, node: Server, call: Call) -> None:
        method, path = {"create": ("POST", CONFIGS), "update": ("PUT", f"{CONFIGS}/{call.subject}"), "delete": ("DELETE", f"{CONFIGS}/{call.subject}"),
                        "move": ("POST", f"{CONFIGS}/{call.subject}/move"), "restore": ("POST", f"{CONFIGS}/{call.subject}/restore"),
                        "config": ("GET", f"{CONFIGS}/{call.subject}"), "number": ("GET", f"/v1/numbers/{call.number}"), "list": ("GET", CONFIGS)}[call.kind]
        headers = {"Authorization": f"Bearer {self.board.keys[call.tenant]}", "X-Request-Id": call.request_id, "Content-Type": "application/json"}
        if call.key:
            headers["Idempotency-Key"] = call.key
        if call.if_match is not None:
            headers["If-Match"] = f'"{call.if_match}"'
        if call.strong:
            headers["Dialin-Consistency"] = "strong"
        if call.least is not None:
            headers["Dialin-Min-Sequence"] = str(call.least)
        patience_s = self.draw.choice(PATIENCES_S)
        self.board.begin(call)
        try:
            got = self.exchange(node, method, path + ("?dry_run=true" if call.dry_run else ""), call.body, headers, patience_s)
        except (OSError, http.client.HTTPException):
            call.waited_s = time.monotonic() - call.began
            return  # no answer, so no end
        call.status, answered, body = got
        call.sequence = int(answered["Dialin-Sequence"]) if "Dialin-Sequence" in answered else None
        call.etag = answered["ETag"]
        call.answer = json.loads(body) if body else None
        call.ended = time.monotonic()
        assert answered["X-Request-Id"] == call.request_id, f"the answer of another call: {dict(answered)}"
        self.board.heard(call)

    def exchange(self, node: Server, method: str, path: str, body: dict | None, headers: dict, patience_s: float):
        name = node.home.name
        connection = self.connections.get(name)
        if connection is None:
            connection = self.connections[name] = http.client.HTTPConnection(node.host, node.port, timeout=patience_s)
        try:
            if connection.sock:
                connection.sock.settimeout(patience_s)
            connection.timeout = patience_s
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            got = connection.getresponse()
            return got.status, got.headers, got.read()
        except BaseException:
            connection.close()
            raise


class Load:
    def __init__(self, keys: dict[str, str], nodes: list[Server], draw: random.Random):
        self.board = Board(keys)
        self.ending = threading.Event()
        self.callers = [Caller(self.board, nodes, random.Random(draw.random()), number, self.ending) for number in range(WORKERS)]

    def start(self) -> None:
        for caller in self.callers:
            caller.start()

    def stop(self) -> list[Call]:
        """All calls; those without an answer by now have none."""
        self.ending.set()
        for caller in self.callers:
            caller.join(2 * PATIENCES_S[-1])
            if caller.trouble:
                raise caller.trouble
            assert not caller.is_alive(), "a caller waits beyond its own patience"
        return self.board.calls
