"""SIGHUP: the files that a server follows are read at once, what came of each is said, and nobody is disturbed."""

import os
import signal
import threading
import time

import pytest

from live.certificates import Authority
from live.client import Client
from live.server import NotServing, run

SAID_WITHIN_S = 5
UNCHANGED, CHANGED, STAYS = " was looked at: it has not changed", " has changed and was read again", "what was read before stays in force: "


@pytest.fixture
def served(own_server, tmp_path):
    own_server.authority = Authority(tmp_path / "authority", "authority")
    own_server.pair = own_server.authority.issue("server")
    own_server.options = own_server.pair.options()
    own_server.tls = own_server.authority.trusting()
    own_server.start()
    own_server.followed = [own_server.keys, own_server.keyring, own_server.pair.certificate, own_server.pair.key]
    return own_server


def hang_up(server) -> int:
    """Sends it; how much had been said before."""
    at = len(server.said())
    server.process.send_signal(signal.SIGHUP)
    return at


def says(server, at: int, *texts: str, each: int = 1) -> str:
    deadline = time.monotonic() + SAID_WITHIN_S
    while not all(server.said()[at:].count(text) >= each for text in texts):
        assert time.monotonic() < deadline, f"{texts} not in {server.said()[at:]}"
        time.sleep(0.01)
    return server.said()[at:]


def test_all_that_is_followed_is_looked_at_and_told(served):
    said = says(served, hang_up(served), *(f"{file}{UNCHANGED}" for file in served.followed))
    assert said.count(UNCHANGED) == len(served.followed) and "SIGHUP: the files that are followed are read again" in said


def test_what_has_changed_counts_at_once(served):
    key = served.add_key("own")
    run("keyring", "rotate", served.keyring)
    renewed = served.authority.issue("renewed")
    for old, new in ((served.pair.key, renewed.key), (served.pair.certificate, renewed.certificate)):
        os.replace(new, old)
    hang_up(served)
    says(served, 0, *(f"{file}{CHANGED}" for file in served.followed))
    Client(served, key).pinless()


def test_what_is_broken_is_told_each_time_and_the_old_stays(served):
    whole = {file: file.read_bytes() for file in served.followed}
    for file in served.followed:
        file.write_bytes(b"{")
    for _ in range(2):
        at = hang_up(served)
        says(served, at, *(f"{STAYS}{file}" for file in (served.keys, served.keyring)))
        says(served, at, STAYS, each=len(served.followed))
    Client(served, served.key).pinless()
    served.keys.unlink()
    says(served, hang_up(served), f"{STAYS}{served.keys} is missing")
    for file, content in whole.items():
        file.write_bytes(content)
    served.keys.chmod(0o600)
    says(served, hang_up(served), *(str(file) for file in served.followed))
    Client(served, served.key).pinless()


def test_what_is_no_regular_file_is_told_and_holds_up_nothing(served):
    """Whoever opens a FIFO to read waits for one that writes, and here nobody ever does."""
    for file in served.followed:
        kept = file.with_suffix(".kept")
        file.rename(kept)
        os.mkfifo(file, 0o600)
        says(served, hang_up(served), f"{STAYS}{file} is not a regular file")
        file.unlink()
        kept.rename(file)
    run("keys", "revoke", "--file", served.keys, served.key_id(served.key))
    hang_up(served)
    says(served, 0, f"{served.keys}{CHANGED}")
    assert Client(served, served.key).get("/domain-dialin-config").status == 401
    served.keys.unlink()
    os.mkfifo(served.keys, 0o600)
    says(served, hang_up(served), f"{STAYS}{served.keys} is not a regular file")
    assert served.stop(15) == 0


@pytest.mark.parametrize("which", ["keys", "keyring"])
def test_a_start_with_what_is_no_regular_file_is_refused(own_server, which):
    file = getattr(own_server, which)
    file.unlink()
    os.mkfifo(file, 0o600)
    with pytest.raises(NotServing) as refused:
        own_server.start(10)
    assert refused.value.status == 3 and f"{file} is not a regular file" in refused.value.output


def test_it_disturbs_no_request_and_no_stop(served):
    answered, over = [], threading.Event()

    def call() -> None:
        client = Client(served, served.key)
        while not over.is_set():
            client.pin()
            answered.append(1)

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for _ in range(200):
        served.process.send_signal(signal.SIGHUP)
        time.sleep(0.002)
    over.set()
    for caller in callers:
        caller.join()
    assert len(answered) > 50 and len(Client(served, served.key).all_events()) == len(answered)
    served.process.send_signal(signal.SIGHUP)
    served.terminate()
    for _ in range(20):
        if served.process.poll() is None:
            served.process.send_signal(signal.SIGHUP)
        time.sleep(0.005)
    assert served.process.wait(15) == 0
    served.process = None
