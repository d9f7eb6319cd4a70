"""Callers without a good key: each is told so, an address that goes on and on is cut off, and whoever has a good one is served from there all the same."""

import re
import time

import pytest

from hostile.wire import Wire, as_key, get
from live.client import Client


@pytest.fixture
def bounded(own_server):
    own_server.options = ["--failed-keys", "5/10s"]
    return own_server.start()


def tell(server, line: str, source: str = "127.0.0.1"):
    """One request on a connection of its own; the answer, and whether the connection ended with it."""
    with Wire(server, source=source) as wire:
        wire.send(get("/", *([line] if line else [])))
        answer = wire.answer()
        return answer, answer.says_close


def test_an_address_is_told_why_so_often_and_then_cut_off(bounded):
    lines = ["Authorization: Bearer unknown", "", "Authorization: Basic eDp5", "Authorization: Bearer", "Authorization: Bearer unknown"]
    answers = [tell(bounded, line) for line in lines]
    assert [answer.status for answer, _ in answers] == [401, 400, 400, 400, 401] and not any(ends for _, ends in answers)
    for line in lines:
        answer, ends = tell(bounded, line)
        assert answer.status == 429 and ends and b"rate-limit-error" in answer.body
        assert 1 <= int(answer.headers["retry-after"]) <= 2 and "ratelimit" not in answer.headers
    metrics = Client(bounded, None).get("/metrics").body.decode()
    assert re.search(r"^dialin_authentication_failures_total 10$", metrics, re.MULTILINE)
    assert re.search(r"^dialin_authentication_failures_bounded_total 5$", metrics, re.MULTILINE)


def test_a_good_key_is_served_from_the_same_address_on_the_same_connection(bounded):
    with Wire(bounded) as wire:
        for n in range(5):
            wire.send(get("/", as_key("unknown")))
            assert wire.answer().status == 401
            wire.send(get("/", as_key(bounded.key)))
            assert wire.answer().status == 200
    assert tell(bounded, as_key("unknown"))[0].status == 429
    client = Client(bounded, bounded.key)
    for _ in range(50):
        client.get("/").expect(200)
    client.pin()


def test_another_address_is_not_made_to_pay(bounded):
    while tell(bounded, as_key("unknown"))[0].status != 429:
        pass
    assert tell(bounded, as_key("unknown"), source="127.0.0.2")[0].status == 401


def test_after_the_time_that_was_told_it_is_told_why_again(bounded):
    while True:
        answer, _ = tell(bounded, as_key("unknown"))
        if answer.status == 429:
            break
    time.sleep(int(answer.headers["retry-after"]))
    assert tell(bounded, as_key("unknown"))[0].status == 401


def test_behind_the_answer_that_cuts_off_nothing_is_served(bounded):
    with Wire(bounded) as wire:
        wire.send(get("/", as_key("unknown")) * 8 + get("/", as_key(bounded.key)))
        answers, closed = wire.answers(quiet_s=5)
    assert [answer.status for answer in answers] == [401] * 5 + [429] and closed


def test_the_bound_can_be_taken_away(own_server):
    own_server.options = ["--failed-keys", "off"]
    own_server.start()
    client = Client(own_server, "unknown")
    assert {client.get("/").status for _ in range(200)} == {401}


@pytest.mark.parametrize("words", ["5", "5/1s,6/2s", "0/1s"])
def test_what_is_no_bound_is_refused_at_the_start(own_server, words):
    own_server.options = ["--failed-keys", words]
    with pytest.raises(AssertionError) as refused:
        own_server.start()
    assert refused.value.status == 2 and "--failed-keys" in refused.value.output
