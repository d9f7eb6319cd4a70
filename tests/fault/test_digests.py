"""Replays in random order of a server that is stopped and killed: to the same record they have the same state, whenever they are made, and it is
that of the log. DIALIN_REPLAYS (100), DIALIN_SEED (printed)."""

import os
import random
import shutil
import time

from fault.worker import Worker
from live.client import seed
from live.replays import replay, snapshot
from live.server import run

REPLAYS = int(os.environ.get("DIALIN_REPLAYS", "100"))
REPLAYS_PER_ROUND = 5
WORKERS = 3


def digest(*words) -> str:
    return run("digest", *words).stdout.strip()


def test_replays_between_stops_and_kills_have_equal_digests(server, tmp_path):
    drawn = seed()
    print("seed", drawn)
    draw = random.Random(drawn)
    memories: list[dict] = [{} for _ in range(WORKERS)]
    known: dict[int, str] = {}  # sequence → the digest that it had first
    made = kills = 0
    while made < REPLAYS:
        server.start()
        workers = [Worker(server, random.Random(draw.random()), memory) for memory in memories]
        for worker in workers:
            worker.start()
        time.sleep(draw.uniform(0.02, 0.15))
        beside = draw.random() < 0.3  # while it is written to
        if beside:
            snapshot(server.data, tmp_path / "beside")
        if draw.random() < 0.6:
            server.kill()
            kills += 1
        else:
            assert server.stop() == 0
        for worker in workers:
            worker.join()
        end = int(run("verify", "--data", server.data).stdout.split()[1])
        if beside:
            assert digest("--data", tmp_path / "beside") == digest("--data", tmp_path / "beside", "--views")
            shutil.rmtree(tmp_path / "beside")
        for _ in range(REPLAYS_PER_ROUND):
            wanted = draw.choice(list(known)) if known and draw.random() < 0.4 else draw.randrange(1, end)
            out = tmp_path / f"out-{made}"
            sequence, record_id = replay(server.data, wanted, out)
            assert sequence in (wanted, wanted + 1)
            found = digest("--data", out)
            where = f"seed {drawn}: record {sequence}"
            assert found == digest("--data", out, "--views"), f"{where}: the views of the replay"
            assert found == digest("--data", server.data, "--at", wanted) == digest("--data", server.data, "--at", sequence), f"{where}: the log"
            assert known.setdefault(sequence, found) == found, f"{where}: another than before"
            run("verify", "--data", server.data, "--expect", f"{sequence}:{record_id}")
            shutil.rmtree(out)
            made += 1
    assert len(set(known.values())) > len(known) / 4, "states that are all alike say nothing"
    print(f"{made} replays to {len(known)} records, {kills} kills")
