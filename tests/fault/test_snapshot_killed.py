"""SIGKILL while a snapshot or a replay is made, and while a node begins with one: nothing half is ever served, and the next run goes on.
DIALIN_SNAPSHOT_KILLS (20), DIALIN_SEED (printed)."""

import os
import random
import shutil
import subprocess
import threading
import time

import pytest

from fault.picture import differences, picture
from live.client import Client, seed
from live.replays import all_files, read_only, snapshot
from live.server import BINARY, NotServing, Server, run

KILLS = int(os.environ.get("DIALIN_SNAPSHOT_KILLS", "20"))
LARGE = "\U0001F4DE" * 3000


@pytest.fixture
def grown(server):
    """A server with a log of several segments, and a snapshot beside it."""
    server.start()
    client = Client(server, server.key)
    made = [client.pinless() for _ in range(50)]
    for turn in range(600):
        client.update(made[turn % 50]["id"], timeout_config={"message": f"{turn} {LARGE}"})
    client.close()
    server.then = picture(server)
    return server


def time_of(*words) -> float:
    began = time.monotonic()
    run(*words)
    return time.monotonic() - began


def killed(words: list, after_s: float) -> bool:
    """Whether it was killed before it was done."""
    process = subprocess.Popen([str(BINARY), *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after_s)
    process.kill()
    return process.wait() != 0


def test_making_one_is_killed(grown, tmp_path):
    drawn = seed()
    print("seed", drawn)
    draw = random.Random(drawn)
    took_s = time_of("snapshot", "--data", grown.data, "--out", tmp_path / "measured")
    interrupted = 0
    for kill in range(KILLS):
        out = tmp_path / f"out-{kill}"
        words = ["snapshot", "--data", grown.data, "--out", out]
        while killed(words, draw.random() * took_s * 1.1) and not out.exists():
            interrupted += 1
            if draw.random() < 0.5:
                break
        if not out.exists():
            run(*words)
        # Killed between the renaming and its end, too: what stands under the name is whole.
        assert not (tmp_path / f"out-{kill}.partial").exists()
        with read_only(grown, out) as past:
            assert not differences(grown.then, picture(past)), f"seed {drawn}"
        shutil.rmtree(out)
    print(f"{interrupted} were killed on the way")
    assert interrupted >= KILLS / 2


def test_the_first_start_is_killed(grown, tmp_path):
    """By the moment, and then by what is on the disk: whatever stands there, the next start serves all of it."""
    drawn = seed()
    print("seed", drawn)
    draw = random.Random(drawn)
    snapshot(grown.data, tmp_path / "snapshot")
    before = all_files(tmp_path / "snapshot")
    node = Server(tmp_path / "node", "--from-snapshot", str(tmp_path / "snapshot"), data=tmp_path / "node" / "data", secrets=grown.keys.parent)
    node.key = grown.key
    began = time.monotonic()
    node.start()
    took_s = time.monotonic() - began
    node.kill()
    halves = 0
    for kill in range(KILLS):
        shutil.rmtree(node.data)
        for _ in range(draw.randrange(1, 4)):
            node.spawn()
            time.sleep(draw.random() * took_s)
            node.kill()
            halves += (node.data / "snapshot.partial").exists()
        if (node.data / "snapshot.partial").exists() and not (node.data / "log").exists():
            node.options = []
            with pytest.raises(NotServing) as why:
                node.start()
            assert why.value.status == 3 and "was cut short" in why.value.output
            node.options = ["--from-snapshot", str(tmp_path / "snapshot")]
        node.start()
        assert not differences(grown.then, picture(node)), f"seed {drawn}, kill {kill}"
        assert not (node.data / "snapshot.partial").exists()
        node.kill()
        assert run("verify", "--data", node.data).stdout.startswith("ok: ")
    assert all_files(tmp_path / "snapshot") == before
    print(f"{halves} stood half")


def test_a_snapshot_of_a_server_that_is_being_written_to(server, tmp_path):
    """Each ends somewhere in the middle; what it holds is a beginning of the log, moves whole."""
    server.start()
    client = Client(server, server.key)
    ids = [client.pinless()["id"] for _ in range(10)]
    stop = threading.Event()

    def move_on() -> None:
        mover, turn = Client(server, server.key), 0
        while not stop.is_set():
            ids[turn % 10] = mover.move(ids[turn % 10], type="pin_dialin" if turn // 10 % 2 == 0 else "pinless_dialin")["id"]
            turn += 1

    mover = threading.Thread(target=move_on)
    mover.start()
    try:
        for count in range(10):
            time.sleep(0.1)
            sequence, record_id = snapshot(server.data, tmp_path / str(count))
            assert run("verify", "--data", tmp_path / str(count)).stdout == f"ok: {sequence} records, head {sequence}:{record_id}\n"
            run("verify", "--data", server.data, "--expect", f"{sequence}:{record_id}")
            with read_only(server, tmp_path / str(count)) as past:
                assert Client(past, past.key).page()["total_count"] == 10, "a move is a deletion and a creation, or neither"
    finally:
        stop.set()
        mover.join()
