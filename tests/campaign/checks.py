"""What must hold after a run, whatever happened in it. Each check gives sentences about what does not."""

import dataclasses

from campaign import linearizable
from campaign.decide import decide, explains, without_secret
from campaign.history import Call
from campaign.story import State, Story

# A node answers within some 5 s, whatever it waits for.
ANSWER_SECONDS_MAX = 12
# What a caller may be told. Anything else is a fault of its own.
EXPECTED = {None, 200, 400, 404, 409, 412, 503}


@dataclasses.dataclass
class Ledger:
    """Which call is which on the chain."""

    stored: dict[str, int] = dataclasses.field(default_factory=dict)  # request id → sequence; of a move: of its second record
    repeated: dict[str, int] = dataclasses.field(default_factory=dict)
    broken: list[str] = dataclasses.field(default_factory=list)


def ledger_of(calls: list[Call], story: Story) -> Ledger:
    """Every answered write is on the chain exactly once, and nothing that was answered 'nothing was stored' is."""
    ledger = Ledger()
    known = {call.request_id: call for call in calls}
    landed: dict[int, list[int]] = {}  # of an operation
    for request_id, sequences in story.by_request.items():
        call = known.get(request_id)
        if call is None or not call.is_write or call.dry_run:
            ledger.broken.append(f"records {sequences} are nobody's: {call or request_id}")
            continue
        if len(sequences) != (2 if call.kind == "move" else 1):
            ledger.broken.append(f"records {sequences} all come from one call: {call}")
        ledger.stored[request_id] = sequences[-1]
        landed.setdefault(call.operation, []).append(sequences[-1])
        if not call.is_unknown and call.status != 200:
            ledger.broken.append(f"record {sequences[-1]} comes from a call that was told that nothing was stored: {call}")
    for call in calls:
        if call.status not in EXPECTED:
            ledger.broken.append(f"nobody should be told this: {call}")
        if not call.is_write or call.status != 200 or call.dry_run or call.request_id in ledger.stored:
            continue
        if call.key and call.operation in landed:
            ledger.repeated[call.request_id] = landed[call.operation][0]
        elif call.kind not in ("update", "restore"):
            ledger.broken.append(f"an answered write is missing: {call}")
    for operation, sequences in landed.items():
        if len(sequences) > 1 and any(call.operation == operation and call.key for call in calls):
            ledger.broken.append(f"one Idempotency-Key was stored {len(sequences)} times, at {sequences}")
    return ledger


def shows(state: State, call: Call) -> bool:
    """Whether the answer to a write is the one of the state that it left."""
    if call.kind == "delete":
        return state.deleted and call.answer == {"status": "deleted", "id": state.id}
    return without_secret(call.answer) == without_secret(state.shown())


def stored_rightly(calls: list[Call], story: Story, ledger: Ledger) -> list[str]:
    """What was stored is what was asked for, was allowed then, and was answered so."""
    broken = []
    for call in calls:
        at = ledger.stored.get(call.request_id, ledger.repeated.get(call.request_id))
        if at is None:
            continue
        record = story.chain[at - 1]
        state = story.state(record.tenant, record.config_id, at)
        if call.ended is not None and call.status == 200:
            if not shows(state, call):
                broken.append(f"the answer is not what record {at} holds, {state}: {call}")
            if call.sequence != at or (not state.deleted and call.etag != f'"{state.version}"'):
                broken.append(f"the answer names sequence {call.sequence} and {call.etag}, the chain {at} and {state.version}: {call}")
        if call.request_id not in ledger.stored:
            continue
        if record.tenant != call.tenant or (call.kind == "move" and record.json.get("moved_from") != call.subject) or \
                (call.kind not in ("move", "create") and record.config_id != call.subject):
            broken.append(f"record {at} is about something else than the call: {call}")
            continue
        decided = decide(call, story, linearizable.first_of(at, story) - 1)
        if decided.appends is None or decided.deletes != state.deleted or without_sip(decided.appends) != without_sip(state.config):
            broken.append(f"record {at} leaves {state.config}, but the call would have been answered {decided}: {call}")
    return broken


def without_sip(config: dict) -> dict:
    return {name: value for name, value in config.items() if name != "sip_uri"}


def secrets_are_one_to_one(calls: list[Call], story: Story) -> list[str]:
    """Each sealed secret was shown as one and the same text, wherever it was shown."""
    seen: dict[str, str] = {}
    broken = []
    for call in calls:
        if call.status != 200 or call.dry_run or call.answer is None:
            continue
        for shown in call.answer.get("data", [call.answer]):
            secret = shown.get("config", {}).get("hmac")
            state = next((state for state in story.versions(call.tenant, shown["id"], story.end) if state.version == shown.get("version")), None)
            if state is not None and (secret is None) != (state.secret is None):
                broken.append(f"a secret is missing or new in {call}")
            elif secret and state and seen.setdefault(state.secret, secret) != secret:
                broken.append(f"the secret of {state.id} is shown as two: {call}")
    return broken


def plain_reads(calls: list[Call], story: Story, ledger: Ledger) -> list[str]:
    """A plain read may lag, but it is of a prefix: not before the one that it was asked to see at least, nor before one that its node answered from already."""
    broken = []
    above = linearizable.bounds_above(sorted(calls, key=lambda call: call.began), story, ledger.stored)
    answered = sorted((call for call in calls if call.status in (200, 404) and call.request_id not in ledger.repeated), key=lambda call: call.ended)
    reads = sorted((call for call in answered if not call.is_write), key=lambda call: call.began)
    floors: dict[str, int] = {}
    at = 0
    for call in reads:
        while at < len(answered) and answered[at].ended < call.began:
            floors[answered[at].node] = max(floors.get(answered[at].node, 0), answered[at].sequence)
            at += 1
        floor = max(call.least or 0, floors.get(call.node, 0))
        if call.sequence < floor:
            broken.append(f"answered from {call.sequence}, though {floor} was asked for or seen there before: {call}")
        may_be = (prefix for prefix in range(call.sequence, above[call.request_id] + 1) if prefix not in story.half)
        if not call.strong and not any(explains(call, story, prefix) for prefix in may_be):
            broken.append(f"no prefix from {call.sequence} to {above[call.request_id]} gives this answer: {call}")
    return broken


def unanswered(calls: list[Call], away: list[tuple[str, float, float]]) -> list[str]:
    """`away`: which node slept or was down, from when to when."""
    def was_away(call: Call) -> bool:
        return any(node == call.node and since < call.began + call.waited_s and call.began < until for node, since, until in away)
    return [f"no answer in {call.waited_s:.1f} s: {call}" for call in calls if call.waited_s and call.waited_s >= ANSWER_SECONDS_MAX and not was_away(call)]


def all_of(calls: list[Call], story: Story) -> list[str]:
    ledger = ledger_of(calls, story)
    broken = [*story.broken, *ledger.broken, *stored_rightly(calls, story, ledger), *secrets_are_one_to_one(calls, story), *plain_reads(calls, story, ledger)]
    _, out_of_order = linearizable.places(calls, story, ledger.stored, ledger.repeated)
    return broken + out_of_order
