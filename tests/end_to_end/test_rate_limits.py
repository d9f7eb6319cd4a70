"""What a key may ask for in a time, when the server has limits: who keeps to them never meets them, and who does not is told when to come again."""

import re
import threading
import time

import pytest

from live.client import Client, Stream
from live.server import SANITIZED

WINDOW = r'"(\w+)";r=(\d+)(?:;t=(\d+))?'


@pytest.fixture
def limited(own_server):
    """Starts a server with these windows."""
    def start(windows: str) -> "Client":
        own_server.options = ["--rate-limit", windows]
        own_server.start()
        return Client(own_server, own_server.key)
    return start


def left(answer) -> dict[str, int]:
    return {name: int(count) for name, count, _ in re.findall(WINDOW, answer.headers["RateLimit"])}


def burst(client: Client, count: int) -> list[int]:
    return [client.get("/").status for _ in range(count)]


def test_off_by_default(client):
    answer = client.get("/").expect(200)
    assert answer.headers["RateLimit"] is None and answer.headers["RateLimit-Policy"] is None
    assert burst(client, 300) == [200] * 300


def test_who_keeps_to_the_rate_is_never_refused(limited):
    client = limited("40/1s,400/10s")
    statuses, began = [], time.monotonic()
    for n in range(160):
        time.sleep(max(0.0, began + n / 40 - time.monotonic()))
        statuses.append(client.get("/").status)
    assert statuses == [200] * 160


def test_a_burst_is_let_through_and_no_more(limited):
    client = limited("10/10s")
    assert burst(client, 10) == [200] * 10
    answer = client.get("/")
    answer.refused(429, "rate-limit-error")
    assert left(answer) == {"10s": 0} and answer.headers["Retry-After"] == "1"
    problem = client.get("/", headers={"Accept": "application/problem+json"}).expect(429)
    assert problem.headers["Content-Type"] == "application/problem+json" and problem.json["status"] == 429


@pytest.mark.skipif(SANITIZED, reason="its calls take too long for the short window")
def test_of_two_windows_both_must_have_room(limited):
    client = limited("5/1s,8/1h")
    assert burst(client, 6) == [200] * 5 + [429]
    time.sleep(1.0)
    statuses = burst(client, 4)
    assert statuses == [200] * 3 + [429], "the hour's room is used up"
    answer = client.get("/").expect(429)
    assert left(answer)["3600s"] == 0 and left(answer)["1s"] > 0, "and a refusal takes nothing of the second's"
    assert int(answer.headers["Retry-After"]) > 400


def test_a_limit_is_a_keys_and_not_its_tenants_or_a_connections(own_server, limited):
    second, other = own_server.add_key("own"), own_server.add_key("other")
    client = limited("20/1h")
    lock, statuses = threading.Lock(), []

    def call() -> None:
        mine = Client(own_server, own_server.key)
        got = burst(mine, 5)
        mine.close()
        with lock:
            statuses.extend(got)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 20 + [429] * 20, "over all connections"
    for key in (second, other):
        assert burst(Client(own_server, key), 21) == [200] * 20 + [429]
    client.call("GET", "/healthz").expect(200)
    assert Client(own_server, None).get("/metrics").body.decode().count("dialin_requests_rate_limited_total 22\n") == 1


def test_after_the_time_that_was_told_there_is_room(limited):
    client = limited("2/4s")
    assert burst(client, 3) == [200, 200, 429]
    for _ in range(2):
        answer = client.get("/").expect(429)
        time.sleep(int(answer.headers["Retry-After"]))
        client.get("/").expect(200)


def test_every_answer_to_a_key_tells_where_it_stands(own_server, limited):
    client = limited("50/5s,500/1m")
    made = client.post("/domain-dialin-config", {"type": "pin_dialin"}).expect(200)
    path = f"/domain-dialin-config/{made.json['id']}"
    stream = Stream(own_server, own_server.key)
    answers = [
        made, client.get(path).expect(200), client.get(path, headers={"If-None-Match": made.etag}).expect(304),
        client.put(path, {"name_prefix": "Desk"}).expect(200), client.put(path, {"name_prefx": "Desk"}).expect(400), client.put(path, b"{").expect(400),
        client.get("/domain-dialin-config").expect(200), client.get(f"{path}/history").expect(200), client.get("/events").expect(200),
        client.get("/numbers/+12").expect(404), client.call("PATCH", path).expect(405),
        client.put(path, {"name_prefix": "x"}, headers={"If-Match": '"99"'}).expect(412), client.get("/", headers={"Dialin-Min-Sequence": "99999"}).expect(503),
        client.call("HEAD", path).expect(200), client.delete(path).expect(200), stream,
    ]
    for answer in answers:
        assert answer.headers.get_all("RateLimit-Policy") == ['"5s";q=50;w=5, "60s";q=500;w=60'], answer
        assert re.fullmatch(f"{WINDOW}, {WINDOW}", answer.headers["RateLimit"]), answer.headers["RateLimit"]
    stream.close()
    for answer in (client.get("/healthz"), client.get("/nowhere"), Client(own_server, None).get("/"), Client(own_server, "unknown").get("/")):
        assert answer.headers["RateLimit"] is None


def test_keys_that_are_added_change_nothing_for_those_that_are_there(own_server, limited):
    client = limited("5/1h")
    assert burst(client, 6) == [200] * 5 + [429]
    added = own_server.add_key("own")
    newcomer, deadline = Client(own_server, added), time.monotonic() + 10
    while newcomer.get("/").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert burst(client, 3) == [429] * 3, "the keys were read again, the limit goes on"


@pytest.mark.parametrize("windows", ["20", "0/1s", "20/1d", "20/1s,", "20/1s,5/1s", "1/1s,1/2s,1/3s,1/4s,1/5s"])
def test_what_is_no_limit_is_refused_at_the_start(own_server, windows):
    own_server.options = ["--rate-limit", windows]
    with pytest.raises(AssertionError) as refused:
        own_server.start()
    assert refused.value.status == 2 and "--rate-limit must be COUNT/TIME" in refused.value.output
