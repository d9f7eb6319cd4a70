"""Many connections of one address, and many that are busy: who comes from elsewhere finds room."""

import contextlib
import re

import pytest

from hostile.wire import Wire, as_key, get
from live.client import Client

BOUND = 20


@pytest.fixture
def bounded(own_server):
    own_server.options = ["--connections-per-address", str(BOUND)]
    return own_server.start()


def status(server, source: str) -> int:
    """Of one request on a connection of its own."""
    with Wire(server, source=source) as wire:
        wire.send(get())
        return wire.answer().status


def refused(server) -> tuple[int, int]:
    """Of too many in all, and of too many of one address: asked for from another."""
    with Wire(server, source="127.0.0.3") as wire:
        wire.send(get("/metrics"))
        text = wire.answer().body.decode()
    return tuple(int(re.search(rf"^dialin_connections_refused{which}_total (\d+)$", text, re.MULTILINE)[1]) for which in ("", "_address"))


def busy(stack: contextlib.ExitStack, server, source: str = "127.0.0.1") -> Wire:
    """A reader of the stream: of use as long as it is there."""
    wire = stack.enter_context(Wire(server, source=source))
    wire.send(get("/events/stream", as_key(server.key)))
    assert b"200 OK" in wire.socket.recv(4096)
    return wire


def test_one_address_has_so_many_and_leaves_the_rest_to_others(bounded):
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(Wire(bounded)) for _ in range(BOUND)]
        for wire in wires:
            wire.send(get())
            assert wire.answer().status == 200
        with Wire(bounded) as one_more:
            [answer], closed = one_more.answers(quiet_s=5)
            assert answer.status == 503 and closed and b"Your address has as many connections as it may have" in answer.body
        assert refused(bounded) == (0, 1)
        assert status(bounded, "127.0.0.2") == 200
        for wire in wires:
            wire.send(get())
            assert wire.answer().status == 200, "those that are there stay"
    Client(bounded, bounded.key).pin()


def test_who_goes_on_and_on_is_not_even_told(bounded):
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(Wire(bounded)) for _ in range(BOUND * 10)]
        told = [wire.answers(quiet_s=0.05) for wire in wires[BOUND:]]
        assert all(closed for _, closed in told), "none of them stays open"
        assert {len(answers) for answers, _ in told} == {0, 1} and refused(bounded) == (0, len(told))
        assert not all(answers for answers, _ in told)
        assert status(bounded, "127.0.0.2") == 200


def test_what_an_address_gives_back_it_may_have_again(bounded):
    for _ in range(BOUND * 5):
        assert status(bounded, "127.0.0.1") == 200
    with contextlib.ExitStack() as stack:
        for _ in range(BOUND):
            busy(stack, bounded)
    for _ in range(100):
        with Wire(bounded) as wire:
            wire.send(get())
            if wire.answer().status == 200:
                return
    raise AssertionError("its connections are gone, and still count")


def test_of_loopback_all_unless_told(own_server):
    own_server.options = ["--connections-max", "40"]
    own_server.start()
    with contextlib.ExitStack() as stack:
        for _ in range(39):
            busy(stack, own_server)
        assert status(own_server, "127.0.0.1") == 200


@pytest.mark.parametrize("idle_at", [0, 1])
def test_room_is_made_on_whichever_thread_somebody_is_of_no_use(own_server, idle_at):
    """Connections go to the threads in turn: all streams are on one, all idle ones on the other."""
    own_server.options = ["--connections-max", "40", "--threads", "2"]
    own_server.start()
    with contextlib.ExitStack() as stack:
        for number in range(40):
            if number % 2 == idle_at:
                stack.enter_context(Wire(own_server))
            else:
                busy(stack, own_server)
        for _ in range(20):
            busy(stack, own_server)
        with Wire(own_server) as one_too_many:
            [answer], closed = one_too_many.answers(quiet_s=5)
            assert answer.status == 503 and closed


def test_streams_that_are_older_than_all_do_not_hide_who_is_of_no_use(own_server):
    """So many busy ones that they fill what is looked at for one newcomer: the next look begins behind them."""
    own_server.options = ["--connections-max", "200", "--threads", "1"]
    own_server.start()
    with contextlib.ExitStack() as stack:
        for _ in range(150):
            busy(stack, own_server)
        for _ in range(50):
            stack.enter_context(Wire(own_server))
        statuses = [status(own_server, "127.0.0.1") for _ in range(10)]
        assert statuses.count(200) >= 7 and statuses[-1] == 200, statuses
