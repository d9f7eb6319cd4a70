"""What subscribers see of a real log among strays of every kind, and that the examples of docs/subscribing.md print exactly that."""

import concurrent.futures
import contextlib
import json
import re
import runpy

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from kafka import consumers
from kafka.history import make_topic
from kafka.strays import Raw, all_of, produce
from live.server import ROOT
from live.server import run as dialin


def line(record: Raw) -> str:
    return b" ".join([b"%d" % record.offset, *(record.header(name) for name in ("ce_id", "ce_sequence", "ce_type")),
                      record.header("ce_subject") or b"-"]).decode()


def place(record: Raw) -> tuple[str, int, str]:
    return "--after", record.offset, record.header("ce_id").decode()


@pytest.fixture(scope="session")
def commands(history, tmp_path_factory) -> dict[str, list[str]]:
    compiled = consumers.java_compiled(tmp_path_factory.mktemp("java"), history.brokers, history.topic, "--until-end")
    return {"consume.py": consumers.python(), "consume.sh": consumers.shell(), "Consume.java": compiled}


@pytest.fixture(params=["consume.py", "consume.sh", "Consume.java"])
def command(request, commands) -> list[str]:
    return commands[request.param]


def each(calls: list[tuple]) -> list:
    """What they give, some at a time: the programs that they start mostly wait."""
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        return list(pool.map(lambda call: call[0](*call[1:]), calls))


def test_the_chain_is_the_nodes_own_copy_and_what_rest_tells(history):
    raw, chain = history.raw(), history.chain()
    assert len(raw) > 100 and len(chain) > 12
    assert dialin("verify", "--data", history.node.data).stdout == f"ok: {len(chain)} records, head {len(chain)}:{chain[-1].header('ce_id').decode()}\n"
    assert [int(record.header("ce_sequence")) for record in chain] == list(range(1, len(chain) + 1))
    told = [(event["sequence"], event["event_id"], event["config_id"], event["name"], event["version"]) for event in history.events()]
    values = [(record, json.loads(record.value)) for record in chain if record.key]
    assert told == [(int(record.header("ce_sequence")), record.header("ce_id").decode(), record.key.decode(), value["name"], value["version"]) for record,
                    value in values]


def test_the_node_counts_what_it_skips(history):
    """All of them, since it began at offset 0, but for its marks."""
    marks = history.marks()
    assert len(marks) > 1 and history.strays_counted() == len(history.raw()) - len(marks) - len(history.chain())


def test_an_open_transaction_hides_the_end_from_who_reads_committed_only(history):
    assert all_of(history.brokers, history.topic, "read_committed")[-1].offset < history.chain()[-1].offset


def test_each_consumer_prints_exactly_the_chain(history, command):
    printed = consumers.run(command, history.brokers, history.topic, "--until-end").stdout
    assert printed.splitlines() == [line(record) for record in history.chain()]


def test_java_runs_from_its_source(history):
    printed = consumers.run(consumers.java_source(), history.brokers, history.topic, "--until-end").stdout
    assert printed.splitlines() == [line(record) for record in history.chain()]


def test_each_consumer_resumes_from_every_place(history, command):
    chain = history.chain()

    def resumed(at: int) -> list[str]:
        return consumers.run(command, history.brokers, history.topic, *place(chain[at]), "--until-end").stdout.splitlines()

    for at, printed in enumerate(each([(resumed, at) for at in range(len(chain))])):
        assert printed == [line(record) for record in chain[at + 1:]], f"behind record {at + 1}"


def test_each_consumer_follows_what_comes(history, command):
    acme, _ = history.clients()
    before = history.chain()
    with consumers.following(command, history.brokers, history.topic, *place(before[-2])) as process:
        assert consumers.lines(process, 1) == [line(before[-1])]
        history.stray()
        acme.pinless()
        assert consumers.lines(process, 1) == [line(history.chain()[-1])]


def test_the_hashes_are_proved(history, commands):
    printed = consumers.run(commands["consume.py"], history.brokers, history.topic, "--until-end", "--prove").stdout
    assert printed.splitlines() == [line(record) for record in history.chain()]


def test_a_record_whose_content_was_changed_is_found_by_its_hash(history, commands, topic):
    chain = history.chain()
    changed = chain[2]
    changed.value = changed.value.replace(b"Front desk", b"Back  desk")
    copy_to(history, topic, chain)
    stopped = consumers.run(commands["consume.py"], history.brokers, topic, "--until-end", "--prove", status=1)
    assert len(stopped.stdout.splitlines()) == 2 and "offset 2 is not what its hash says" in stopped.stderr


def copy_to(history, topic: str, chain: list[Raw]) -> None:
    """The chain alone, in a topic of its own: record n at offset n - 1."""
    produce(history.brokers, make_topic(history.brokers, topic), [{"key": record.key, "value": record.value, "headers": record.headers} for record in chain])


def broken(record: Raw) -> list[Raw]:
    """What claims the place of the record that it is made of, but is none."""
    without = [Raw(0, record.key, record.value, [(name, value) for name, value in record.headers if name != left_out])
               for left_out in ("ce_id", "ce_sequence", "ce_type")]
    empty = [Raw(0, record.key, record.value, record.but(**{name: None})) for name in ("ce_id", "ce_type")]
    return [*without, *empty, Raw(0, record.key, record.value, record.but(ce_id=b"\n")), Raw(0, record.key, None, record.headers),
            Raw(0, record.key, record.value, [*record.headers, ("ce_id", record.header("ce_id"))])]


def test_each_consumer_stops_at_what_stands_in_a_records_place_but_is_none(history, commands, topic):
    """The chain's beginning again and again in one topic, each time with another broken record behind it."""
    start = history.chain()[:3]
    ways = broken(history.chain()[3])
    copy_to(history, topic, [record for way in ways for record in (*start, way)])
    began = all_of(history.brokers, topic)[2::4]

    def stopped(command: list[str], at: int) -> None:
        done = consumers.run(command, history.brokers, topic, *place(began[at]), "--until-end", status=1)
        assert done.stdout == "" and f"the record at offset {began[at].offset + 1} is none" in done.stderr

    each([(stopped, command, at) for command in commands.values() for at in range(len(ways))])


def test_each_consumer_stops_when_the_topic_is_not_what_it_was(history, commands, topic):
    """The saved place in another log, at its very end, behind it, and a topic that has lost its beginning."""
    chain = history.chain()
    copy_to(history, topic, chain[:4])

    def stopped(command: list[str], *saved: object) -> None:
        assert consumers.run(command, history.brokers, topic, *saved, "--until-end", status=1).stdout == ""

    elsewhere = [("--after", offset, chain[6].header("ce_id").decode()) for offset in (3, 4, 9)]
    each([(stopped, command, *saved) for command in commands.values() for saved in elsewhere])
    admin = AdminClient({"bootstrap.servers": history.brokers})
    for cut in admin.delete_records([TopicPartition(topic, 0, 1)]).values():
        cut.result(30)
    each([(stopped, command) for command in commands.values()])


def test_each_consumer_stops_when_the_topic_under_it_is_made_anew(history, commands, topic):
    chain = history.chain()
    copy_to(history, topic, chain[:4])
    with contextlib.ExitStack() as running:
        followers = [running.enter_context(consumers.following(command, history.brokers, topic)) for command in commands.values()]
        for follower in followers:
            assert len(consumers.lines(follower, 4)) == 4
        admin = AdminClient({"bootstrap.servers": history.brokers})
        admin.delete_topics([topic])[topic].result(30)
        copy_to(history, topic, chain[:1])
        for follower in followers:
            assert follower.wait(consumers.PATIENCE_S) == 1 and not follower.stdout.read()


def test_each_consumer_names_wrong_words(history, command):
    for words in ([], ["--nonsense"], ["--after", "3"], ["--after", "x", "0" * 64]):
        done = consumers.run(command, *([history.brokers, history.topic] if words else []), *words, status=2)
        assert done.stdout == "" and done.stderr


def test_a_move_is_two_records_in_a_row(history):
    chain = history.chain()
    moves = [at for at, record in enumerate(chain) if b'"moved_to"' in record.value]
    assert len(moves) == 2
    for at in moves:
        deleted, created = json.loads(chain[at].value), json.loads(chain[at + 1].value)
        successor = deleted["moved_to"]
        assert chain[at + 1].key.decode() == successor.pop("id") and created["moved_from"] == chain[at].key.decode()
        assert created == successor


def test_the_records_are_cloud_events(history):
    for record in history.chain():
        event = from_binary_event(KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value))
        assert event.get_specversion() == "1.0" and event.get_datacontenttype() == "application/json"
        assert event.get_id().encode() == record.header("ce_id") and event.get_type().encode() == record.header("ce_type")
        assert re.fullmatch(r"/dialin/[0-9a-f-]{36}", event.get_source())
        assert event.get_time().strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode() == record.header("ce_time")
        assert event.get_subject() == event.get_extension("partitionkey") == (record.key.decode() if record.key else None)
        assert event.get_data() == json.loads(record.value)
        assert event.get_extension("sequence").encode() == record.header("ce_sequence")
        assert event.get_extension("previousid").encode() == record.header("ce_previousid")


def test_the_document_shows_the_examples_by_linking_them():
    text = (ROOT / "docs/subscribing.md").read_text()
    examples = list(consumers.EXAMPLES.iterdir())
    assert len(examples) == 3
    for path in examples:
        assert f"(subscribing/{path.name})" in text, path.name
        # No second copy of a file, which nobody would run.
        assert not [code for code in path.read_text().splitlines() if len(code) > 60 and code in text], path.name


def test_the_record_in_the_document_proves_itself():
    """What is shown there was taken from a topic: its id is the hash over what is shown."""
    text = (ROOT / "docs/subscribing.md").read_text()
    shown = re.search(r"^```text\n(ce_specversion.*?)^```\n.*?^```json\n(.*?)\n```", text, re.MULTILINE | re.DOTALL)
    headers = {name: value.encode() for name, value in re.findall(r"^(\S+) +(\S+)$", shown[1], re.MULTILINE)}
    id_of = runpy.run_path(str(consumers.EXAMPLES / "consume.py"))["id_of"]
    assert id_of(headers, shown[2].encode()) == headers["ce_id"]
    assert id_of(headers, shown[2].encode() + b" ") != headers["ce_id"]
