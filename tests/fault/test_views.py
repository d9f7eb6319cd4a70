"""The views can be deleted at any time, and are never believed when they are not this log's."""

import random
import shutil
import subprocess
import time

import pytest

from fault.picture import differences, picture
from fault.worker import Worker
from live.client import Client
from live.server import BINARY, NotServing, Server, run


def some_history(server: Server, writes: int = 60) -> dict:
    """Starts the server, lets a caller write, and leaves it stopped; what could be read at the end."""
    server.start()
    worker = Worker(server, random.Random(7))
    worker.start()
    while worker.answered < writes and worker.is_alive():
        time.sleep(0.01)
    server.stop()
    worker.join()
    assert worker.answered >= writes, worker.trouble
    server.start()
    seen = picture(server)
    server.stop()
    return seen


def test_deleted_views_are_rebuilt(server):
    before = some_history(server)
    shutil.rmtree(server.data / "views")
    server.start()
    assert not differences(before, picture(server))


def test_views_of_another_log_are_refused(server, tmp_path):
    some_history(server, 20)
    other = Server(tmp_path / "other")
    other.key = other.add_key("own")
    some_history(other, 20)
    shutil.rmtree(server.data / "views")
    shutil.copytree(other.data / "views", server.data / "views")
    with pytest.raises(NotServing) as refused:
        server.start()
    assert refused.value.status == 3
    assert "another log" in refused.value.output and "rm -r" in refused.value.output, "with the command that helps"
    shutil.rmtree(server.data / "views")
    server.start()


def test_views_ahead_of_a_log_that_was_cut_are_refused(server, tmp_path):
    """An older copy of the log under newer views: a second history must not be served."""
    some_history(server, 20)
    shutil.copytree(server.data / "log", tmp_path / "older")
    some_history(server, 20)
    shutil.rmtree(server.data / "log")
    shutil.copytree(tmp_path / "older", server.data / "log")
    with pytest.raises(NotServing) as refused:
        server.start()
    assert refused.value.status == 3 and "rm -r" in refused.value.output


@pytest.mark.parametrize("damage", ["garbage", "cut", "missing"])
def test_damaged_views_are_refused_or_answer_right_never_wrong(server, damage):
    before = some_history(server)
    for file in sorted((server.data / "views").rglob("*")):
        if file.is_file() and file.name.startswith(("MANIFEST", "CURRENT")):
            if damage == "garbage":
                file.write_bytes(b"\xff" * file.stat().st_size)
            elif damage == "cut":
                file.write_bytes(b"")
            elif file.name == "CURRENT":
                file.unlink()
    try:
        server.start()
    except NotServing as refused:
        assert refused.status == 3 and "rm -r" in refused.output
        shutil.rmtree(server.data / "views")
        server.start()
    assert not differences(before, picture(server))


def test_killed_while_rebuilding_it_begins_anew(server):
    """A log of many events, views deleted, and kills at random moments of the rebuild."""
    make_log = BINARY.parent / "tests/bench/make_log"
    subprocess.run([make_log, "--data", server.data, "--keyring", server.keyring, "--tenant", "own", "--configs", "2000", "--events", "50000",
                    "--ids", server.home / "ids.txt"], check=True, capture_output=True)
    server.start()
    before = picture(server, histories_max=20)
    server.stop()
    draw = random.Random(11)
    for _ in range(8):
        shutil.rmtree(server.data / "views", ignore_errors=True)
        for _ in range(3):
            server.spawn()
            time.sleep(draw.random() * 0.35)
            server.kill()
    server.start()
    assert not differences(before, picture(server, histories_max=20))
    assert run("verify", "--data", server.data).stdout.startswith("ok: ")
    assert not (server.data / "views" / "rebuilding").exists()
