"""An import that is killed, or whose disk is full, is gone on with by the same command, and ends with the same log. DIALIN_KILL_ROUNDS (100, a fifth
of which is taken), DIALIN_SEED (printed)."""

import os
import pathlib
import random
import re
import shutil
import subprocess
import time

import pytest

from live.chain_lines import Chain
from live.client import seed
from live.server import BINARY, run
from live.small_disk import SmallDisk

ROUNDS = max(1, int(os.environ.get("DIALIN_KILL_ROUNDS", "100")) // 5)
RECORDS = 20_000
VALUE = b'{"name": "' + b"n" * 600 + b'"}'


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> tuple[pathlib.Path, str]:
    """A file of lines, and the head of their chain."""
    chain = Chain()
    path = tmp_path_factory.mktemp("exported") / "chain.jsonl"
    with open(path, "w") as file:
        file.write(chain.lines())
        for _ in range(RECORDS):
            file.write(chain.add(b"dialin.test.large.v1", VALUE).line())
            del chain.links[0]
    return path, chain.head


def importing(data: pathlib.Path, lines: pathlib.Path) -> subprocess.Popen:
    with open(lines, "rb") as file:
        return subprocess.Popen([str(BINARY), "import", "--data", str(data)], stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def is_whole(data: pathlib.Path, head: str) -> None:
    assert run("verify", "--data", data, "--expect", head).stdout == f"ok: {RECORDS + 1} records, head {head}\n"


def test_killed_at_random_moments_it_ends_with_the_same_head(exported, tmp_path):
    lines, head = exported
    draw = random.Random(drawn := seed())
    print("seed", drawn)
    data, kills, broken_off = tmp_path / "data", 0, 0
    began = time.monotonic()
    assert importing(data, lines).wait(60) == 0
    took_s = time.monotonic() - began
    shutil.rmtree(data)
    while kills < ROUNDS:
        process = importing(data, lines)
        try:
            out, err = process.communicate(timeout=took_s * draw.random() / 2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
            if list(data.glob("log/*.segment")):
                proof = run("verify", "--data", data, check=None)
                # Killed before the first group there is a log without a record.
                found = re.match(r"ok: (\d+) records, head ", proof.stdout)
                assert found, f"seed {drawn}: {proof.stdout}{proof.stderr}"
                broken_off += 0 < int(found[1]) <= RECORDS
            continue
        assert process.returncode == 0 and out.endswith(f", head {head}\n"), f"seed {drawn}: {out}{err}"
        is_whole(data, head)
        shutil.rmtree(data)
    assert broken_off, "every kill came before the first group or after the last"
    process = importing(data, lines)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and out.endswith(f", head {head}\n"), f"seed {drawn}: {out}{err}"
    is_whole(data, head)


def test_a_full_disk_ends_it_and_with_room_it_goes_on(exported, tmp_path):
    lines, head = exported
    disk = SmallDisk(tmp_path / "disk", 48)
    if not disk.mount():
        pytest.skip("NOT TESTED: a full disk needs root and leave to mount a tmpfs")
    try:
        disk.ballast.write_bytes(b"\xff" * (40 << 20))
        data = disk.place / "data"
        process = importing(data, lines)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 3 and out == "", out + err
        assert f"{data}/log takes no records: No space left on device" in err
        kept = re.search(r"imported (\d+) records, head (\d+:[0-9a-f]{64}): they stay, and another run goes on behind them", err)
        assert kept and 0 < int(kept[1]) < RECORDS, err
        assert run("verify", "--data", data).stdout == f"ok: {kept[1]} records, head {kept[2]}\n"
        disk.make_room()
        process = importing(data, lines)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0 and out == f"imported {RECORDS + 1 - int(kept[1])} records, head {head}\n", out + err
        is_whole(data, head)
    finally:
        disk.unmount()
