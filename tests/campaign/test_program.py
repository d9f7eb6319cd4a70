"""script/fault says what it cannot do."""

import os
import subprocess

import pytest

from campaign.faults import plan
from live.server import ROOT

SCRIPT = ROOT / "script/fault"


def run(*words: str, status: int, **options) -> subprocess.CompletedProcess:
    done = subprocess.run([SCRIPT, *words], capture_output=True, text=True, timeout=30, **options)
    assert done.returncode == status, done
    return done


def test_its_help_names_every_option():
    told = run("--help", status=0).stdout
    assert all(option in told for option in ("--minutes", "--runs", "--seed", "--hand-overs", "--nodes", "--brokers", "--load-seconds", "--keep"))


@pytest.mark.parametrize("words, says", [(["--minutes", "0"], "count up from 1"), (["--nodes", "5"], "1 to 4"), (["--brokers", "2"], "--brokers"),
                                         (["--load-seconds", "1"], "5 at least"), (["--seed", "x"], "--seed"), (["--no-such"], "--no-such")])
def test_wrong_words_are_named(words, says):
    assert says in run(*words, status=2).stderr


def test_a_binary_that_is_missing_is_named(tmp_path):
    environment = {**os.environ, "DIALIN_BIN": str(tmp_path / "dialin")}
    assert "script/build makes it" in run("--seed", "1", status=3, env=environment).stderr


def test_a_seed_names_one_plan():
    assert plan(5, 3, 8, True) == plan(5, 3, 8, True)
    assert len({str(plan(seed, 3, 8, True)) for seed in range(50)}) == 50
