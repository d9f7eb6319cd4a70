"""Views of an older schema serve at once, while those of this one are built beside them: no read is refused, none answered wrongly."""

import os
import re
import shutil
import threading
import time

import pytest

from fixtures.make_data import picture as all_of
from live.client import Client, Stream
from live.schemas import make_log, make_views, unpack, views_of, wait_rebuilt
from live.server import NotServing, Server

CONFIGS, EVENTS = 3000, 60_000


@pytest.fixture
def schema_1(tmp_path):
    server, answers = unpack(1, tmp_path / "unpacked")
    yield server, answers
    server.kill()


@pytest.fixture(scope="module")
def older_made(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("older"))
    server.key = server.add_key("own")
    server.ids = make_log(server, CONFIGS, EVENTS)
    make_views("older", server)
    return server


@pytest.fixture
def older(older_made, tmp_path):
    """A log that takes a second to rebuild from, its views of schema 1; not started."""
    server = Server(tmp_path / "older", secrets=older_made.home)
    shutil.copytree(older_made.data, server.data)
    server.key, server.ids = older_made.key, older_made.ids
    yield server
    server.kill()


def test_what_the_last_program_with_schema_1_left_is_read_as_it_was(schema_1):
    server, answers = schema_1
    for start in range(2):
        server.start()
        clients = {tenant: Client(server, key) for tenant, key in answers["keys"].items()}
        for rebuilt in range(2):
            for tenant, client in clients.items():
                assert all_of(client) == answers["pictures"][tenant], f"start {start}, rebuilt {rebuilt}"
            wait_rebuilt(clients["north"])
        server.stop()


def test_its_past_can_be_asked_for_once_the_new_views_serve(schema_1):
    server, answers = schema_1
    server.start()
    clients = {tenant: Client(server, key) for tenant, key in answers["keys"].items()}
    wait_rebuilt(clients["north"])
    for tenant, client in clients.items():
        for event in answers["pictures"][tenant]["events"]:
            then = answers["answers"][str(event["sequence"])]
            answer = client.get(f"/domain-dialin-config/{event['config_id']}", query={"as_of": event["sequence"]})
            assert (answer.status, answer.json if then else None) == ((200, then) if then else (404, None)), event["sequence"]
        for step in answers["steps"]:
            assert client.page(as_of=step["sequence"]) == step["lists"][tenant], step["sequence"]


def test_until_then_the_past_is_refused_with_how_far_it_is(older):
    older.start()
    client = Client(older, older.key)
    path = f"/domain-dialin-config/{older.ids[0]}"
    asked = client.get(path, query={"as_of": EVENTS // 2})
    assert "rebuilding" in views_of(client), "it was too quick for this test"
    assert re.search(r"the views are being rebuilt: \d+ %", asked.refused(503, "unavailable")["info"])
    assert asked.headers["Retry-After"]
    client.get(path).expect(200)
    wait_rebuilt(client)
    client.get(path, query={"as_of": EVENTS // 2}).expect(200)


class Reader(threading.Thread):
    """Reads the same again and again, and keeps the first answer that was another one."""

    def __init__(self, server: Server, questions: list[tuple[str, dict]]):
        super().__init__(daemon=True)
        self.client = Client(server, server.key)
        self.expected = [(path, query, self.client.get(path, query=query).expect(200).body) for path, query in questions]
        self.stopping = threading.Event()
        self.answers = 0
        self.trouble = ""

    def run(self) -> None:
        while not self.stopping.is_set() and not self.trouble:
            for path, query, expected in self.expected:
                answer = self.client.get(path, query=query)
                if (answer.status, answer.body) != (200, expected):
                    self.trouble = f"{path} {query}: {answer.status} {answer.body[:300]!r}, not {expected[:300]!r}"
                self.answers += 1


class Writer(threading.Thread):
    """Creates and updates configs, and reads each back at once."""

    def __init__(self, server: Server):
        super().__init__(daemon=True)
        self.client = Client(server, server.key)
        self.stopping = threading.Event()
        self.written: dict[str, dict] = {}
        self.trouble: Exception | None = None

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                config = self.client.pin(name_prefix="meanwhile")
                config = self.client.update(config["id"], ivr_greeting={"message": f"number {len(self.written)}"})
                assert self.client.config(config["id"]) == config, "its own write"
                self.written[config["id"]] = config
        except Exception as trouble:
            self.trouble = trouble


def questions(server: Server) -> list[tuple[str, dict]]:
    """Whose answers no write changes."""
    ids = server.ids
    client = Client(server, server.key)
    number = client.config(ids[7])["config"]["phone_number"]
    asked = [(f"/domain-dialin-config/{config_id}", {}) for config_id in ids[:20]]
    asked += [("/domain-dialin-config", {"starting_after": ids[CONFIGS // 2], "limit": 20, "type": "pinless_dialin"}),
              ("/domain-dialin-config", {"phone_number": number}), (f"/numbers/{number}", {}), ("/events", {"after": EVENTS // 2, "limit": 20})]
    return asked + [(f"/domain-dialin-config/{config_id}/history", {"limit": 20}) for config_id in ids[:5]]


def shown(client: Client) -> dict:
    return {"listed": client.all_configs(), "events": client.all_events(after=EVENTS - 1000, limit=1000), "total_count": client.page(limit=1)["total_count"]}


@pytest.mark.slow
def test_no_read_is_refused_and_no_write_is_lost_while_views_are_rebuilt(older, tmp_path):
    older.start()
    watch = Client(older, older.key)
    readers = [Reader(older, questions(older)) for _ in range(2)]
    stream = Stream(older, older.key, after=EVENTS)
    writer = Writer(older)
    for thread in (*readers, writer):
        thread.start()
    seen = []
    deadline = time.monotonic() + 60
    while "rebuilding" in (views := views_of(watch)):
        seen.append((views["rebuilding"]["applied"], views["rebuilding"]["end"]))
        assert views["schema"] == 1 and views["rebuilding"]["schema"] == 2 and "trouble" not in views["rebuilding"], views
        assert time.monotonic() < deadline
    time.sleep(0.3)
    for thread in (*readers, writer):
        thread.stopping.set()
        thread.join()
    assert [reader.trouble for reader in readers] == ["", ""]
    assert writer.trouble is None and len(writer.written) > 5, writer.trouble
    assert sum(reader.answers for reader in readers) > 200
    assert seen == sorted(seen) and len(set(seen)) >= 3, "it tells how far it is"
    assert len([message for message in stream.take(2 * len(writer.written)) if message.id > EVENTS]) == 2 * len(writer.written), "the stream goes on"
    stream.close()
    for config_id, config in writer.written.items():
        assert watch.config(config_id) == config
        assert watch.get(f"/domain-dialin-config/{config_id}", query={"as_of": watch.history(config_id)[0]["sequence"]}).json["version"] == 1
    before = shown(watch)
    older.stop()
    assert os.readlink(older.data / "views/current") == "schema-2" and os.listdir(older.data / "views").count("schema-1") == 0
    (older.data / "views").rename(tmp_path / "views")
    older.start()
    assert shown(Client(older, older.key)) == before, "as rebuilt from nothing"


def test_a_stop_does_not_wait_for_the_new_views_and_the_next_start_goes_on(older):
    for _ in range(2):
        older.start()
        began = time.monotonic()
        assert older.stop() == 0
        assert time.monotonic() - began < 2
    older.start()
    wait_rebuilt(Client(older, older.key))
    assert Client(older, older.key).page(limit=1)["total_count"] == CONFIGS


def test_views_of_a_newer_program_are_refused_and_left_as_they_are(own_server):
    make_log(own_server, 10, 20)
    make_views("newer", own_server)
    files = sorted((own_server.data / "views").rglob("*.sst"))
    for _ in range(2):
        with pytest.raises(NotServing) as refused:
            own_server.start()
        assert refused.value.status == 3
        assert "have schema 3, this dialin knows 2: run the newer dialin that made them" in refused.value.output
    assert set(files) <= set((own_server.data / "views").rglob("*.sst"))
