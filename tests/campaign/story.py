"""What the chain tells: the state of every config and the holder of every number at every prefix of it.

Folded by the contract alone. What no history may hold is gathered in `broken`: a number held twice, half a move, a version that does not follow."""

import bisect
import dataclasses

from live.chain import Record

NAMES = {"dialin.config.created.v1": "ConfigCreated", "dialin.config.updated.v1": "ConfigUpdated", "dialin.config.deleted.v1": "ConfigDeleted"}
OPENED = "dialin.log.opened.v1"
CREATED = "dialin.log.created.v1"


@dataclasses.dataclass(frozen=True)
class State:
    """A config after one of its events. `config` is as answers show it, but for the secret, which the log holds sealed."""

    tenant: str
    id: str
    type: str
    config: dict
    secret: str | None
    version: int
    created_at: str
    created_sequence: int
    updated_at: str
    deleted: bool

    @property
    def number(self) -> str | None:
        return self.config.get("phone_number")

    def shown(self) -> dict:
        """As an answer shows it, the secret left out."""
        return {"id": self.id, "type": self.type, "config": self.config, "version": self.version, "created_at": self.created_at, "updated_at": self.updated_at}


def config_of(value: dict) -> tuple[dict, str | None]:
    """The config and its sealed secret."""
    config = dict(value["config"])
    secret = config.pop("hmac", None)
    config.setdefault("sip_uri", None)
    return config, secret["sealed"] if secret else None


class Past:
    """The values that one thing has had, by sequence."""

    def __init__(self):
        self.sequences: list[int] = []
        self.values: list = []

    def add(self, sequence: int, value) -> None:
        self.sequences.append(sequence)
        self.values.append(value)

    def at(self, prefix: int):
        place = bisect.bisect_right(self.sequences, prefix)
        return self.values[place - 1] if place else None


class Story:
    def __init__(self, chain: list[Record]):
        self.chain = chain
        self.end = len(chain)
        self.broken: list[str] = []
        self.configs: dict[tuple[str, str], Past] = {}
        self.numbers: dict[str, Past] = {}
        self.by_request: dict[str, list[int]] = {}  # sequences
        self.half: set[int] = set()  # prefixes that end within a move: nobody may see them
        self.terms: list[dict] = []
        moving: dict | None = None
        for record in chain:
            if record.type == OPENED:
                self.terms.append(record.json)
            elif record.type in NAMES:
                self.take(record, moving)
            elif record.type != CREATED or record.sequence != 1:
                self.broken.append(f"record {record.sequence} is a {record.type}")
            if moving is not None and (record.type not in NAMES or record.json.get("moved_from") != moving["from"]):
                self.broken.append(f"record {record.sequence} stands between the two of a move")
            moving = self.move_begun_by(record)
            if moving is not None:
                self.half.add(record.sequence)
        if moving is not None:
            self.broken.append("the chain ends with half a move")
        if [opened["term"] for opened in self.terms] != list(range(1, len(self.terms) + 1)):
            self.broken.append(f"the terms are {[opened['term'] for opened in self.terms]}")

    @staticmethod
    def move_begun_by(record: Record) -> dict | None:
        if record.type not in NAMES or "moved_to" not in record.json:
            return None
        return {"from": record.config_id, "to": record.json["moved_to"], "time_us": record.time_us}

    def take(self, record: Record, moving: dict | None) -> None:
        value, at = record.json, record.sequence
        key = (record.tenant, record.config_id)
        before = self.configs[key].at(at) if key in self.configs else None
        config, secret = config_of(value)
        state = State(record.tenant, record.config_id, value["type"], config, secret, value["version"], before.created_at if before else record.time,
                      before.created_sequence if before else at, record.time, value["name"] == "ConfigDeleted")
        if value["name"] != NAMES[record.type]:
            self.broken.append(f"record {at} is a {record.type} and says {value['name']}")
        if state.version != (before.version if before else 0) + 1:
            self.broken.append(f"record {at}: version {state.version} of {record.config_id} does not follow")
        if (before is None or before.deleted) != (value["name"] == "ConfigCreated"):
            self.broken.append(f"record {at}: {value['name']} of a config that {'lives' if before and not before.deleted else 'does not live'}")
        if state.deleted and before and (state.config, state.secret) != (before.config, before.secret):
            self.broken.append(f"record {at}: the deletion shows another config than it ends")
        if moving is not None:
            promised = moving["to"]
            kept = {name: value.get(name) for name in ("name", "type", "config", "actor", "request_id", "idempotency", "moved_from")}
            if promised["id"] != record.config_id or kept != {name: promised.get(name) for name in kept} or record.time_us != moving["time_us"] + 1:
                self.broken.append(f"record {at} is not the one that the move promised")
        elif "moved_from" in value:
            self.broken.append(f"record {at} ends a move that nothing began")
        self.hold(before, state, record, moving)
        self.configs.setdefault(key, Past()).add(at, state)
        self.by_request.setdefault(value["request_id"], []).append(at)

    def hold(self, before: State | None, state: State, record: Record, moving: dict | None) -> None:
        """The numbers. In a move the new config has it from the old one: there is no prefix in between."""
        at, me = record.sequence, (state.tenant, state.id)
        had = before.number if before and not before.deleted else None
        has = state.number if not state.deleted else None
        if has and has != had:
            holder = self.holder(has, at)
            if holder is not None and not (moving and holder == (state.tenant, moving["from"])):
                self.broken.append(f"record {at} gives {has} to {state.id}, but {holder[1]} holds it")
            self.numbers.setdefault(has, Past()).add(at, me)
        if had and had != has and "moved_to" not in record.json:
            self.numbers[had].add(at, None)
        if moving and (held := self.moved_number(state.tenant, moving["from"], at)) and held != has:
            self.numbers[held].add(at, None)

    def moved_number(self, tenant: str, config_id: str, at: int) -> str | None:
        return self.configs[(tenant, config_id)].at(at).number

    def state(self, tenant: str, config_id: str, prefix: int) -> State | None:
        past = self.configs.get((tenant, config_id))
        return past.at(prefix) if past else None

    def holder(self, number: str, prefix: int) -> tuple[str, str] | None:
        past = self.numbers.get(number)
        return past.at(prefix) if past else None

    def versions(self, tenant: str, config_id: str, prefix: int) -> list[State]:
        """All states that the config has had, of version 1 first."""
        past = self.configs.get((tenant, config_id))
        return [state for sequence, state in zip(past.sequences, past.values, strict=True) if sequence <= prefix] if past else []

    def listed(self, tenant: str, prefix: int) -> list[State]:
        """The tenant's live configs, the newest first."""
        live = [state for (owner, _), past in self.configs.items() if owner == tenant and (state := past.at(prefix)) and not state.deleted]
        return sorted(live, key=lambda state: -state.created_sequence)
