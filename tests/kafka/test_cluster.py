"""script/cluster, as a newcomer would use it: started, tried by what it prints and by the README, stopped; and nothing of it runs on."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from end_to_end.readme import normalised, section, steps
from live.kafka_nodes import PORTS
from live.server import BINARY, ROOT

SCRIPT = ROOT / "script/cluster"
PATIENCE_S = 90
END_OF_STEP = "--- end of step ---"


def free_ten() -> int:
    """The first of three free ports that differ in their last digit alone, as 8081 to 8083 do."""
    for first in range(PORTS.start + 1, PORTS.stop, 10):
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError):
            for port in range(first, first + 3):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise AssertionError(f"no three free ports in a row in {PORTS}")


class Running:
    def __init__(self, *words: object):
        self.process = subprocess.Popen([SCRIPT, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        env={**os.environ, "DIALIN_BIN": str(BINARY)}, start_new_session=True)
        self.said = ""

    def listen(self, for_what: str) -> str:
        """What it says up to the line with this."""
        too_long = threading.Timer(PATIENCE_S, self.process.terminate)
        too_long.start()
        try:
            for line in self.process.stdout:
                self.said += line
                if for_what in line:
                    return self.said
        finally:
            too_long.cancel()
        raise AssertionError(f"it ended with status {self.process.wait()} without saying {for_what}:\n{self.said}")

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        self.said += self.process.communicate(timeout=PATIENCE_S)[0]
        return self.process.returncode


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("cluster") / "home"


@pytest.fixture(scope="module")
def cluster(home):
    first = free_ten()
    running = Running("--dir", home, "--port", first)
    try:
        running.first = first
        running.listen("Ctrl-C stops it all")
        yield running
    finally:
        if running.process.poll() is None:
            running.stop(signal.SIGTERM)


def processes_of(home) -> list[str]:
    """Those that name the directory on their command line."""
    found = []
    for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(home) in words:
                found.append(words)
    return found


def typed(commands: str) -> subprocess.CompletedProcess:
    return subprocess.run(["bash", "-c", commands], capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def test_what_it_prints_can_be_tried(cluster):
    assert re.findall(r"^  node(\d)  http://127.0.0.1:(\d+)  pid \d+  (?:leader|follower)$", cluster.said, re.MULTILINE) == [
        (str(number), str(cluster.first + number - 1)) for number in (1, 2, 3)]
    done = typed(re.search(r"^Try in another terminal:\n(.*?)^$", cluster.said, re.MULTILINE | re.DOTALL)[1])
    assert done.returncode == 0 and done.stderr == "", done.stdout + done.stderr
    before, *seconds, nothing_lost = done.stdout.splitlines()[-22:]
    assert before == "}" and nothing_lost == "2"
    first, last = (re.findall(r"node[123] (leader|follower) of term (\d+), ", line) for line in (seconds[0], seconds[-1]))
    assert [role for role, _ in first] == ["follower", "follower"] and sorted(role for role, _ in last) == ["follower", "follower", "leader"]
    assert int(last[0][1]) > int(first[0][1])


def test_the_readmes_session_answers_what_stands_there(cluster, home):
    session = steps("Several nodes")
    assert len(session) >= 3
    commands = "".join(f"{commands}\necho; echo '{END_OF_STEP}'\n" for commands, _ in session)
    for shown, here in (("/tmp/dialin-cluster-$(id -un)", str(home)), ("127.0.0.1:808", f"127.0.0.1:{cluster.first // 10}")):
        assert shown in commands
        commands = commands.replace(shown, here)
    done = typed(commands)
    for (told, expected), answer in zip(session, done.stdout.split(END_OF_STEP), strict=False):
        assert normalised(answer) == normalised(expected), f"{told}\n{answer}{done.stderr}"
    assert done.returncode == 0 and done.stderr == ""
    assert "script/cluster" in section("Several nodes")


def test_two_do_not_share_a_directory(cluster, home):
    second = Running("--dir", home, "--port", 0)
    with pytest.raises(AssertionError, match="status 3"):
        second.listen("Ctrl-C stops it all")
    assert f"another script/cluster runs in {home}" in second.said


def test_ctrl_c_stops_all_and_the_next_start_goes_on(cluster, home):
    assert cluster.stop(signal.SIGINT) == 0, cluster.said
    assert "cleanly" not in cluster.said and "all is stopped" in cluster.said
    assert processes_of(home) == []
    again = Running("--dir", home, "--port", 0, "--nodes", 1)
    try:
        again.listen("Ctrl-C stops it all")
        key, url = re.search(r"KEY=(\S+)", again.said)[1], re.search(r"(http://\S+)", again.said)[1]
        assert f"KEY={key}\n" in cluster.said
        kept = typed(f"curl -s -H 'Authorization: Bearer {key}' {url}/domain-dialin-config | jq -c '[.data[].config.name_prefix]'").stdout
        assert json.loads(kept) == ["Desk 100", "Front desk"], "what the two sessions left"
    finally:
        assert again.stop(signal.SIGTERM) == 0, again.said
    assert processes_of(home) == []


@pytest.mark.parametrize("seconds", [0.5, 3])
def test_it_can_be_stopped_while_it_starts(tmp_path, seconds):
    running = Running("--dir", tmp_path / "home", "--port", 0, "--wipe")
    time.sleep(seconds)
    assert running.stop(signal.SIGTERM) in (0, -signal.SIGTERM), running.said
    assert processes_of(tmp_path) == []


def test_it_ends_what_one_left_that_was_killed_and_leaves_nothing_when_it_is_told_so(tmp_path):
    home = tmp_path / "home"
    killed = Running("--dir", home, "--port", 0, "--nodes", 1)
    killed.listen("Ctrl-C stops it all")
    killed.process.kill()
    assert killed.process.wait() == -signal.SIGKILL and len(processes_of(home)) == 2, "a broker and a node"
    running = Running("--dir", home, "--port", 0, "--nodes", 1, "--wipe")
    assert "ending node1, which an earlier run left" in running.listen("Ctrl-C stops it all")
    assert running.stop(signal.SIGTERM) == 0
    assert not home.exists() and processes_of(home) == []


def test_a_port_that_is_taken_is_named_and_nothing_runs_on(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        running = Running("--dir", tmp_path / "home", "--port", port, "--nodes", 1)
        with pytest.raises(AssertionError, match="status 3"):
            running.listen("Ctrl-C stops it all")
    assert f"127.0.0.1:{port}" in running.said and "in use" in running.said
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize("words", [["--nonsense"], ["--nodes", "0"], ["--port", "65535"], ["--version", "4"], ["start"]])
def test_wrong_words_are_named(tmp_path, words):
    running = Running("--dir", tmp_path / "home", *words)
    assert running.process.wait(PATIENCE_S) == 2
    assert words[0] in running.process.stdout.read() and not (tmp_path / "home").exists()


def test_help_tells_every_option():
    told = subprocess.run([SCRIPT, "--help"], capture_output=True, text=True, check=True).stdout
    assert all(f"{option} " in told for option in ("--nodes", "--brokers", "--version", "--port", "--wipe", "--dir")) and "Exit status" in told
