"""What callers did and heard: one Call for each request, kept whether it was answered or not."""

import dataclasses
import json
import pathlib


@dataclasses.dataclass
class Call:
    """`began` and `ended` are of one clock. `ended` is None when no answer came: the call may count at any later time."""

    operation: int  # calls of one operation carry the same Idempotency-Key
    node: str
    tenant: str
    kind: str  # create update delete move restore, config number list
    request_id: str
    began: float
    subject: str | None = None  # the config it is about
    number: str | None = None
    body: dict | None = None
    key: str | None = None
    if_match: int | None = None
    dry_run: bool = False
    strong: bool = False
    least: int | None = None  # Dialin-Min-Sequence
    ended: float | None = None
    waited_s: float | None = None  # for an answer that did not come
    status: int | None = None
    sequence: int | None = None  # Dialin-Sequence
    etag: str | None = None
    answer: dict | None = None

    @property
    def is_write(self) -> bool:
        return self.kind in ("create", "update", "delete", "move", "restore")

    @property
    def error(self) -> str | None:
        return self.answer.get("error") if self.answer and self.status != 200 else None

    @property
    def is_unknown(self) -> bool:
        """It may have been stored, now or later."""
        return self.is_write and (self.ended is None or self.error == "outcome-unknown")

    @property
    def says_nothing(self) -> bool:
        """It speaks of no state: refused without a look, still running, or not answered."""
        return self.ended is None or self.status == 503 or self.error == "idempotency-error"

    def __str__(self) -> str:
        asked = {name: value for name, value in (("body", self.body), ("key", self.key), ("if_match", self.if_match), ("dry_run", self.dry_run),
                                                 ("strong", self.strong), ("least", self.least), ("number", self.number)) if value}
        return (f"{self.request_id} {self.kind} {self.subject or ''} {json.dumps(asked)} of {self.tenant} at {self.node} "
                f"[{self.began:.4f}, {self.ended and round(self.ended, 4)}] → {self.status} at {self.sequence}: {json.dumps(self.answer)}")


def write(calls: list[Call], file: pathlib.Path) -> None:
    file.write_text("".join(json.dumps(dataclasses.asdict(call)) + "\n" for call in calls))


def read(file: pathlib.Path) -> list[Call]:
    return [Call(**json.loads(line)) for line in file.read_text().splitlines()]
