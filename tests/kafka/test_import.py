"""`dialin import` into a topic: every byte of a chain as it was, and nothing taken for stored that is not on the chain."""

import os
import pathlib
import random
import subprocess
import time
import uuid

import pytest
from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource

from kafka.strays import ZEROS, all_of, chain_of, produce
from kafka.calls import CONFIGS, created
from live.chain_lines import OPENED, Chain, Link, odd_chain
from live.client import Client, seed
from live.cluster import SESSION_MS, until
from live.server import BINARY, run


def put_in(words: list[str], lines: str | pathlib.Path, check: int = 0) -> subprocess.CompletedProcess:
    data = lines.read_bytes() if isinstance(lines, pathlib.Path) else lines.encode()
    session = ["--kafka-property", f"session.timeout.ms={SESSION_MS}"] if "kafka" in words else []
    done = subprocess.run([str(BINARY), "import", *words, *session], input=data, capture_output=True, timeout=120,
                          check=False)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == check, f"status {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def links_of_topic(bootstrap: str, topic: str) -> list[Link]:
    links = []
    for record in chain_of(all_of(bootstrap, topic)):
        tenant, config_id = (record.header(name) and uuid.UUID(record.header(name).decode()) for name in ("ce_tenant", "ce_subject"))
        assert record.key == (record.header("ce_subject") or None)
        time = record.header("ce_time").decode()
        links.append(Link(int(record.header("ce_sequence")), bytes.fromhex(record.header("ce_previousid").decode()), record.header("ce_type"), tenant,
                          config_id, Link.us_of(time), record.value or b""))
    return links


def chain_with(count: int) -> Chain:
    chain = Chain()
    for number in range(count - 1):
        chain.add(b"dialin.test.counted.v1", str(number).encode())
    return chain


def test_every_byte_is_kept_on_a_topic_that_is_made(log, kafka, topic):
    chain = odd_chain()
    assert put_in(log.words, chain.lines()).stdout == f"imported {len(chain.links)} records, head {chain.head}\n"
    assert links_of_topic(kafka.bootstrap, topic) == chain.links
    assert all(record.header("ce_source") == f"/dialin/{chain.log}".encode() for record in all_of(kafka.bootstrap, topic))
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    [described] = admin.describe_configs([ConfigResource("topic", topic)]).values()
    settings = {name: entry.value for name, entry in described.result(30).items()}
    assert (settings["cleanup.policy"], settings["retention.ms"], settings["retention.bytes"]) == ("delete", "-1", "-1")


def test_what_is_there_is_passed_over_and_pieces_are_joined(log, kafka, topic):
    chain = odd_chain()
    put_in(log.words, chain.lines(to=7))
    produce(kafka.bootstrap, topic, [{"key": b"stray", "value": b"{}", "headers": [("ce_previousid", ZEROS)]}])
    assert put_in(log.words, chain.lines(after=5, to=20)).stdout == f"imported 13 records, head {chain.links[19].head}\n"
    assert put_in(log.words, chain.lines()).stdout == f"imported {len(chain.links) - 20} records, head {chain.head}\n"
    assert put_in(log.words, chain.lines()).stdout == f"imported 0 records, head {chain.head}\n"
    assert links_of_topic(kafka.bootstrap, topic) == chain.links


def test_another_chain_a_gap_and_a_wrong_line_are_refused(log, kafka, topic):
    chain = chain_with(9)
    done = put_in(log.words, "no\n", 1)
    assert "line 1: it is no JSON object" in done.stderr
    assert topic not in AdminClient({"bootstrap.servers": kafka.bootstrap}).list_topics(timeout=30).topics
    done = put_in(log.words, chain.lines(to=4) + chain.lines(after=5), 1)
    assert "line 5: record 6 does not follow record 4" in done.stderr and f"imported 4 records, head {chain.links[3].head}: they stay" in done.stderr
    assert "line 1: the log holds another record 1 (offset 0)" in put_in(log.words, chain_with(3).lines(), 1).stderr
    assert "line 1: record 6 does not follow record 4, with which the log ends" in put_in(log.words, chain.lines(after=5), 1).stderr
    assert links_of_topic(kafka.bootstrap, topic) == chain.links[:4]


def test_an_imported_log_is_served_and_gone_on_with(log, kafka, topic):
    log.init()
    node = log.node("one")
    caller = Client(node, node.add_key("acme"))
    node.start()
    moved = created(caller)
    caller.post(f"{CONFIGS}/{moved['id']}/move", {"type": "pin_dialin"}).expect(200)
    created(caller)
    configs = caller.all_configs()
    caller.close()
    assert node.stop() == 0
    links = links_of_topic(kafka.bootstrap, topic)
    node.options[node.options.index("--kafka-topic") + 1] = topic + "-2"
    words = [topic + "-2" if word == topic else word for word in log.words]
    assert put_in(words, "".join(link.line() for link in links)).stdout == f"imported {len(links)} records, head {links[-1].head}\n"
    (node.data / "log").rename(node.data / "log.old")
    node.start()
    until(lambda: caller.call("POST", CONFIGS, {"type": "pin_dialin"}).status == 200)
    assert caller.all_configs()[1:] == configs
    caller.close()


def test_no_import_while_a_node_leads(log):
    log.init()
    node = log.node("one")
    caller = Client(node, node.add_key("acme"))
    node.start()
    created(caller)
    done = put_in(log.words, chain_with(3).lines(), 3)
    assert "another holds the lead in group" in done.stderr and "stop the nodes" in done.stderr


def test_no_node_leads_while_an_import_runs(log, kafka, topic):
    """Its pipe stays open: it holds the lead until it ends."""
    log.init()
    node = log.node("one")
    caller = Client(node, node.add_key("acme"))
    node.start()
    created(caller)
    assert node.stop() == 0
    links = links_of_topic(kafka.bootstrap, topic)
    process = subprocess.Popen([str(BINARY), "import", *log.words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        chain = Chain()
        chain.links = links
        while chain.links[-1].sequence < 6000:  # more than one group
            chain.add(b"dialin.test.counted.v1", b"{}")
        process.stdin.write(chain.lines().encode())
        process.stdin.flush()
        until(lambda: len(links_of_topic(kafka.bootstrap, topic)) > 4000, patience_s=30)
        caller.close()
        node.start()
        for _ in range(5):
            assert created_or_not(caller) == 503
        process.stdin.close()
        assert process.wait(30) == 0
        until(lambda: created_or_not(caller) == 200, patience_s=30)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def created_or_not(caller: Client) -> int:
    return caller.call("POST", CONFIGS, {"type": "pin_dialin"}).status


def test_a_record_of_another_ends_it(log, kafka, topic):
    """Somebody else extends the chain although the lead is held: what is sent behind that is on no chain, and is not said to be stored."""
    chain = chain_with(5)
    put_in(log.words, chain.lines())
    fork = Chain(chain.log)
    fork.links = list(chain.links)
    other = fork.open(7)
    for _ in range(20_000):
        chain.add(b"dialin.test.counted.v1", b"x" * 500)
    process = subprocess.Popen([str(BINARY), "import", *log.words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        process.stdin.write(chain.lines(to=5).encode())
        process.stdin.flush()
        headers = [("ce_specversion", "1.0"), ("ce_id", other.id.hex()), ("ce_source", f"/dialin/{chain.log}"), ("ce_type", OPENED), ("ce_time", other.time),
                   ("ce_sequence", str(other.sequence)), ("ce_previousid", other.previous.hex()), ("content-type", "application/json")]
        produce(kafka.bootstrap, topic, [{"key": None, "value": other.value, "headers": headers}])
        out, err = process.communicate(chain.lines(after=5).encode(), timeout=60)
    finally:
        process.kill()
    assert process.returncode == 1 and out == b""
    assert b"another record 6" in err or b"was appended by another" in err, err
    assert links_of_topic(kafka.bootstrap, topic) == fork.links


@pytest.mark.parametrize("words", [["--log", "kafka"]])
def test_wrong_use_is_said(words):
    assert "--kafka-brokers" in run("import", *words, check=2, input="").stderr


def test_killed_at_random_moments_it_ends_with_the_same_head(log, kafka, topic, tmp_path):
    """DIALIN_KILL_ROUNDS (100, a fiftieth of which is taken: who is killed keeps others waiting until its session is over)."""
    draw = random.Random(drawn := seed())
    print("seed", drawn)
    chain = Chain()
    for _ in range(8_000):
        chain.add(b"dialin.test.large.v1", b'{"name": "' + b"n" * 600 + b'"}')
    lines = tmp_path / "chain.jsonl"
    lines.write_text(chain.lines())
    words = [*log.words, "--kafka-property", f"session.timeout.ms={SESSION_MS}"]
    kills = 0
    for _ in range(max(2, int(os.environ.get("DIALIN_KILL_ROUNDS", "100")) // 50)):
        with open(lines, "rb") as file:
            process = subprocess.Popen([str(BINARY), "import", *words], stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        many = draw.randrange(1, 1_500)
        before = end_of(kafka.bootstrap, topic)
        while process.poll() is None and end_of(kafka.bootstrap, topic) < before + min(many, 8_001 - before):
            time.sleep(0.005)
        kills += process.poll() is None
        process.kill()
        process.communicate()
        held = links_of_topic(kafka.bootstrap, topic)
        assert held == chain.links[:len(held)], f"seed {drawn}"
    assert kills, f"seed {drawn}: each had ended by itself"
    done = put_in(log.words, lines)
    assert done.stdout.endswith(f", head {chain.head}\n"), f"seed {drawn}: {done.stdout}"
    assert links_of_topic(kafka.bootstrap, topic) == chain.links
    assert run("verify", *log.words, "--expect", chain.head).stdout == f"ok: {len(chain.links)} records, head {chain.head}\n"


def end_of(bootstrap: str, topic: str) -> int:
    """0 as long as there is none."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "none", "enable.auto.commit": False})
    try:
        return consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)[1]
    except KafkaException:
        return 0
    finally:
        consumer.close()
