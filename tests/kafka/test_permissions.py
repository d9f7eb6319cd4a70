"""A node that Kafka does not let do what it must says what it is not let, and takes nobody's lead with it."""

import pytest
from confluent_kafka.admin import AclOperation, ResourceType

from kafka.calls import created, readiness
from kafka.conftest import one_broker
from live.client import Client
from live.cluster import until
from live.guarded_nodes import PASSWORDS, GuardedNodes
from live.server import NotServing, Server, run

KEEPS_NOTHING = "Kafka does not take this node's records: Broker: Cluster authorization failed"
IS_NO_MEMBER = "Kafka does not let this node into the group that elects who leads: Broker: Group authorization failed"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    with one_broker(GuardedNodes(tmp_path_factory.mktemp("guarded"))) as nodes:
        yield nodes


@pytest.fixture
def serve(guarded, topic, tmp_path):
    """Starts a node that comes as this user."""
    begun = []

    def start(name: str, user: str) -> Server:
        node = Server(tmp_path / name, *guarded.words(topic, user), "--node", name)
        if begun:
            node.keys, node.keyring = begun[0].keys, begun[0].keyring
        else:
            # Before it starts: one that is added later is known within two seconds only.
            start.key = node.add_key("acme")
        begun.append(node)
        return node.start()

    yield start
    for node in begun:
        node.kill()


def reasons(node) -> list[str]:
    return readiness(node)[1]["reasons"]


def test_a_wrong_password_is_named(guarded, topic):
    done = run("init", *guarded.words(topic, "admin", "wrong"), check=3)
    assert "Invalid username or password" in done.stderr


def test_no_password_is_said_by_who_is_asked_to_say_everything(guarded, topic, tmp_path):
    """Not by librdkafka either, whose lines go the same way."""
    everything = ["--kafka-property", "debug=all", "--log-level", "debug"]
    stranger = Server(tmp_path / "stranger", *guarded.words(topic, "admin", "another-secret"), *everything)
    stranger.add_key("acme")
    with pytest.raises(NotServing) as refused:
        stranger.start(patience_s=5)
    assert "another-secret" not in refused.value.output and len(refused.value.output) > 500
    run("init", *guarded.words(topic, "admin"))
    node = Server(tmp_path / "node", *guarded.words(topic, "admin"), *everything)
    key = node.add_key("acme")
    node.start()
    created(Client(node, key))
    (tmp_path / "metrics").write_bytes(Client(node, key).get("/metrics").body)
    (tmp_path / "readyz").write_bytes(Client(node, key).get("/readyz").body)
    assert node.stop() == 0
    assert "sasl" in node.output.read_text().lower()
    told = [str(file) for file in tmp_path.rglob("*") if file.is_file() and any(password.encode() in file.read_bytes() for password in PASSWORDS.values())]
    assert told == []


def test_what_is_not_let_is_named(guarded, topic, serve):
    said = run("init", *guarded.words(topic, "guest"), check=3).stderr
    assert "Topic authorization failed" in said
    run("init", *guarded.words(topic, "admin"))
    with pytest.raises(NotServing) as refused:
        serve("blind", "guest")
    assert refused.value.status == 3 and "Topic authorization failed" in refused.value.output

    guarded.allow("guest", ResourceType.TOPIC, topic, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS)
    with pytest.raises(NotServing) as refused:
        serve("no-reader", "guest")
    assert refused.value.status == 3 and "cannot be read: Broker: Topic authorization failed" in refused.value.output

    guarded.allow("guest", ResourceType.TOPIC, topic, AclOperation.READ)
    node = serve("reader", "guest")
    until(lambda: reasons(node) == [KEEPS_NOTHING, IS_NO_MEMBER])


def test_who_may_not_write_leaves_the_lead_to_others_and_is_well_when_it_may(guarded, topic, serve):
    run("init", *guarded.words(topic, "admin"))
    guarded.allow("guest", ResourceType.TOPIC, topic, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS, AclOperation.READ)
    guarded.allow("guest", ResourceType.GROUP, f"{topic}.leader", AclOperation.READ)
    reader = serve("reader", "guest")
    until(lambda: reasons(reader) == [KEEPS_NOTHING])
    writer = serve("writer", "admin")
    config = created(Client(writer, serve.key))
    assert readiness(writer)[1]["role"] == "leader"
    assert created(Client(reader, serve.key))["id"] != config["id"], "it is sent on"
    assert reasons(reader) == [KEEPS_NOTHING]
    guarded.allow("guest", ResourceType.TOPIC, topic, AclOperation.WRITE)
    until(lambda: not reasons(reader))


def test_the_rights_that_the_handbook_names_are_enough(guarded, topic, serve):
    """docs/operations.md, "What to set up": of who founds the log, and of a node."""
    of_both = [AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS, AclOperation.READ, AclOperation.WRITE]
    guarded.allow("guest", ResourceType.TOPIC, topic, AclOperation.CREATE, *of_both)
    run("init", *guarded.words(topic, "guest"))
    guarded.allow("guest", ResourceType.GROUP, f"{topic}.leader", AclOperation.READ)
    node = serve("node", "guest")
    caller = Client(node, node.add_key("acme"))
    until(lambda: caller.get("/").status == 200)  # a running node takes a key over
    created(caller)
    caller.get("/domain-dialin-config", headers={"Dialin-Consistency": "strong"}).expect(200)
    assert readiness(node)[1]["role"] == "leader" and not reasons(node)
