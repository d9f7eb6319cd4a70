"""The unit for systemd as systemd reads it: without a fault, as closed as it can be, and open enough for the program."""

import pathlib
import re
import shutil
import signal
import subprocess
import sys

import pytest

from live.client import Client
from live.server import BINARY, ROOT, SANITIZED, run

UNIT = (ROOT / "docs/operations/dialin.service").read_text()
ANALYZE = shutil.which("systemd-analyze")
# Of 100, in tenths; a unit that says nothing has 96.
EXPOSED_MOST = 20


@pytest.fixture(scope="module")
def analyze():
    if not ANALYZE:
        pytest.skip("NOT TESTED: what systemd says of the unit needs systemd-analyze")

    def ask(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run([ANALYZE, *words], capture_output=True, text=True, timeout=60)
    return ask


@pytest.fixture
def unit(tmp_path) -> pathlib.Path:
    """With the program of this build, because systemd looks whether it is there."""
    path = tmp_path / "dialin.service"
    path.write_text(UNIT.replace("=/usr/bin/dialin ", f"={BINARY} "))
    return path


def calls_of(word: str, analyze) -> set[str]:
    """The names behind a word of SystemCallFilter=: a call, or a set that may name other sets."""
    if not word.startswith("@"):
        return {word}
    listed = [line.strip() for line in analyze("syscall-filter", "--no-pager", word).stdout.splitlines()[1:]]
    return {call for line in listed if line and not line.startswith("#") for call in calls_of(line, analyze)}


def allowed(analyze) -> set[str]:
    words = re.search(r"^SystemCallFilter=(.*)$", UNIT, re.MULTILINE)[1].split()
    return {call for word in words for call in calls_of(word, analyze)}


def test_systemd_finds_no_fault_in_it(analyze, unit):
    found = analyze("verify", str(unit))
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(("line", "wrong"), [("Type=notify", "Type=tells"), ("Restart=", "Restarts="),
                                             ("SystemCallFilter=@system-service", "SystemCallFilter=@services"),
                                             ("TimeoutStartSec=infinity", "TimeoutStartSec=long"), (str(BINARY), "/nowhere/dialin")])
def test_systemd_would_find_a_fault(analyze, unit, line, wrong):
    assert line in unit.read_text()
    unit.write_text(unit.read_text().replace(line, wrong))
    assert analyze("verify", str(unit)).stderr


def test_little_is_exposed(analyze, unit):
    found = analyze("security", "--offline=true", f"--threshold={EXPOSED_MOST}", str(unit))
    assert found.returncode == 0, found.stdout[-400:]
    unit.write_text("\n".join(line for line in unit.read_text().splitlines() if not line.startswith("SystemCall")))
    assert analyze("security", "--offline=true", f"--threshold={EXPOSED_MOST}", str(unit)).returncode != 0


def test_its_list_of_calls_leaves_the_program_its_own(analyze):
    code = re.sub(r"kRefused = \{[^}]*\}", "", (ROOT / "infra/sandbox/system_calls.cc").read_text())
    own = set(re.findall(r"SCMP_SYS\((\w+)\)", code))
    assert len(own) > 100 and own - allowed(analyze) == set()


def lists_of(server) -> int:
    return int(re.search(r"^Seccomp_filters:\t(\d+)$", pathlib.Path(f"/proc/{server.process.pid}/status").read_text(), re.MULTILINE)[1])


@pytest.mark.skipif(SANITIZED, reason="sanitizers trace the process from outside")
def test_a_server_lives_under_its_list_of_calls(analyze, server, own_server):
    own_server.under = ["env", f"PYTHONPATH={ROOT / 'tests'}", sys.executable, "-m", "live.allowed_calls", ",".join(sorted(allowed(analyze)))]
    own_server.start()
    assert lists_of(own_server) == lists_of(server) + 1, "its own within the unit's"
    client = Client(own_server, own_server.key)
    for _ in range(20):
        client.pinless()
    run("keyring", "rotate", own_server.keyring)
    own_server.process.send_signal(signal.SIGHUP)
    client.pinless()
    assert own_server.stop() == 0
    own_server.start()
    assert len(Client(own_server, own_server.key).all_events()) == 21
    assert own_server.stop() == 0 and "Operation not permitted" not in own_server.said()
