"""What the contract says a call is answered at one prefix of the chain: the service as a sequential object, written anew and small."""

import dataclasses

from campaign.history import Call
from campaign.story import State, Story

SHARED = ("phone_number", "name_prefix", "timeout_config")  # what a move carries over


@dataclasses.dataclass
class Decided:
    """`status` and what the answer must show; for a write that appends: the config that it leaves (or ends, when `deletes`)."""

    status: int
    error: str | None = None
    shows: dict | None = None
    appends: dict | None = None  # the config; None: nothing is stored
    deletes: bool = False


def merged(config: dict, wishes: dict) -> dict:
    laid = {**config, **{name: value for name, value in wishes.items() if name not in ("hmac", "type")}}
    return {name: value for name, value in laid.items() if value is not None or name == "sip_uri"}


def refused_for(number: str | None, holder_to_be: str | None, call: Call, story: Story, prefix: int) -> Decided | None:
    holder = story.holder(number, prefix) if number else None
    if holder is None or holder == (call.tenant, holder_to_be):
        return None
    if holder[0] != call.tenant:
        return Decided(409, "conflict-error", {})
    state = story.state(*holder, prefix)
    return Decided(409, "conflict-error", {"conflict": {"id": state.id, "type": state.type, "name_prefix": state.config.get("name_prefix")}})


def decide(call: Call, story: Story, prefix: int) -> Decided:
    if call.kind == "create":
        config = merged({"type": call.body["type"], "sip_uri": None}, call.body)
        return refused_for(config.get("phone_number"), None, call, story, prefix) or Decided(200, appends=config)
    if not call.is_write:
        return read(call, story, prefix)
    state = story.state(call.tenant, call.subject, prefix)
    if state is None or (state.deleted and call.kind != "restore"):
        return Decided(404, "not-found", {})
    if call.if_match is not None and call.if_match != state.version:
        return Decided(412, "precondition-failed", {})
    if call.kind == "delete":
        return Decided(200, appends=state.config, deletes=True)
    if call.kind == "restore":
        return restore(call, state, story, prefix)
    if call.kind == "move":
        shared = {name: value for name, value in state.config.items() if name in SHARED}
        config = merged({"type": call.body["type"], "sip_uri": None, **shared}, call.body)
        return refused_for(config.get("phone_number"), state.id, call, story, prefix) or Decided(200, appends=config)
    config = merged(state.config, call.body)
    if config == state.config and "hmac" not in call.body:
        return Decided(200, shows=state.shown())
    return refused_for(config.get("phone_number"), state.id, call, story, prefix) or Decided(200, appends=config)


def restore(call: Call, state: State, story: Story, prefix: int) -> Decided:
    past = story.versions(call.tenant, call.subject, prefix)
    if not 1 <= call.body["version"] <= len(past):
        return Decided(400, "invalid-request-error", {})
    wanted = past[call.body["version"] - 1]
    if not state.deleted and (wanted.config, wanted.secret) == (state.config, state.secret):
        return Decided(200, shows=state.shown())
    return refused_for(wanted.number, state.id, call, story, prefix) or Decided(200, appends=wanted.config)


def read(call: Call, story: Story, prefix: int) -> Decided:
    if call.kind == "list":
        live = story.listed(call.tenant, prefix)
        return Decided(200, shows={"total_count": len(live), "data": [state.shown() for state in live]})
    subject = call.subject
    if call.kind == "number":
        holder = story.holder(call.number, prefix)
        subject = holder[1] if holder and holder[0] == call.tenant else None
    state = story.state(call.tenant, subject, prefix) if subject else None
    if state is None or state.deleted:
        return Decided(404, "not-found", {})
    return Decided(200, shows=state.shown())


def without_secret(shown):
    """An answer's body with the secrets left out, and what moved there, which is no part of the state."""
    if isinstance(shown, dict):
        return {name: without_secret(value) for name, value in shown.items() if name not in ("hmac", "moved_from")}
    return [without_secret(value) for value in shown] if isinstance(shown, list) else shown


def explains(call: Call, story: Story, prefix: int) -> bool:
    """Whether an answer that stored nothing is the one of this prefix."""
    decided = decide(call, story, prefix)
    if call.dry_run and decided.appends is not None:
        if decided.deletes or call.status != 200:
            return call.status == 200
        return without_secret(call.answer)["config"] | {"sip_uri": None} == decided.appends | {"sip_uri": None}
    if decided.appends is not None or decided.status != call.status or decided.error != call.error:
        return False
    answer = without_secret(call.answer)
    return all(answer.get(name) == value for name, value in decided.shows.items()) and ("conflict" in decided.shows) == ("conflict" in answer)
