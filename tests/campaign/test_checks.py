"""The checks of the campaign find what is wrong, and nothing in what is right. Each history here differs from a right one in one thing."""

import re

import pytest

from campaign.checks import unanswered
from campaign.listeners import not_the_chain
from campaign.small_world import NUMBER, ONE, OTHER_NUMBER, STRANGER, TENANT, THREE, TWO, World
from campaign.story import Story
from live.chain import NO_ID, chain_of

REFUSED = {"error": "not-found", "info": "there is no config with this id"}
UNAVAILABLE = {"error": "unavailable", "info": "nothing was stored"}
UNKNOWN = {"error": "outcome-unknown", "info": "who knows"}
IN_USE = {"error": "conflict-error", "info": "in use", "conflict": {"id": ONE, "type": "pin_dialin", "name_prefix": None}}


@pytest.fixture
def world() -> World:
    return World()


def says(world: World, what: str) -> None:
    assert any(re.search(what, sentence) for sentence in world.broken()), world.broken()


def test_a_right_history_is_let_pass(world):
    world.create()
    world.call("create", "taken", 409, IN_USE, number=NUMBER, body={"type": "pin_dialin", "phone_number": NUMBER})
    world.update()
    world.call("update", "same", 200, world.shown(ONE), subject=ONE, body={"name_prefix": "Desk"})
    world.call("update", "stale", 412, {"error": "precondition-failed"}, subject=ONE, body={"name_prefix": "x"}, if_match=1)
    world.call("config", "strong", 200, world.shown(ONE), subject=ONE, strong=True)
    world.delete(version=3)
    world.call("config", "gone", 404, REFUSED, subject=ONE, strong=True)
    world.call("delete", "again", 404, REFUSED, subject=ONE)
    assert world.broken() == []


def test_a_right_move_is_let_pass(world):
    world.create()
    world.move()
    world.call("number", "who", 200, world.shown(TWO), number=NUMBER, strong=True)
    assert world.broken() == []


def test_what_was_not_answered_may_land_at_any_later_time_or_never(world):
    world.create()
    world.call("update", "late", None, subject=ONE, body={"name_prefix": "Late"})
    world.call("delete", "never", 503, UNKNOWN, subject=ONE)
    world.update(name="Desk")
    world.store("ConfigUpdated", "late", ONE, 3, properties={"name_prefix": "Late"})
    assert world.broken() == []


def test_a_repetition_gets_the_first_answer(world):
    first = world.create(operation=5, key="k")
    world.update()
    repetition = world.call("create", "again", 200, first.answer, sequence=first.sequence, number=NUMBER, body=first.body, operation=5, key="k")
    assert world.broken() == []
    repetition.answer = world.shown(ONE)
    says(world, "not what record 3 holds")


def test_an_answered_write_that_is_missing(world):
    world.create()
    world.records.pop()
    says(world, "an answered write is missing")


def test_an_answered_write_that_is_only_a_stray(world):
    world.create()
    call = world.update()
    world.records[-1].headers["ce_previousid"] = "ab" * 32
    says(world, call.request_id)


@pytest.mark.parametrize("status, answer", [(503, UNAVAILABLE), (409, IN_USE), (404, REFUSED), (409, {"error": "idempotency-error"})])
def test_what_was_told_that_nothing_was_stored_is_there(world, status, answer):
    world.create()
    call = world.update()
    call.status, call.answer = status, answer
    says(world, "told that nothing was stored")


def test_one_key_stored_twice(world):
    first = world.create(operation=5, key="k")
    world.delete()
    world.store("ConfigCreated", "second", TWO, 1)
    world.call("create", "second", None, number=NUMBER, body=first.body, operation=5, key="k")
    says(world, "stored 2 times")


def test_one_call_stored_twice(world):
    world.create()
    world.update()
    world.store("ConfigUpdated", "update", ONE, 3, properties={"name_prefix": "Desk"})
    says(world, "all come from one call")


def test_what_nobody_asked_for(world):
    world.create()
    world.store("ConfigDeleted", "whose", ONE, 2)
    says(world, "nobody's")


def test_a_dry_run_that_was_stored(world):
    world.create(dry_run=True)
    says(world, "nobody's")


def test_another_thing_stored_than_asked_for(world):
    world.create()
    call = world.update()
    call.body = {"name_prefix": "Other"}
    says(world, "would have been answered")


def test_a_write_against_its_condition(world):
    world.create()
    call = world.update()
    call.if_match = 7
    says(world, "would have been answered")


def test_a_number_held_twice(world):
    world.create()
    world.create("second", TWO)
    says(world, "holds it")


def test_a_number_held_twice_across_tenants(world):
    world.create()
    world.store("ConfigCreated", "second", TWO, 1, tenant=STRANGER)
    says(world, "holds it")


def test_half_a_move_at_the_end(world):
    world.create()
    world.move()
    world.records.pop()
    says(world, "ends with half a move")


def test_half_a_move_in_between(world):
    world.create()
    call = world.move()
    world.records.pop()
    world.calls.remove(call)
    world.create("third", THREE, OTHER_NUMBER)
    says(world, "between the two of a move")


def test_a_move_that_ends_otherwise_than_promised(world):
    world.create()
    world.move()
    last = world.records.pop()
    world.store("ConfigCreated", "move", TWO, 1, OTHER_NUMBER, type="pinless_dialin", moved_from=ONE, us=last.time_us)
    says(world, "not the one that the move promised")


def test_a_version_left_out(world):
    world.create()
    world.update(version=3)
    says(world, "does not follow")


def test_a_lead_that_nobody_counted(world):
    world.append("dialin.log.opened.v1", {"node": "node1", "url": "http://127.0.0.1:2", "term": 3, "nonce": "00"})
    says(world, "terms are")


def test_a_hash_that_is_another(world):
    world.create()
    world.records[-1].value = world.records[-1].value.replace(b"4930", b"4931")
    says(world, "the hash is another one")


def test_time_that_goes_back(world):
    world.create()
    world.store("ConfigUpdated", "update", ONE, 2, us=5)
    world.call("update", "update", None, subject=ONE, body={"name_prefix": "Desk"})
    says(world, "time does not increase")


def test_stored_before_what_was_answered_before_it(world):
    first = world.create()
    second = world.create("second", TWO, OTHER_NUMBER)
    first.began, first.ended, second.began, second.ended = second.began, second.ended, first.began, first.ended
    says(world, "was answered before it began")


@pytest.mark.parametrize("kind", ["config", "number", "list"])
def test_a_strong_read_of_the_past(world, kind):
    world.create()
    old = world.shown(ONE)
    world.update()
    world.call(kind, "read", 200, {"total_count": 1, "data": [old]} if kind == "list" else old, sequence=3, subject=ONE, number=NUMBER, strong=True)
    says(world, "no prefix from 4 to 4 gives this answer: read")


def test_a_strong_read_of_what_had_not_begun(world):
    world.create()
    call = world.update()
    world.call("config", "read", 200, world.shown(ONE), subject=ONE, strong=True, sequence=3, at=(call.began - 0.4, call.began - 0.3))
    says(world, "no prefix from 3 to 3 gives this answer: read")


def test_strong_reads_that_go_back_between_themselves(world):
    """Each alone could be placed, for nobody was told of the update yet."""
    world.create()
    old = world.shown(ONE)
    update = world.update(at=(10, 20))
    world.call("config", "new", 200, world.shown(ONE), sequence=4, subject=ONE, strong=True, at=(11, 12))
    late = world.call("config", "old", 200, old, sequence=3, subject=ONE, strong=True, at=(13, 14))
    says(world, "no prefix from 4 to 4 gives this answer: old")
    late.began, late.ended = 11.5, 14
    assert world.broken() == [] and update.ended == 20


def test_a_strong_read_within_a_move(world):
    world.create()
    world.move(at=(10, 20))
    call = world.call("number", "free", 404, REFUSED, number=NUMBER, strong=True, sequence=4, at=(11, 12))
    says(world, "gives this answer: free")
    call.strong = False
    says(world, "gives this answer: free")


@pytest.mark.parametrize("kind, status, answer", [("create", 409, IN_USE), ("delete", 412, {"error": "precondition-failed"}), ("update", 200, None)])
def test_a_refusal_from_the_past(world, kind, status, answer):
    """A leader that was replaced and does not know: right once, not now."""
    world.create()
    answer = answer or world.shown(ONE)
    world.delete()
    call = world.call(kind, "old", status, answer, sequence=3, subject=ONE, number=NUMBER, if_match=9 if status == 412 else None,
                      body={"type": "pin_dialin", "phone_number": NUMBER} if kind == "create" else {"phone_number": NUMBER})
    says(world, "no prefix from 4 to 4 gives this answer: old")
    world.calls[1].began, world.calls[1].ended, call.began, call.ended = 10, 20, 11, 12
    assert world.broken() == [], "while the deletion is under way it is right"


def test_a_404_of_what_is_there(world):
    world.create()
    world.call("delete", "old", 404, REFUSED, subject=ONE)
    says(world, "gives this answer: old")


def test_a_conflict_that_names_another(world):
    world.create()
    wrong = {**IN_USE, "conflict": {**IN_USE["conflict"], "id": TWO}}
    world.call("create", "taken", 409, wrong, number=NUMBER, body={"type": "pin_dialin", "phone_number": NUMBER})
    says(world, "gives this answer: taken")


def test_a_plain_read_may_lag_but_is_of_some_prefix(world):
    world.create()
    old = world.shown(ONE)
    world.update()
    read = world.call("config", "read", 200, old, sequence=3, subject=ONE)
    read.node = "node1"
    assert world.broken() == []
    read.answer = {**old, "config": {**old["config"], "name_prefix": "Never"}}
    says(world, "no prefix from 3 to 4 gives this answer")


def test_a_plain_read_before_what_was_asked_for(world):
    world.create()
    old = world.shown(ONE)
    world.update()
    read = world.call("config", "read", 200, old, sequence=3, subject=ONE, least=4)
    read.node = "node1"
    says(world, "though 4 was asked for")


def test_a_node_that_does_not_know_its_own_answer(world):
    world.create()
    old = world.shown(ONE)
    world.update()
    world.call("config", "read", 200, old, sequence=3, subject=ONE)
    says(world, "though 4 was asked for or seen there before")


def test_an_answer_that_names_another_place(world):
    call = world.create()
    call.sequence = 2
    says(world, "the answer names sequence 2")


def test_a_secret_that_is_shown_as_two(world):
    sealed = {"hmac": {"key_id": "seal", "sealed": "xyz", "fingerprint": "00"}}
    world.store("ConfigCreated", "create", ONE, 1, type="pinless_dialin", properties=sealed)
    shown = world.shown(ONE)
    for request, secret in (("create", "AAA"), ("read", "BBB")):
        answer = {**shown, "config": {**shown["config"], "hmac": secret}}
        world.call("create" if request == "create" else "config", request, answer=answer, number=NUMBER, subject=ONE,
                   body={"type": "pinless_dialin", "phone_number": NUMBER})
    says(world, "shown as two")


def test_an_error_that_nobody_should_see(world):
    world.call("config", "read", 500, {"error": "internal-error"}, subject=ONE)
    says(world, "nobody should be told this")


def test_an_answer_that_never_comes(world):
    call = world.call("config", "read", None, subject=ONE, at=(100, 101))
    call.waited_s = 3.1
    assert unanswered([call], []) == []
    call.waited_s = 12.01
    assert re.match("no answer in 12.0 s", unanswered([call], [("node0", 90, 99.9), ("node1", 101, 102), ("node0", 112.1, 113)])[0])
    assert unanswered([call], [("node0", 90, 100.1)]) == []


def test_records_that_do_not_chain_are_strays(world):
    world.create()
    stray = world.records[-1].headers | {"ce_previousid": NO_ID}
    world.records.insert(2, type(world.records[-1])(99, None, stray, b"{}"))
    assert world.broken() == []


@pytest.mark.parametrize("wrong", [lambda heard: heard[1:], lambda heard: heard[:-1], lambda heard: [heard[0], *heard], lambda heard: heard[::-1],
                                   lambda heard: [*heard, (99, "ab" * 32, "ConfigDeleted")],
                                   lambda heard: [heard[0], (heard[1][0], "ab" * 32, heard[1][2]), heard[2]]])
def test_a_stream_that_is_not_the_chain(world, wrong):
    world.create()
    world.move()
    story = Story(chain_of(world.records)[0])
    heard = [(record.sequence, record.id, record.json["name"]) for record in story.chain if record.tenant]
    assert len(heard) == 3 and not_the_chain(heard, TENANT, story) == []
    assert not_the_chain(wrong(heard), TENANT, story)
