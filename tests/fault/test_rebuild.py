"""While views of an older schema are rebuilt: killed at any point, on a disk without room, nothing is lost and the next start goes on."""

import os
import random
import shutil
import time

import pytest

from fault.picture import differences, picture
from live.client import Client, seed
from live.schemas import make_log, make_views, views_of, wait_rebuilt
from live.server import Server, run
from live.small_disk import SmallDisk

KILLS = max(4, int(os.environ.get("DIALIN_KILL_ROUNDS", 100)) // 20)


def test_killed_at_random_moments_of_a_rebuild_the_next_start_goes_on(server, tmp_path):
    drawn = seed()
    draw = random.Random(drawn)
    make_log(server, 500, 15_000)
    make_views("older", server)
    shutil.copytree(server.data, tmp_path / "older")
    server.start()
    client = Client(server, server.key)
    wait_rebuilt(client)
    right = picture(server, histories_max=5)
    server.kill()
    shutil.rmtree(server.data)
    done, kept = 0, {}
    for kill in range(KILLS):
        if not server.data.exists():
            shutil.copytree(tmp_path / "older", server.data)
            kept = {}
        server.start()
        client = Client(server, server.key)
        for config_id, name in kept.items():
            assert client.config(config_id)["config"]["name_prefix"] == name, f"seed {drawn}, kill {kill}: an answered write is missing"
        config_id = draw.choice(right["listed"])["id"]
        kept[config_id] = f"name {kill}"
        client.update(config_id, name_prefix=kept[config_id])
        time.sleep(draw.random() * 0.5)
        rebuilt = "rebuilding" not in views_of(client)
        server.kill()
        client.close()
        done += rebuilt
        if rebuilt and kill < KILLS - 1:
            shutil.rmtree(server.data)
    server.start()
    client = Client(server, server.key)
    wait_rebuilt(client)
    for config_id, name in kept.items():
        client.update(config_id, name_prefix=next(config["config"]["name_prefix"] for config in right["listed"] if config["id"] == config_id))
    now = picture(server, histories_max=5)
    assert {config["id"]: config["config"] for config in now["listed"]} == {config["id"]: config["config"] for config in right["listed"]}, f"seed {drawn}"
    assert now["events"][:len(right["events"])] == right["events"], f"seed {drawn}"
    server.stop()
    shutil.move(server.data / "views", tmp_path / "views")
    server.start()
    assert not differences(now, picture(server, histories_max=5)), f"seed {drawn}: as rebuilt from nothing"
    assert run("verify", "--data", server.data).stdout.startswith("ok: ")
    print(f"{KILLS} kills, {done} rebuilds came to an end between them")


@pytest.mark.slow
def test_without_room_the_older_views_serve_on_until_there_is_some(tmp_path):
    disk = SmallDisk(tmp_path / "disk", 400)
    if not disk.mount():
        pytest.skip("NOT TESTED: a full disk needs root and leave to mount a tmpfs")
    server = Server(tmp_path / "server", data=disk.place / "data")
    server.key = server.add_key("own")
    try:
        ids = make_log(server, 100, 2000)
        make_views("older", server)
        leave_mb(disk, 100)
        server.start()
        client = Client(server, server.key)
        deadline = time.monotonic() + 10
        while "trouble" not in (views := views_of(client))["rebuilding"]:
            assert time.monotonic() < deadline, views
            time.sleep(0.05)
        assert "are needed, for the log, too; tried again in 5 s" in views["rebuilding"]["trouble"], views
        assert "new ones were not built: the disk has " in server.said()
        for number in range(50):
            client.update(ids[number], name_prefix=f"name {number}")
        assert client.page(limit=1)["total_count"] == 100
        disk.make_room()
        wait_rebuilt(client)
        assert client.get(f"/domain-dialin-config/{ids[3]}", query={"as_of": 50}).expect(200).json["version"] == 1
        assert client.config(ids[3])["config"]["name_prefix"] == "name 3"
    finally:
        server.kill()
        disk.unmount()


def leave_mb(disk: SmallDisk, megabytes: int) -> None:
    free = shutil.disk_usage(disk.place).free
    with open(disk.ballast, "wb") as ballast:
        ballast.write(bytes(free - (megabytes << 20)))
