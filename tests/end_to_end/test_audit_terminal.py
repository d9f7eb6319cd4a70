"""Progress of long work: on a terminal, at most ten times a second, and gone at the end; nowhere else."""

import os
import pty
import re
import select
import subprocess
import time

import pytest

from live.client import Client
from live.server import BINARY, Server, run
from live.story import CONFIGS

# Long enough to be shown even on a fast machine: the log is walked through a pipe that is read slowly.
LINE = re.compile(rb"\r *(\d+) %  ([\d,]+) records  ([\d,]+)/s(  \d[^\x1b]* left)?\x1b\[K")
CLEARED = b"\r\x1b[K"


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A log of some thousand large records."""
    server = Server(tmp_path_factory.mktemp("large"))
    key = server.add_key("acme")
    server.start()
    client = Client(server, key)
    for n in range(1200):
        client.call("POST", CONFIGS, {"type": "pin_dialin", "name_prefix": f"{n}", "timeout_config": {"message": "y" * 4000}}).expect(200)
    server.stop()
    return server


def on_terminal(*words, slowly: bool) -> tuple[int, bytes, bytes]:
    """Status, what went to the terminal on stderr, and what to stdout, a pipe that is read at once or slowly."""
    terminal, own = pty.openpty()
    process = subprocess.Popen([BINARY, *map(str, words)], stdout=subprocess.PIPE, stderr=own)
    os.close(own)
    said, printed = b"", b""
    open_ends = {terminal, process.stdout.fileno()}
    while open_ends:
        for end in select.select(list(open_ends), [], [], 30)[0]:
            try:
                data = os.read(end, 65536)
            except OSError:  # a terminal whose other end is closed
                data = b""
            if not data:
                open_ends.discard(end)
            elif end == terminal:
                said += data
            else:
                printed += data
                time.sleep(0.05 if slowly else 0)
    os.close(terminal)
    return process.wait(30), said, printed


def test_long_work_shows_how_far_it_is_and_clears_it(large):
    begun = time.monotonic()
    status, said, printed = on_terminal("export", "--data", large.data, slowly=True)
    elapsed = time.monotonic() - begun
    assert status == 0
    shown = LINE.findall(said)
    assert 2 <= len(shown) <= 10 * elapsed + 1
    assert [int(share) for share, *_ in shown] == sorted(int(share) for share, *_ in shown)
    assert any(left for *_, left in shown), "and how long it will take"
    assert said.endswith(CLEARED) and LINE.sub(b"", said) == CLEARED, "nothing else"
    assert printed.decode() == run("export", "--data", large.data).stdout


def test_short_work_shows_nothing(own_server):
    own_server.start()
    own_server.stop()
    for words in (["verify"], ["digest"], ["tail"], ["export"]):
        status, said, _ = on_terminal(*words, "--data", own_server.data, slowly=False)
        assert (status, said) == (0, b""), words


def test_in_pipes_and_files_there_is_none_of_it(large):
    for words in (["verify"], ["digest"], ["export"], ["verify", "--json"]):
        assert run(*words, "--data", large.data).stderr == "", words
