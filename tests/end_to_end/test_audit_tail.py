"""`dialin tail` and `dialin history`: events as people read them, and as REST shows them."""

import json
import os
import re
import signal
import subprocess
import threading
import time
import uuid

import pytest

from live.client import Client
from live.server import BINARY, run
from live.story import CONFIGS, NASTY, tailed, tell

PATIENCE_S = 20


@pytest.fixture
def told(own_server):
    second = own_server.add_key("second")
    own_server.start()
    own_server.client = Client(own_server, own_server.key)
    own_server.story = tell(own_server.client, Client(own_server, second))
    return own_server


def test_every_record_is_told_in_order_with_what_changed(told):
    text = run("tail", "--data", told.data).stdout
    heads = [line.split() for line in text.splitlines() if not line.startswith(" ")]
    assert [int(head[0]) for head in heads] == list(range(1, len(heads) + 1))
    assert [head[2] for head in heads] == ["dialin.log.created.v1", "dialin.log.opened.v1", "ConfigCreated", "ConfigUpdated", "ConfigCreated", "ConfigDeleted",
                                           "ConfigCreated", "ConfigDeleted", "ConfigCreated"]
    assert '  name_prefix: "bell \\u{7} red \\u{1b}[31m csi \\u{9b}31m back \\u{202e} \\"quoted\\"" → "Reception"\n' in text
    assert re.search(r"  hmac: fingerprint [0-9a-f]{16} → fingerprint [0-9a-f]{16}\n", text)
    assert '  timeout_config.message: (none) → "Later"\n' in text
    assert f"  moved to {told.story.moved_to}" in text and f"  moved from {told.story.moved}" in text and "  restored from v1" in text
    assert f"actor {told.key_id(told.key)}  request " in text


@pytest.mark.parametrize("json_too", [[], ["--json"]], ids=["text", "json"])
def test_nothing_reaches_a_terminal_that_it_would_obey_and_no_secret(told, json_too):
    said = run("tail", "--data", told.data, *json_too).stdout + run("history", told.story.moved, "--data", told.data, *json_too).stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", said)
    for secret in told.story.secrets:
        assert secret not in said
    assert "sealed" not in said and "key_id" not in said


def test_json_is_what_rest_shows_with_the_tenant(told):
    shown = told.client.call("GET", "/events").expect(200).json["data"]
    events = tailed("--data", told.data, "--tenant", "own")
    assert {event.pop("tenant") for event in events} == {told.client.call("GET", "/").expect(200).json["domain_id"]}
    assert events == shown
    assert any(change["to"] == NASTY for event in events for change in event["changes"]), "the text is unharmed"
    history = [json.loads(line) for line in run("history", told.story.moved, "--data", told.data, "--json").stdout.splitlines()]
    of_rest = told.client.call("GET", f"{CONFIGS}/{told.story.moved}/history").expect(200).json["data"]
    assert [{name: value for name, value in event.items() if name != "tenant"} for event in history] == of_rest


def test_the_logs_own_records_say_what_they_say_in_json(told):
    created, opened = tailed("--data", told.data)[:2]
    log = json.loads(run("verify", "--json", "--data", told.data).stdout)["log"]
    assert (created["sequence"], created["ce_type"], created["log_id"]) == (1, "dialin.log.created.v1", log)
    assert (opened["ce_type"], opened["node"], opened["term"]) == ("dialin.log.opened.v1", "embedded", 1)


def test_only_what_is_asked_for(told):
    log = ["--data", told.data]
    everything = tailed(*log)
    names = [event.get("name") for event in everything]
    assert tailed(*log, "--after", 4) == everything[4:]
    assert tailed(*log, "--after", len(everything)) == []
    assert tailed(*log, "--last", 3) == everything[-3:]
    assert tailed(*log, "--last", 3, "--type", "ConfigCreated") == [event for event in everything if event.get("name") == "ConfigCreated"][-3:]
    both = tailed(*log, "--type", "ConfigDeleted", "--type", "ConfigUpdated")
    assert [event["name"] for event in both] == [name for name in names if name in ("ConfigDeleted", "ConfigUpdated")]
    assert tailed(*log, "--type", "dialin.config.updated.v1") == tailed(*log, "--type", "ConfigUpdated")
    assert [event["sequence"] for event in tailed(*log, "--type", "dialin.log.opened.v1")] == [2]
    [other] = tailed(*log, "--tenant", "second")
    assert other["config_id"] == told.story.other and tailed(*log, "--tenant", other["tenant"]) == [other]
    assert tailed(*log, "--tenant", "nobody") == []


@pytest.mark.parametrize("words,says", [(["--type", "ConfigCreate"], "ConfigCreated"), (["--after", "x"], "--after"), (["--last", "0"], "--last"),
                                        (["more"], "no option more")])
def test_wrong_use_is_said(told, words, says):
    done = run("tail", "--data", told.data, *words, check=2)
    assert done.stdout == "" and says in done.stderr


def test_what_is_not_there_is_said(told):
    assert "the log ends at record" in run("tail", "--data", told.data, "--after", 99, check=1).stderr
    unknown = run("history", uuid.uuid4(), "--data", told.data, check=1)
    assert unknown.stdout == "" and "no event of config" in unknown.stderr
    assert run("history", "7", "--data", told.data, check=2).stderr


class Follower:
    """`tail --follow --json` as a process; what it printed so far."""

    def __init__(self, *words):
        self.process = subprocess.Popen([BINARY, "tail", "--follow", "--json", *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.events: list[dict] = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def until(self, sequence: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not self.events or self.events[-1]["sequence"] < sequence:
            assert time.monotonic() < deadline and self.process.poll() is None, (self.events[-1:], self.process.poll())
            time.sleep(0.02)

    def end(self, how: int) -> None:
        self.process.send_signal(how)
        assert self.process.wait(PATIENCE_S) == 0
        assert self.process.stderr.read() == ""
        self.thread.join(PATIENCE_S)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_follow_goes_on_with_what_comes_and_ends_on_a_signal(told, how):
    follower = Follower("--data", told.data, "--after", 2)
    try:
        for n in range(3):
            made = told.client.call("POST", CONFIGS, {"type": "pin_dialin", "name_prefix": f"followed {n}"}).expect(200)
            follower.until(made.sequence)
        follower.end(how)
    finally:
        follower.process.kill()
    assert [event["sequence"] for event in follower.events] == list(range(3, made.sequence + 1)), "each once, in order"


def test_follow_survives_a_restart_and_a_kill_of_the_server(told):
    follower = Follower("--data", told.data, "--last", 1)
    try:
        told.stop()
        told.start()
        client = Client(told, told.key)
        follower.until(client.call("POST", CONFIGS, {"type": "pin_dialin"}).expect(200).sequence)
        for _ in range(3):
            for _ in range(20):
                client.call("POST", CONFIGS, {"type": "pin_dialin"}).expect(200)
            told.kill()
            told.start()
            client = Client(told, told.key)
        follower.until(client.call("POST", CONFIGS, {"type": "pin_dialin"}).expect(200).sequence)
        follower.end(signal.SIGTERM)
    finally:
        follower.process.kill()
    sequences = [event["sequence"] for event in follower.events]
    assert sequences == list(range(sequences[0], sequences[-1] + 1))


def test_following_a_log_that_is_still_costs_next_to_nothing(told):
    follower = Follower("--data", told.data)
    try:
        follower.until(9)
        time.sleep(0.5)
        before = cpu_s(follower.process.pid)
        time.sleep(3)
        assert cpu_s(follower.process.pid) - before < 0.3
        follower.end(signal.SIGINT)
    finally:
        follower.process.kill()


def cpu_s(pid: int) -> float:
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_reader_that_goes_ends_it_quietly(told):
    for n in range(100):
        told.client.call("POST", CONFIGS, {"type": "pin_dialin", "name_prefix": "x" * 256, "timeout_config": {"message": "y" * 4000}}).expect(200)
    for words in (["tail"], ["tail", "--follow"]):
        process = subprocess.Popen([BINARY, *words, "--data", told.data], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 0, words
        assert process.stderr.read() == b""
    follower = subprocess.Popen([BINARY, "tail", "--follow", "--last", "1", "--data", told.data], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    follower.stdout.readline()
    follower.stdout.close()
    told.client.call("POST", CONFIGS, {"type": "pin_dialin"}).expect(200)
    assert follower.wait(PATIENCE_S) == 0 and follower.stderr.read() == b"", "also while nothing but a new event is written"
