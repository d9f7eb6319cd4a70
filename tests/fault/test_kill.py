"""SIGKILL under load at random moments, again and again: no answered write is missing, no move is half, the log proves itself, and views
rebuilt from the log equal those that survived. DIALIN_KILL_ROUNDS (100), DIALIN_SEED (printed)."""

import os
import random
import re
import shutil
import time

from fault.picture import differences, picture
from fault.worker import Worker
from live.client import Client, seed
from live.server import Server, run

ROUNDS = int(os.environ.get("DIALIN_KILL_ROUNDS", "100"))
WORKERS = 4
# Fresh data now and then: the beginning of a log is a moment, too, and comparing stays cheap.
ROUNDS_PER_DATA = 10


def rebuilt_views_equal_the_survivors(server: Server, tmp_path, draw: random.Random) -> None:
    """`server` runs on views that went through the kills; a copy of its log without views must answer the same."""
    survived = picture(server, draw=random.Random(1))
    copy = Server(server.home, data=tmp_path / "copy")
    copy.key, copy.output = server.key, server.home / "copy.txt"
    shutil.rmtree(copy.data, ignore_errors=True)
    copy.data.mkdir()
    shutil.copytree(server.data / "log", copy.data / "log", ignore=shutil.ignore_patterns("next.zeros", "*lock*", "LOCK"))
    copy.start()
    try:
        assert not differences(survived, picture(copy, draw=random.Random(1)))
    finally:
        copy.kill()


def test_killed_at_random_moments_nothing_answered_is_lost(server, tmp_path):
    drawn = seed()
    print("seed", drawn)
    draw = random.Random(drawn)
    memories: list[dict] = [{} for _ in range(WORKERS)]
    answered = 0
    for round in range(ROUNDS):
        if round % ROUNDS_PER_DATA == 0:
            server.kill()
            shutil.rmtree(server.data, ignore_errors=True)
            memories = [{} for _ in range(WORKERS)]
            server.start()
        workers = [Worker(server, random.Random(draw.random()), memory) for memory in memories]
        for worker in workers:
            worker.start()
        time.sleep(draw.choice((0.01, 0.1, 0.3)) * draw.random() * 2)
        server.kill()
        for worker in workers:
            worker.join()
            answered += worker.answered
        while draw.random() < 0.3:  # a start that is killed itself
            server.spawn()
            time.sleep(draw.random() * 0.08)
            server.kill()
        proof = run("verify", "--data", server.data)
        assert re.match(r"ok: \d+ records, head ", proof.stdout), f"round {round}: {proof.stdout}"
        began = time.monotonic()
        server.start()
        server.wait_ready()
        took_s = time.monotonic() - began
        if server.command()[0].endswith("release/dialin"):
            assert took_s < 2, f"round {round}: ready after {took_s} s"
        client = Client(server, server.key)
        try:
            for worker in workers:
                worker.check(client)
            client.close()
            if round % ROUNDS_PER_DATA == ROUNDS_PER_DATA - 1 or round == ROUNDS - 1:
                rebuilt_views_equal_the_survivors(server, tmp_path, draw)
        except AssertionError as failure:
            raise AssertionError(f"seed {drawn}, round {round}: {failure}") from failure
    print(f"{ROUNDS} kills, {answered} answered writes")
    assert answered > ROUNDS, "the load was none"
