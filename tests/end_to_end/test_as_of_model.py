"""Random writes, and what was answered after each: the past answers the same, at every sequence and at times between, whatever happens to the node."""

import random
import shutil

from live.client import Client, seed
from live.past import Recording

TENANTS = 2
WRITES = 80


def test_the_past_answers_what_the_present_did(own_server):
    drawn = seed()
    print("seed", drawn)
    server = own_server
    keys = [server.add_key(f"tenant-{n}") for n in range(TENANTS)]
    server.start()
    clients = [Client(server, key) for key in keys]
    recording = Recording(random.Random(drawn), TENANTS)
    recording.begin(clients)

    def write(count: int) -> None:
        for _ in range(count):
            recording.write(clients)

    def check() -> None:
        assert recording.check_sequences(clients) > len(recording.moments) * 20
        assert recording.check_times(clients) > len(recording.moments) * 5
        recording.check_conditions(clients)

    def again(end: str) -> None:
        for client in clients:
            client.close()
        if end == "stop":
            assert server.stop() == 0
        else:
            server.kill()
        if end == "without views":
            shutil.rmtree(server.data / "views")
        server.start()

    write(WRITES // 2)
    check()
    again("kill")  # and another record of the log itself between the writes
    write(WRITES // 2)
    again("stop")
    check()
    again("without views")
    check()
