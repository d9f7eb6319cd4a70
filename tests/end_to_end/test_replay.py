"""`dialin replay` and `dialin serve --read-only`: what was answered then is answered again, and nothing is written."""

import datetime
import json
import os
import pathlib
import random
import shutil
import subprocess

import pytest

from live.client import Client, Stream, fresh_number, seed
from live.replays import all_files, every_answer, read_only, replay
from live.server import NotServing, Server, run


class Story:
    """A server that has been through creates, updates, deletions, moves and restores; after some of them everything that it answered is kept."""

    def __init__(self, server: Server, draw: random.Random):
        self.server, self.client = server, Client(server, server.key)
        self.ids: list[str] = []
        self.numbers: list[str] = []
        self.live: list[str] = []
        self.gone: list[str] = []
        self.then: dict[int, dict] = {}  # sequence → every answer
        self.moves: list[int] = []  # sequences of their deletions
        for step in range(60):
            self.do(draw)
            if step % 6 == 5:
                self.remember()
        self.remember()

    def do(self, draw: random.Random) -> None:
        kind = draw.choice(("create", "create", "update", "update", "delete", "move", "restore"))
        if kind == "create" or not self.live:
            made = self.client.pinless(name_prefix=f"desk {draw.random()}") if draw.random() < 0.5 else self.client.pin(phone_number=fresh_number())
            self.numbers.append(made["config"]["phone_number"])
            self.ids.append(made["id"])
            self.live.append(made["id"])
        elif kind == "update":
            self.client.update(draw.choice(self.live), timeout_config={"message": f"bye {draw.random()}"})
        elif kind == "delete":
            self.gone.append(self.live.pop(draw.randrange(len(self.live))))
            self.client.remove(self.gone[-1])
        elif kind == "move":
            at = draw.randrange(len(self.live))
            target = "pin_dialin" if self.client.config(self.live[at])["type"] == "pinless_dialin" else "pinless_dialin"
            answer = self.client.post(f"/domain-dialin-config/{self.live[at]}/move", {"type": target}).expect(200)
            self.moves.append(answer.sequence - 1)
            self.live[at] = answer.json["id"]
            self.ids.append(answer.json["id"])
        elif self.gone:
            back = self.gone[-1]
            if self.client.post(f"/domain-dialin-config/{back}/restore", {"version": 1}).status == 200:
                self.live.append(self.gone.pop())

    def remember(self) -> None:
        self.then[self.client.get("/").sequence] = every_answer(self.server, self.ids, self.numbers)

    def asked_then(self, sequence: int, server: Server) -> dict:
        """The same questions, put to another server."""
        paths = self.then[sequence]
        client = Client(server, server.key)
        answers = {path: client.get(path) for path in paths}
        client.close()
        return {path: (answer.status, answer.body) for path, answer in answers.items()}


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    drawn = seed()
    print("seed", drawn)
    server = Server(tmp_path_factory.mktemp("story"))
    server.key = server.add_key("own")
    server.start()
    yield Story(server, random.Random(drawn))
    server.kill()


def test_what_was_answered_then_is_answered_again(story, tmp_path):
    """Beside the server, which runs on; deleted configs, numbers that went from hand to hand, histories and pages, byte for byte."""
    for sequence in story.then:
        out = tmp_path / str(sequence)
        assert replay(story.server.data, sequence, out)[0] == sequence
        with read_only(story.server, out) as past:
            assert story.asked_then(sequence, past) == story.then[sequence]
            assert Client(past, past.key).get("/").sequence == sequence


def test_a_time_stands_for_the_last_record_that_is_not_later(story, tmp_path):
    client = Client(story.server, story.server.key)
    events = client.all_events(limit=1000)
    # One microsecond before the second half of a move stands the first.
    ends_move = {event["sequence"] for event in events if "moved_from" in event}
    sequence = next(sequence for sequence in list(story.then)[len(story.then) // 2:] if sequence not in ends_move)
    time = next(event["time"] for event in events if event["sequence"] == sequence)
    found, record_id = replay(story.server.data, time, tmp_path / "by-time")
    assert found == sequence
    assert record_id == next(event["event_id"] for event in events if event["sequence"] == sequence)
    with read_only(story.server, tmp_path / "by-time") as past:
        assert story.asked_then(sequence, past) == story.then[sequence]
    # One microsecond before, in another zone's words.
    before = max(event["sequence"] for event in events if event["time"] < time)
    at = f"{time[:-1]}+00:00"
    assert replay(story.server.data, at, tmp_path / "same")[0] == sequence
    assert replay(story.server.data, earlier(time), tmp_path / "before")[0] == before
    end = client.get("/").sequence
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    assert replay(story.server.data, now, tmp_path / "end")[0] == end
    done = run("replay", "--data", story.server.data, "--to", "1999-01-01T00:00:00Z", "--out", tmp_path / "none", check=1)
    assert done.stdout == "" and "the log has no record that early" in done.stderr and not (tmp_path / "none").exists()


def earlier(time: str) -> str:
    """One microsecond."""
    seconds, micros = time[:-1].split(".")
    assert int(micros) > 0, "as unlikely as one in a million"
    return f"{seconds}.{int(micros) - 1:06}Z"


def test_a_move_is_taken_whole(story, tmp_path):
    deletion = story.moves[0]
    assert replay(story.server.data, deletion, tmp_path / "at")[0] == deletion + 1
    assert replay(story.server.data, deletion + 1, tmp_path / "behind")[0] == deletion + 1
    event = next(event for event in Client(story.server, story.server.key).all_events(limit=1000) if event["sequence"] == deletion)
    assert event["moved_to"]
    assert replay(story.server.data, event["time"], tmp_path / "between")[0] == deletion + 1
    assert replay(story.server.data, earlier(event["time"]), tmp_path / "before")[0] < deletion
    with read_only(story.server, tmp_path / "between") as past:
        client = Client(past, past.key)
        client.get(f"/domain-dialin-config/{event['config_id']}").refused(404, "not-found")
        assert client.config(event["moved_to"])["id"] == event["moved_to"]


def test_the_log_of_a_replay_is_a_beginning_of_the_log(story, tmp_path):
    sequence, record_id = replay(story.server.data, 20, tmp_path / "out")
    assert run("verify", "--data", tmp_path / "out").stdout == f"ok: {sequence} records, head {sequence}:{record_id}\n"
    assert "ok: " in run("verify", "--data", story.server.data, "--expect", f"{sequence}:{record_id}").stdout


def test_a_replay_of_a_replay_and_its_line_of_json(story, tmp_path):
    replay(story.server.data, 20, tmp_path / "first")
    line = json.loads(run("replay", "--data", tmp_path / "first", "--to", 10, "--out", tmp_path / "second", "--json").stdout)
    assert line["sequence"] in (10, 11) and line["dir"] == str(tmp_path / "second")
    assert set(line) == {"log", "sequence", "id", "time", "dir"}


def test_nothing_is_written_to_a_directory_that_is_only_read(story, tmp_path):
    sequence, _ = replay(story.server.data, 20, tmp_path / "out")
    before = all_files(tmp_path / "out")
    with read_only(story.server, tmp_path / "out") as past:
        client = Client(past, past.key)
        ready = client.get("/readyz").expect(200).json
        assert (ready["role"], ready["applied"], ready["end"]) == ("read-only", sequence, sequence)
        config_id = client.page()["data"][0]["id"]
        writes = [("POST", "/domain-dialin-config", {"type": "pin_dialin"}), ("POST", "/domain-dialin-config", b"no JSON"),
                  ("PUT", f"/domain-dialin-config/{config_id}", {}), ("DELETE", f"/domain-dialin-config/{config_id}", None),
                  ("POST", f"/domain-dialin-config/{config_id}/move", {"type": "nonsense"}),
                  ("POST", "/domain-dialin-config/no-such-id/restore", {"version": 1})]
        for method, path, body in writes:
            assert "only reads" in client.call(method, path, body).refused(403, "forbidden-error")["info"]
            assert "only reads" in client.call(method, path, body, query={"dry_run": "true"}).refused(403, "forbidden-error")["info"]
        Client(past, None).post("/domain-dialin-config", {}).refused(400, "authorization-header-error")
        Client(past, "nonsense").post("/domain-dialin-config", {}).refused(401, "authentication-error")
        client.get("/domain-dialin-config", headers={"Dialin-Consistency": "strong"}).expect(200)
        client.get("/domain-dialin-config", query={"as_of": sequence - 3}).expect(200)
        client.get("/domain-dialin-config", query={"as_of": sequence + 1}).refused(400, "invalid-request-error")
    assert all_files(tmp_path / "out") == before


def test_the_stream_of_a_past_gives_it_and_then_waits(story, tmp_path):
    replay(story.server.data, 20, tmp_path / "out")
    with read_only(story.server, tmp_path / "out") as past:
        events = Client(past, past.key).all_events()
        stream = Stream(past, past.key, after=0, timeout=2)
        assert [message.data for message in stream.take(len(events))] == events
        with pytest.raises(TimeoutError):
            stream.next()
        stream.close()


def test_it_is_served_from_a_disk_that_takes_no_writes(story, tmp_path):
    replay(story.server.data, 20, tmp_path / "out")
    place = tmp_path / "mounted"
    place.mkdir()
    bind = ["mount", "--bind", tmp_path / "out", place]
    if os.geteuid() != 0 or subprocess.run(bind, capture_output=True).returncode:
        pytest.skip("NOT TESTED: a disk without writes needs root and leave to mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", place], check=True, capture_output=True)
        with pytest.raises(OSError):
            (place / "probe").write_text("x")
        with read_only(story.server, place) as past:
            assert Client(past, past.key).page()["total_count"] > 0
    finally:
        subprocess.run(["umount", "-l", place], check=True, capture_output=True)


def refused(of: Server, data: pathlib.Path, home: pathlib.Path, *options: str) -> str:
    server = Server(home, *(options or ("--read-only",)), data=data, secrets=of.keys.parent)
    with pytest.raises(NotServing) as why:
        server.start()
    assert why.value.status == 3, why.value.output
    return why.value.output


def test_a_directory_that_a_server_writes_to_is_not_served_beside_it(story, tmp_path):
    said = refused(story.server, story.server.data, tmp_path / "home")
    assert f"is in use by process {story.server.process.pid}" in said and "dialin replay" in said


def test_two_may_read_and_none_may_write_meanwhile(story, tmp_path):
    replay(story.server.data, 20, tmp_path / "out")
    with read_only(story.server, tmp_path / "out") as one:
        second = Server(tmp_path / "second", "--read-only", data=tmp_path / "out", secrets=story.server.keys.parent).start()
        assert Client(second, one.key).page() == Client(one, one.key).page()
        assert second.stop() == 0
        said = refused(story.server, tmp_path / "out", tmp_path / "third", "--sip-domain", "sip.dialin.local")
        assert "is in use by another process" in said


def test_a_stopped_servers_directory_can_be_served(own_server, tmp_path):
    own_server.start()
    Client(own_server, own_server.key).pinless()
    assert own_server.stop() == 0
    with read_only(own_server, own_server.data) as past:
        assert Client(past, past.key).page()["total_count"] == 1


def test_views_that_do_not_fit_the_log_are_refused_with_the_way_out(own_server, tmp_path):
    own_server.start()
    client = Client(own_server, own_server.key)
    made = client.pinless()
    own_server.kill()  # what was applied since the last flush is not on the disk
    said = refused(own_server, own_server.data, tmp_path / "behind")
    shutil.rmtree(own_server.data / "views")
    assert "there are none" in refused(own_server, own_server.data, tmp_path / "none")
    way_out = f"dialin replay --data {own_server.data} --to 3 --out "
    assert way_out in said and ("stand at record" in said or "there are none" in said), said
    replay(own_server.data, 3, tmp_path / "out")
    with read_only(own_server, tmp_path / "out") as past:
        assert Client(past, past.key).config(made["id"]) == made
    assert "there is no log" in refused(own_server, tmp_path / "nowhere", tmp_path / "empty")
    assert not (tmp_path / "nowhere").exists()


def test_a_key_that_the_ring_lacks_is_said(story, tmp_path):
    replay(story.server.data, 20, tmp_path / "out")
    stranger = Server(tmp_path / "stranger")
    stranger.add_key("own")
    assert "the key ring lacks key" in refused(stranger, tmp_path / "out", tmp_path / "home")


@pytest.mark.parametrize("words,culprit", [(["--out", "x"], "--to"), (["--to", "7"], "--out"), (["--to", "0", "--out", "x"], "--to"),
                                           (["--to", "yesterday", "--out", "x"], "--to"), (["--to", "-1", "--out", "x"], "--to"),
                                           (["--to", "7", "--out", "x", "--data", ""], "--data")], ids=" ".join)
def test_wrong_use(story, words, culprit, tmp_path):
    done = run("replay", *([] if "--data" in words else ["--data", story.server.data]), *words, check=2, cwd=tmp_path)
    assert done.stderr.startswith("dialin replay: ") and culprit in done.stderr
    assert not any(tmp_path.iterdir())


def test_read_only_goes_with_nothing_that_writes(tmp_path):
    for words in (["--dev"], ["--log", "kafka", "--kafka-brokers", "127.0.0.1:1"], ["--from-snapshot", "x"], ["--signing-key", "x"]):
        assert "--read-only" in run("serve", "--data", tmp_path / "x", "--read-only", *words, check=2).stderr
    assert not any(tmp_path.iterdir())


def test_more_than_the_log_holds_and_a_directory_that_is_there(story, tmp_path):
    done = run("replay", "--data", story.server.data, "--to", 1_000_000, "--out", tmp_path / "out", check=1)
    end = Client(story.server, story.server.key).get("/").sequence
    assert done.stdout == "" and f"the log ends at record {end}" in done.stderr
    future = run("replay", "--data", story.server.data, "--to", "2999-01-01T00:00:00Z", "--out", tmp_path / "out", check=1)
    assert "--to is in the future" in future.stderr
    assert not any(tmp_path.iterdir()), "nothing half is left"
    (tmp_path / "out").mkdir()
    replay(story.server.data, 20, tmp_path / "out")
    done = run("replay", "--data", story.server.data, "--to", 10, "--out", tmp_path / "out", check=3)
    assert "is there already" in done.stderr
    assert "ok: 2" in run("verify", "--data", tmp_path / "out").stdout
    assert "there is no log" in run("replay", "--data", tmp_path / "nowhere", "--to", 10, "--out", tmp_path / "other", check=3).stderr


def test_a_damaged_record_is_named_and_nothing_is_made(story, tmp_path):
    shutil.copytree(story.server.data / "log", tmp_path / "data" / "log")
    segment = next((tmp_path / "data" / "log").glob("*1.segment"))
    content = bytearray(segment.read_bytes())
    content[3000] ^= 1
    segment.write_bytes(content)
    done = run("replay", "--data", tmp_path / "data", "--to", 40, "--out", tmp_path / "out", check=1)
    assert "record " in done.stderr and segment.name in done.stderr
    assert not (tmp_path / "out").exists() and not (tmp_path / "out.partial").exists()


def test_a_directory_of_somebody_else_is_left_alone_whatever_its_name(story, tmp_path):
    (tmp_path / "out.partial").mkdir()
    (tmp_path / "out.partial" / "letters").write_text("mine")
    done = run("replay", "--data", story.server.data, "--to", 3, "--out", tmp_path / "out", check=3)
    assert "out.partial is there already" in done.stderr
    assert (tmp_path / "out.partial" / "letters").read_text() == "mine" and not (tmp_path / "out").exists()
