"""A disk that is really full: writes are refused, nothing answered is lost, and it goes on by itself once there is room."""

import os
import pathlib
import random
import shutil
import subprocess
import time

import pytest

from live.client import Client
from live.server import NotServing, Server, run

SIZE_MB = 96
LARGE = "\U0001F4DE" * 3000  # of four bytes each: an update of it makes an event of some 24 kB


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("NOT TESTED: a full disk needs root and leave to mount a tmpfs")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def server(small_disk, tmp_path):
    server = Server(tmp_path / "server", data=small_disk / "data")
    server.key = server.add_key("own")
    yield server
    server.kill()


def fill(disk: pathlib.Path) -> pathlib.Path:
    ballast = disk / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while True:
                    file.write(b"\xff" * size)
            except OSError:
                pass
    return ballast


def write_until_refused(client: Client, ids: list[str], known: dict[str, set[int]]) -> None:
    """Large updates until the server says that it cannot; `known`: id → the versions that may be there."""
    for count in range(20_000):
        config_id = ids[count % len(ids)]
        answer = client.put(f"/domain-dialin-config/{config_id}", {"timeout_config": {"message": f"{count} {LARGE}"}})
        if answer.status == 200:
            known[config_id] = {answer.json["version"]}
            continue
        answer.expect(503)
        assert answer.json["error"] in ("unavailable", "outcome-unknown"), answer.json
        assert answer.headers["Retry-After"]
        if answer.json["error"] == "outcome-unknown":
            known[config_id] |= {max(known[config_id]) + 1}
        return
    raise AssertionError("the disk never was full")


def check(client: Client, known: dict[str, set[int]]) -> None:
    for config_id, versions in known.items():
        assert client.config(config_id)["version"] in versions, f"an answered write is missing, or a refused one is there: {config_id}"


def recovers(client: Client, config_id: str, known: dict[str, set[int]], patience_s: float = 30) -> None:
    deadline = time.monotonic() + patience_s
    count = 0
    while True:
        count += 1
        answer = client.put(f"/domain-dialin-config/{config_id}", {"name_prefix": f"room {count}"})
        if answer.status == 200:
            known[config_id] = {answer.json["version"]}
            return
        assert answer.expect(503).json["error"] in ("unavailable", "outcome-unknown")
        if answer.json["error"] == "outcome-unknown":
            known[config_id] |= {max(known[config_id]) + 1}
        assert time.monotonic() < deadline, f"writes did not come back: {answer.body!r}"
        time.sleep(0.05)


def test_full_disk_refuses_loses_nothing_and_recovers(server, small_disk):
    server.start()
    client = Client(server, server.key)
    ids = [client.pin(name_prefix="a")["id"] for _ in range(10)]
    known = {config_id: {1} for config_id in ids}
    for turn in range(2):
        ballast = fill(small_disk)
        write_until_refused(client, ids, known)
        assert client.get("/healthz").status == 200 and server.alive(), server.said()
        assert client.page()["total_count"] == 10, "reads go on"
        ready = client.get("/readyz")
        assert ready.status == 200 or (ready.status, ready.json["reasons"]) == (503, ["the disk of the views is full"]), ready.json
        answer = client.put(f"/domain-dialin-config/{ids[0]}", {"timeout_config": {"message": f"again {LARGE}"}})
        if answer.status == 200:
            known[ids[0]] = {answer.json["version"]}
        elif answer.json["error"] == "outcome-unknown":
            known[ids[0]] |= {max(known[ids[0]]) + 1}
        ballast.unlink()
        recovers(client, ids[turn], known)
        check(client, known)
        server.wait_ready()
    server.kill()
    assert run("verify", "--data", server.data).stdout.startswith("ok: ")
    server.start()
    check(Client(server, server.key), known)


def test_killed_on_a_full_disk_it_comes_back_once_there_is_room(server, small_disk):
    server.start()
    client = Client(server, server.key)
    ids = [client.pin(name_prefix="a")["id"] for _ in range(10)]
    known = {config_id: {1} for config_id in ids}
    ballast = fill(small_disk)
    write_until_refused(client, ids, known)
    server.kill()
    client.close()
    ballast.unlink()
    assert run("verify", "--data", server.data).stdout.startswith("ok: ")
    server.start()
    client = Client(server, server.key)
    check(client, known)
    recovers(client, random.Random(3).choice(ids), known)


def test_a_start_on_a_full_disk_says_so(server, small_disk):
    ballast = fill(small_disk)
    try:
        server.start()
    except AssertionError as refused:
        assert refused.status == 3 and "disk is full" in refused.output.lower().replace("no space left on device", "disk is full"), refused.output
    ballast.unlink()
    server.kill()
    server.start()
    Client(server, server.key).pin()


@pytest.mark.parametrize("views_are", ["whole", "missing"])
def test_a_start_that_has_no_room_for_its_views_asks_for_room_alone(server, small_disk, views_are):
    """Sound views are not to be removed: on a full disk they could not be built again."""
    server.start()
    client = Client(server, server.key)
    known = {client.pin()["id"]: {1}}
    client.close()
    server.kill()
    if views_are == "missing":
        shutil.rmtree(server.data / "views")
    ballast = fill(small_disk)
    with pytest.raises(NotServing) as refused:
        server.start()
    said = refused.value.output
    assert f"the disk is full, the views in {server.data}/views cannot be written: make room and start again" in said, said
    assert refused.value.status == 3 and "rm -r" not in said, said
    ballast.unlink()
    server.start()
    check(Client(server, server.key), known)
