"""--hold-music-check on: a new hold_music_url is fetched and judged before it is stored. What is refused, and who attacks by it, is in tests/hostile."""

import concurrent.futures
import json
import os
import re
import threading
import time
import uuid

import pytest

from hostile.wire import Wire
from live import mp3
from live.certificates import Authority
from live.client import Client, fresh_number
from live.clock import StrangeClock
from live.music import MusicServer, answer, redirect
from live.server import PATIENCE_S, SANITIZED, Server

CONFIGS = "/domain-dialin-config"
HOST = "127.0.0.2"
GOOD = mp3.constant(2400)
# infra/media/check_queue.h and music_checks.h
TENANT_RUNNING = 8
TENANT_CALLERS = 128
# Of a PUT that names no music, while others wait for theirs.
FAST_S = 2.0 if SANITIZED else 0.5


@pytest.fixture(scope="module")
def media():
    media = MusicServer(HOST)
    media["good"], media["other"], media["page"] = answer(GOOD), answer(GOOD), answer(b"<html></html>")
    yield media
    media.close()


@pytest.fixture(scope="module")
def checking(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("music"), "--hold-music-check", "on", "--hold-music-allow", "127.0.0.2/32")
    server.key, server.crowd, server.neighbour = (server.add_key(name) for name in ("acme", "crowd", "neighbour"))
    server.start()
    yield server
    assert server.stop() == 0, server.said()


@pytest.fixture
def client(checking):
    client = Client(checking, checking.key)
    yield client
    client.close()


def refused(answer) -> str:
    (violation,) = answer.refused(400, "invalid-request-error")["violations"]
    assert violation["property"] == "hold_music_url"
    return violation["rule"]


def test_every_write_that_names_new_music_has_it_judged(client, media):
    good, page = media.url("good"), media.url("page")
    made = client.pinless(hold_music_url=good)
    assert made["config"]["hold_music_url"] == good
    path = f"{CONFIGS}/{made['id']}"
    pin = client.pin(phone_number=fresh_number())
    wishes = {"type": "pinless_dialin", "phone_number": fresh_number(), "hold_music_url": page}
    for refuse in (lambda: client.post(CONFIGS, wishes), lambda: client.put(path, {"hold_music_url": page}),
                   lambda: client.post(path, {"hold_music_url": page}),
                   lambda: client.post(f"{CONFIGS}/{pin['id']}/move", {"type": "pinless_dialin", "hold_music_url": page}),
                   lambda: client.put(f"{path}?dry_run=true", {"hold_music_url": page})):
        assert refused(refuse()) == "must name an MP3: no frames of MPEG audio layer III were found in it"
    assert client.config(made["id"]) == made and client.config(pin["id"]) == pin, "nothing was stored"
    assert client.update(made["id"], hold_music_url=media.url("other"))["config"]["hold_music_url"] == media.url("other")
    assert client.move(pin["id"], type="pinless_dialin", hold_music_url=good)["config"]["hold_music_url"] == good
    client.put(f"{path}?dry_run=true", {"hold_music_url": good}).expect(200)
    assert client.update(made["id"], hold_music_url=None)["config"].get("hold_music_url") is None


def test_what_is_there_already_is_not_asked_for_again(client, media):
    media["kept"] = answer(GOOD)
    url = media.url("kept")
    made = client.pinless(hold_music_url=url)
    media["kept"] = answer(status="404 Not Found")
    client.update(made["id"], hold_music_url=url, name_prefix="same")
    client.update(made["id"], hold_music_url=None)
    assert client.restore(made["id"], 1)["config"]["hold_music_url"] == url
    client.remove(made["id"])
    client.restore(made["id"], 1)
    assert len(media.asked("kept")) == 1


def test_a_request_that_is_remembered_gets_its_first_answer(tmp_path, media):
    server = Server(tmp_path, "--hold-music-check", "on", "--hold-music-allow", HOST, "--hold-music-fresh", "0")
    client = Client(server, server.add_key("acme"))
    server.start()
    media["once"] = answer(GOOD)
    wishes = {"type": "pinless_dialin", "phone_number": fresh_number(), "hold_music_url": media.url("once")}
    first = client.post(CONFIGS, wishes, headers={"Idempotency-Key": "k"}).expect(200)
    media["once"] = answer(b"gone")
    assert client.post(CONFIGS, wishes, headers={"Idempotency-Key": "k"}).expect(200).json == first.json
    assert len(media.asked("once")) == 1
    client.post(CONFIGS, {**wishes, "phone_number": fresh_number()}).refused(400, "invalid-request-error")
    assert len(media.asked("once")) == 2
    assert server.stop() == 0


@pytest.mark.skipif(SANITIZED, reason="a sanitizer's library must be loaded before that of the clock")
def test_a_key_that_is_no_longer_remembered_brings_no_music_past_the_check(tmp_path, media):
    clock = StrangeClock(tmp_path / "clock")
    server = Server(tmp_path / "server", "--hold-music-check", "on", "--hold-music-allow", HOST, under=clock.under)
    client = Client(server, server.add_key("acme"))
    server.start()
    made = client.pinless()
    path, key = f"{CONFIGS}/{made['id']}", {"Idempotency-Key": "k"}
    client.put(path, {"name_prefix": "one"}, headers=key).expect(200)
    for hours in (23.9, 24.1):
        clock.set(hours * 3600)
        assert refused(client.put(path, {"hold_music_url": media.url("page")}, headers=key)).startswith("must name an MP3")
    server.kill()


def test_what_the_views_say_of_a_write_spares_no_look_at_its_music(client, media):
    """They are behind the writes under way: what they call stale, missing or wrong may be fit when its turn comes."""
    page = media.url("page")
    path = f"{CONFIGS}/{client.pinless()['id']}"
    client.put(path, {"name_prefix": "one"}, headers={"Idempotency-Key": "dry"}).expect(200)
    for refuse in (lambda: client.put(path, {"hold_music_url": page}, headers={"If-Match": '"9"'}),
                   lambda: client.put(f"{CONFIGS}/{uuid.uuid4()}", {"hold_music_url": page}),
                   lambda: client.put(f"{path}?dry_run=true", {"hold_music_url": page}, headers={"Idempotency-Key": "dry"})):
        assert refused(refuse()).startswith("must name an MP3")


def test_a_verdict_is_kept_and_asked_for_again_by_its_validators(tmp_path, media):
    server = Server(tmp_path, "--hold-music-check", "on", "--hold-music-allow", HOST, "--hold-music-fresh", "1")
    client = Client(server, server.add_key("acme"))
    server.start()

    def conditional(connection, head: bytes) -> None:
        known = b'If-None-Match: "v1"' in head
        connection.sendall(answer(status="304 Not Modified", etag='"v1"') if known else answer(GOOD, etag='"v1"'))

    media["marked"] = conditional
    for _ in range(5):
        client.pinless(hold_music_url=media.url("marked"))
    assert len(media.asked("marked")) == 1
    time.sleep(1.1)
    client.pinless(hold_music_url=media.url("marked"))
    first, second = media.asked("marked")
    assert b"If-None-Match" not in first and b'If-None-Match: "v1"\r\n' in second
    media["marked"] = answer(b"something else now", etag='"v2"')
    time.sleep(1.1)
    assert "no frames" in refused(client.post(CONFIGS, {"type": "pinless_dialin", "phone_number": fresh_number(), "hold_music_url": media.url("marked")}))
    assert server.stop() == 0


def test_who_asks_for_the_same_at_the_same_time_waits_for_one_fetch(checking, media):
    let = threading.Event()

    def wait(connection, _head) -> None:
        assert let.wait(10)
        connection.sendall(answer(GOOD))

    media["shared"] = wait
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        made = [pool.submit(Client(checking, checking.key).pinless, hold_music_url=media.url("shared")) for _ in range(6)]
        time.sleep(0.5)
        let.set()
        assert len({one.result()["id"] for one in made}) == 6
    assert len(media.asked("shared")) == 1


def test_a_crowd_that_waits_for_its_music_is_bounded_and_delays_nobody_else(checking, client, media):
    """One tenant asks for music that never comes, more often than it may. Its own writes without music, and another tenant's with, go on."""
    media["hung"] = media.hang
    neighbour = Client(checking, checking.neighbour)
    made = neighbour.pinless()
    count = TENANT_CALLERS + 12
    own = Client(checking, checking.crowd).pinless()

    def ask(number: int):
        wishes = {"type": "pinless_dialin", "phone_number": fresh_number(), "hold_music_url": media.url(f"hung?{number}")}
        return Client(checking, checking.crowd).post(CONFIGS, wishes)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        asked = [pool.submit(ask, number) for number in range(count)]
        deadline = time.monotonic() + 10
        while len(media.asked("hung")) < TENANT_RUNNING and time.monotonic() < deadline:
            time.sleep(0.01)
        slowest = 0.0
        for turn in range(50):
            began = time.monotonic()
            neighbour.update(made["id"], name_prefix=f"turn {turn}")
            Client(checking, checking.crowd).update(own["id"], name_prefix=f"turn {turn}")
            slowest = max(slowest, time.monotonic() - began)
        began = time.monotonic()
        neighbour.update(made["id"], hold_music_url=media.url("good"))
        assert slowest < 2 * FAST_S and time.monotonic() - began < 2 * FAST_S
        answers = [one.result() for one in asked]
    told = [(answer.status, answer.json["error"]) for answer in answers]
    assert set(told) == {(400, "invalid-request-error"), (503, "unavailable")}
    assert told.count((503, "unavailable")) >= 12
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status == 503)
    metrics = Client(checking, None).get("/metrics").body.decode()
    assert re.search(r"^dialin_hold_music_running 0$", metrics, re.MULTILINE)


def test_nothing_is_fetched_unless_it_is_on(own_server, media):
    own_server.start()
    media["unasked"] = answer(b"no music")
    Client(own_server, own_server.key).pinless(hold_music_url=media.url("unasked"))
    assert media.asked("unasked") == []


def test_who_names_music_while_it_stops_is_told_that_it_stops(tmp_path, media):
    """Its head was taken before the stop, its body comes after: nothing is looked at any more."""
    server = Server(tmp_path, "--hold-music-check", "on", "--hold-music-allow", HOST)
    key = server.add_key("acme")
    server.start()
    body = json.dumps({"type": "pinless_dialin", "phone_number": fresh_number(), "hold_music_url": media.url("good")}).encode()
    with Wire(server) as wire:
        wire.send(f"POST {CONFIGS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
                  f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:10])
        time.sleep(0.3)
        server.terminate()
        time.sleep(0.5)
        wire.send(body[10:])
        answer = wire.answer()
    assert answer.status == 503
    assert json.loads(answer.body)["info"] == "hold_music_url cannot be looked at now, because the node is stopping: nothing was stored"
    assert server.process.wait(PATIENCE_S) == 0


def test_nobody_but_the_server_of_the_url_is_asked(tmp_path, media):
    """Neither a proxy that the environment names, nor with a password that lies in the home directory."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text(f"machine {HOST} login somebody password secret\n")
    proxy = MusicServer("127.0.0.1")
    server = Server(tmp_path, "--hold-music-check", "on", "--hold-music-allow", HOST)
    client = Client(server, server.add_key("acme"))
    server.start(env={**os.environ, "HOME": str(home), **dict.fromkeys(("http_proxy", "all_proxy", "ALL_PROXY"), proxy.url())})
    media["alone"] = redirect(media.url("alone-at-last"))
    media["alone-at-last"] = answer(GOOD)
    client.pinless(hold_music_url=media.url("alone"))
    (head,) = media.asked("alone-at-last")
    assert proxy.arrived == 0 and b"Authorization" not in head and b"Referer" not in head
    assert server.stop() == 0
    proxy.close()


def test_media_of_an_authority_of_the_operators_own(tmp_path):
    authority = Authority(tmp_path, "authority")
    context = authority.serving(authority.issue("media", f"IP:{HOST}"))
    media = MusicServer(HOST, context=context)
    media["good"] = answer(GOOD)
    for options, status in (([], 400), (["--hold-music-ca", str(authority.file)], 200)):
        server = Server(tmp_path / f"{status}", "--hold-music-check", "on", "--hold-music-allow", HOST, *options)
        client = Client(server, server.add_key("acme"))
        server.start()
        client.post(CONFIGS, {"type": "pinless_dialin", "phone_number": fresh_number(), "hold_music_url": media.url("good")}).expect(status)
        assert server.stop() == 0
    media.close()
