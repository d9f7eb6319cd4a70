"""Histories made by hand, so that the checks can be tried on ones that are right and on ones that are not: no program runs here."""

import datetime
import json
import uuid

from campaign import checks
from campaign.history import Call
from campaign.story import Story
from live.chain import EPOCH, NO_ID, Record, chain_of, unsound

TENANT = str(uuid.UUID(int=7))
STRANGER = str(uuid.UUID(int=8))
ONE, TWO, THREE = (str(uuid.UUID(int=number)) for number in (101, 102, 103))
NUMBER, OTHER_NUMBER = "+4930555", "+4930777"


class World:
    """The topic that grows, and the calls. Each call takes a second, one after the other, unless it is told when."""

    def __init__(self):
        self.records: list[Record] = []
        self.calls: list[Call] = []
        self.now = 0.0
        self.append("dialin.log.created.v1", {"log_id": ONE})
        self.append("dialin.log.opened.v1", {"node": "node0", "url": "http://127.0.0.1:1", "term": 1, "nonce": "00"})

    def append(self, type: str, value: dict, config_id: str | None = None, tenant: str | None = None, previous: str | None = None,
               us: int | None = None) -> Record:
        last = self.records[-1] if self.records else None
        sequence = last.sequence + 1 if last else 1
        time = EPOCH + datetime.timedelta(seconds=1000 + sequence) if us is None else EPOCH + datetime.timedelta(microseconds=us)
        headers = {"ce_type": type, "ce_sequence": str(sequence), "ce_time": time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                   "ce_previousid": previous or (last.id if last else NO_ID)}
        if config_id:
            headers |= {"ce_subject": config_id, "ce_tenant": tenant or TENANT}
        record = Record(len(self.records), config_id.encode() if config_id else None, headers, json.dumps(value).encode())
        record.headers["ce_id"] = record.own_id()
        self.records.append(record)
        return record

    def store(self, name: str, request_id: str, config_id: str, version: int, number: str = NUMBER, type: str = "pin_dialin", tenant: str = TENANT,
              us: int | None = None, **more) -> Record:
        config = {"type": type, "phone_number": number, **more.pop("properties", {})}
        value = {"name": name, "version": version, "type": type, "config": config, "actor": "key", "request_id": request_id, **more}
        return self.append(f"dialin.config.{name.removeprefix('Config').lower()}.v1", value, config_id, tenant, us=us)

    def call(self, kind: str, request_id: str, status: int | None = 200, answer: dict | None = None, sequence: int | None = None,
             at: tuple[float, float] | None = None, **more) -> Call:
        began, ended = at or (self.now, self.now + 0.5)
        self.now = max(self.now, began) + 1
        call = Call(more.pop("operation", len(self.calls)), "node0", TENANT, kind, request_id, began, ended=ended if status else None, status=status,
                    sequence=sequence if sequence is not None else len(self.records), answer=answer, **more)
        if answer and "version" in answer and kind != "config":
            call.etag = f'"{answer["version"]}"'
        self.calls.append(call)
        return call

    def shown(self, config_id: str) -> dict:
        """What an answer shows of a config at the end of the chain."""
        return Story(chain_of(self.records)[0]).state(TENANT, config_id, len(self.records)).shown()

    def create(self, request_id: str = "create", config_id: str = ONE, number: str = NUMBER, **more) -> Call:
        self.store("ConfigCreated", request_id, config_id, 1, number)
        return self.call("create", request_id, answer=self.shown(config_id), number=number, body={"type": "pin_dialin", "phone_number": number}, **more)

    def update(self, request_id: str = "update", version: int = 2, name: str = "Desk", **more) -> Call:
        self.store("ConfigUpdated", request_id, ONE, version, properties={"name_prefix": name})
        return self.call("update", request_id, answer=self.shown(ONE), subject=ONE, body={"name_prefix": name}, **more)

    def delete(self, request_id: str = "delete", version: int = 2, **more) -> Call:
        properties = {name: value for name, value in self.shown(ONE)["config"].items() if name != "sip_uri"}
        self.store("ConfigDeleted", request_id, ONE, version, properties=properties)
        return self.call("delete", request_id, answer={"status": "deleted", "id": ONE}, subject=ONE, **more)

    def move(self, request_id: str = "move", **more) -> Call:
        successor = {"id": TWO, "name": "ConfigCreated", "version": 1, "type": "pinless_dialin", "config": {"type": "pinless_dialin", "phone_number": NUMBER},
                     "actor": "key", "request_id": request_id, "moved_from": ONE}
        deletion = self.store("ConfigDeleted", request_id, ONE, 2, moved_to=successor)
        self.store("ConfigCreated", request_id, TWO, 1, type="pinless_dialin", moved_from=ONE, us=deletion.time_us + 1)
        return self.call("move", request_id, answer={**self.shown(TWO), "moved_from": ONE}, subject=ONE, body={"type": "pinless_dialin"}, **more)

    def broken(self) -> list[str]:
        """What the checks say of it."""
        chain, _ = chain_of(self.records)
        return unsound(chain) + checks.all_of(self.calls, Story(chain))
