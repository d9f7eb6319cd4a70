"""A tenant that has a key and floods the store with it: the others wait for their turn, and for no more."""

import re
import statistics
import threading
import time

from hostile.wire import Wire, as_key
from live.client import Client

GREEDY_CONNECTIONS = 48  # so many of its writes wait at most: more than its share of 64, and less than all
PIPELINED = 40
ROUNDS = 3
QUIET_CALLS = 60
# The attackers are threads of the test, on the same two cores: what is bounded here is being starved, not the noise.
P99_MOST_S = 1.0


def put_seconds(client: Client, config_id: str, calls: int) -> list[float]:
    seconds = []
    for n in range(calls):
        began = time.perf_counter()
        client.put(f"/domain-dialin-config/{config_id}", {"name_prefix": f"Desk {began} {n}"}).expect(200)
        seconds.append(time.perf_counter() - began)
        time.sleep(0.005)
    return seconds


def p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98]


class Flood:
    """Whole bursts of writes on many connections, answered with 200 or refused with 503."""

    def __init__(self, server):
        self.server, self.stopping, self.sent, self.statuses = server, False, 0, set()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(GREEDY_CONNECTIONS)]

    def run(self, number: int) -> None:
        body = b'{"type":"pin_dialin"}'
        head = f"POST /domain-dialin-config HTTP/1.1\r\nHost: x\r\n{as_key(self.server.greedy_key)}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        with Wire(self.server, timeout=30) as wire:
            while not self.stopping:
                wire.send((head.encode() + body) * PIPELINED)
                statuses = {wire.answer().status for _ in range(PIPELINED)}
                with self.lock:
                    self.sent += PIPELINED
                    self.statuses |= statuses

    def __enter__(self) -> "Flood":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stopping = True
        for thread in self.threads:
            thread.join()


def test_a_flood_of_writes_starves_no_other_tenant(server):
    client = Client(server, server.key)
    config_id = client.pin()["id"]
    quiet, flooded, sent = [], [], 0
    for _ in range(ROUNDS):
        quiet.append(p99(put_seconds(client, config_id, QUIET_CALLS)))
        with Flood(server) as flood:
            flooded.append(p99(put_seconds(client, config_id, QUIET_CALLS)))
        sent += flood.sent
        assert flood.statuses <= {200, 503}, flood.statuses
    print(f"PUT p99 quiet {statistics.median(quiet) * 1000:.1f} ms, beside {sent} writes of another tenant {statistics.median(flooded) * 1000:.1f} ms")
    assert sent > ROUNDS * GREEDY_CONNECTIONS * PIPELINED
    assert statistics.median(flooded) < P99_MOST_S


def test_a_tenants_share_of_the_queue_is_bounded_and_others_find_room(own_server):
    own_server.options = ["--queue-max", "64"]
    own_server.start()
    client = Client(own_server, own_server.key)
    config_id = client.pin()["id"]
    with Flood(own_server) as flood:
        deadline = time.monotonic() + 20
        while 503 not in flood.statuses and time.monotonic() < deadline:
            time.sleep(0.05)
        statuses = [client.put(f"/domain-dialin-config/{config_id}", {"name_prefix": f"Desk {n}"}).status for n in range(100)]
    assert 503 in flood.statuses, "the greedy one was refused"
    assert statuses == [200] * 100, "and nobody else"
    metrics = Client(own_server, None).get("/metrics").body.decode()
    assert int(re.search(r"^dialin_writes_refused_share_total (\d+)", metrics, re.MULTILINE)[1]) > 0
