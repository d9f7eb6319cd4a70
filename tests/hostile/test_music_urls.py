"""Whoever names a hold_music_url says where the server connects to, and what it reads.

Each attack is refused with its reason, and the spies, who have good music on all loopback addresses that are not allowed, are never asked for it. All attacks
run once, beside each other, before the tests look at what became of them: many of them last as long as the server lets them.
"""

import concurrent.futures
import os
import re
import socket
import threading
import time

import pytest

from hostile.music_addresses import LOOPBACKS, NAMES, SPECIAL, SPELLINGS
from hostile.music_answers import ENCODINGS, GOOD, HTTP, KINDS, LENGTHS, REDIRECTS, SLOWNESS, STATUSES, TOO_LARGE, head
from hostile.music_stage import Stage, run
from live.client import Client, fresh_number
from live.music import answer as musical

# domain/music.h
VERDICT_S = 22
CONNECTIONS = 9
LOOKUPS_OF_TENANT = 16
ATTACKS = SLOWNESS + LENGTHS + NAMES + REDIRECTS + HTTP + ENCODINGS + KINDS + STATUSES + LOOPBACKS + SPECIAL + SPELLINGS
NAMES_OF_ATTACKS = [getattr(attack, "what", None) or attack.url for attack in ATTACKS]
SENT = {"host", "user-agent", "accept", "accept-encoding"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("music"), tenants=12)
    try:
        stage.attacks = stage.connections() + ATTACKS
        # What is slow comes first, of a tenant that has few others.
        stage.outcomes = run(stage, stage.attacks, lambda number: stage.keys[number % len(stage.keys)])
        yield stage
        assert stage.server.stop() == 0, stage.server.said()
    finally:
        stage.close()


def check_refused(attack, outcome) -> None:
    problem = outcome.answer.refused(400, "invalid-request-error")
    assert problem["violations"] == [{"property": "hold_music_url", "rule": attack.rule}], outcome.url
    assert "hold_music_url" in problem["info"] and attack.rule in problem["info"]
    assert outcome.seconds < VERDICT_S


@pytest.mark.parametrize("number", range(len(ATTACKS)), ids=NAMES_OF_ATTACKS)
def test_it_is_refused_with_its_reason(stage, number):
    place = CONNECTIONS + number
    check_refused(stage.attacks[place], stage.outcomes[place])


@pytest.mark.parametrize("number", range(CONNECTIONS))
def test_a_connection_that_does_not_come_about_is_refused_with_its_reason(stage, number):
    check_refused(stage.attacks[number], stage.outcomes[number])


def test_there_are_no_two_of_the_same(stage):
    assert len({outcome.url for outcome in stage.outcomes}) == len(stage.outcomes) >= 60


def test_the_spies_were_asked_by_nobody(stage):
    assert [spy.arrived for spy in stage.spies] == [0] * len(stage.spies)


def test_the_same_url_on_an_allowed_address_is_fine(stage):
    """So the spies' music was refused for where it is, and for nothing else."""
    client = Client(stage.server, stage.keys[0])
    stage.names["fine.test"] = "127.0.0.2"
    for url in (stage.music.url("good.mp3"), f"http://fine.test:{stage.music.port}/good.mp3"):
        assert client.pinless(hold_music_url=url)["config"]["hold_music_url"] == url


def test_a_name_is_looked_up_once_and_what_it_led_to_is_connected_to(stage):
    """A second answer would lead to a spy."""
    client = Client(stage.server, stage.keys[0])
    stage.names["once.test"] = ("127.0.0.2", "127.0.0.1")
    before = stage.music.arrived
    client.pinless(hold_music_url=f"http://once.test:{stage.music.port}/good.mp3")
    assert stage.names.asked("once.test") == 1 and stage.music.arrived == before + 1


def test_no_more_is_sent_than_must_be(stage):
    heads = list(stage.music.requests)
    assert len(heads) > 100
    for head in heads:
        line, *fields = head.decode().rstrip("\r\n").split("\r\n")
        assert re.fullmatch(r"GET /\S* HTTP/1\.1", line)
        assert {field.partition(":")[0].lower() for field in fields} <= SENT, head


def test_no_answer_names_where_a_name_leads(stage):
    told = [outcome.answer.body.decode() for attack, outcome in zip(stage.attacks, stage.outcomes) if attack.names]
    inside = {address.partition("%")[0] for attack in stage.attacks for answers in attack.names.values()
              for one in ([answers] if isinstance(answers, str) else answers) for address in one.split(",")}
    assert len(told) >= 40 and len(inside) > 20
    # The URL itself is the caller's.
    spoken = [body.replace("127.0.0.1.nip.test", "") for body in told]
    assert not [(body, address) for body in spoken for address in inside if "." in address and address in body]


def test_who_pours_without_end_is_cut_off(stage):
    """What was taken is 10 MB and what stood in the buffers of two sockets."""
    poured = []

    def pour(connection, _head) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        connection.sendall(head())
        sent = 0
        try:
            while sent < 1_000_000_000:
                sent += connection.send(bytes(65536))
        finally:
            poured.append(sent)

    stage.music["poured"] = pour
    client = Client(stage.server, stage.keys[0])
    answer = client.post("/domain-dialin-config", {"type": "pinless_dialin", "phone_number": fresh_number(), "hold_music_url": stage.music.url("poured")})
    assert TOO_LARGE in answer.refused(400, "invalid-request-error")["info"]
    deadline = time.monotonic() + 10
    while not poured and time.monotonic() < deadline:
        time.sleep(0.01)
    assert 10_000_000 < poured[0] + 65536 < 25_000_000


def test_a_fault_of_the_node_is_its_own_and_other_checks_go_on(stage):
    """Out of memory, as it looks to the check: while a name is looked up, and while bytes are decoded, in the midst of libcurl."""
    client = Client(stage.server, stage.keys[1])
    stage.names["fault.test"] = "bad_alloc"
    wishes = {"type": "pinless_dialin", "phone_number": fresh_number()}
    answer = client.post("/domain-dialin-config", {**wishes, "hold_music_url": f"http://fault.test:{stage.music.port}/good.mp3"})
    assert "its host name could not be looked up" in answer.refused(400, "invalid-request-error")["info"]

    stage.music["fault"] = musical(GOOD + b"BAD_ALLOC" + GOOD)
    slow = threading.Event()

    def wait(connection, _head) -> None:
        assert slow.wait(10)
        connection.sendall(musical(GOOD))

    stage.music["beside"] = wait
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        beside = pool.submit(Client(stage.server, stage.keys[1]).pinless, hold_music_url=stage.music.url("beside"))
        while not stage.music.asked("beside"):
            time.sleep(0.01)
        for n in range(3):
            problem = client.post("/domain-dialin-config", {**wishes, "hold_music_url": stage.music.url(f"fault?{n}")})
            assert "the node failed at it" in problem.refused(503, "unavailable")["info"] and int(problem.headers["Retry-After"]) >= 1
        slow.set()
        assert beside.result()["version"] == 1
    assert stage.server.said().count("a check of hold music failed: std::bad_alloc") == 3
    client.create(**wishes, hold_music_url=stage.music.url("good"))


def test_nothing_stays_open_behind_them(stage):
    def sockets() -> int:
        links = [entry for entry in os.scandir(f"/proc/{stage.server.process.pid}/fd")]
        return sum(os.readlink(link.path).startswith("socket:") for link in links)

    deadline = time.monotonic() + 20
    # The listener, what wakes threads, and connections of callers that the tests have left.
    while sockets() > 30 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert sockets() <= 30
    metrics = Client(stage.server, None).get("/metrics").body.decode()
    assert re.search(r"^dialin_hold_music_running 0$", metrics, re.MULTILINE) and re.search(r"^dialin_hold_music_waiting 0$", metrics, re.MULTILINE)


def test_tenants_whose_names_are_never_answered_leave_room_for_others(tmp_path):
    """Their lookups outlive their checks, and nothing can end them."""
    stage = Stage(tmp_path, tenants=5)
    try:
        stage.start()
        stage.names["never.test"], stage.names["fine.test"] = "never", "127.0.0.2"
        *stuck, other = stage.keys
        with concurrent.futures.ThreadPoolExecutor(len(stuck) * LOOKUPS_OF_TENANT) as pool:
            asked = [pool.submit(Client(stage.server, key, timeout=30).post, "/domain-dialin-config",
                                 {"type": "pinless_dialin", "phone_number": fresh_number(), "hold_music_url": f"http://never.test/{n}"})
                     for n in range(LOOKUPS_OF_TENANT) for key in stuck]
            statuses = {one.result().status for one in asked}
        assert 400 in statuses and statuses <= {400, 503}
        assert stage.names.asked("never.test") >= 32
        url = f"http://fine.test:{stage.music.port}/good.mp3"
        assert Client(stage.server, other).pinless(hold_music_url=url)["config"]["hold_music_url"] == url
    finally:
        stage.close()
        stage.server.kill()
