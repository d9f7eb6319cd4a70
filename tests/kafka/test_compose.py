"""docker-compose.yml does what it is for. Its commands are run as processes of this machine (composed.py), because no test here has a container engine."""

import hashlib
import re
from base64 import urlsafe_b64decode

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from kafka.composed import FILE, Composed, is_broker, seconds, services
from kafka.calls import CONFIGS, pinless
from live.client import Client
from live.cluster import until
from live.kafka_nodes import VERSION
from live.server import PATIENCE_S

NODES = ("node1", "node2", "node3")
STRONG = {"Dialin-Consistency": "strong"}
# A lead that is lost is taken when the group's session has run out: 6 s.
NEXT_LEADER_S = 30


@pytest.fixture(scope="module")
def composed(tmp_path_factory):
    composed = Composed(tmp_path_factory.mktemp("composed"))
    try:
        composed.up()
        for name in NODES:
            composed.wait_healthy(name)
        until(lambda: all(readiness(composed, name)["status"] == "ready" for name in NODES) and leader(composed), PATIENCE_S)
        yield composed
        assert {name: composed.stop(name) for name in NODES} == dict.fromkeys(NODES, 0)
    finally:
        composed.down()


@pytest.fixture(scope="module")
def key(composed) -> str:
    return composed.printed["keys"].split()[-1]


@pytest.fixture(scope="module")
def callers(composed, key) -> dict[str, Client]:
    return {name: composed.client(name, key) for name in NODES}


def readiness(composed, name: str) -> dict:
    return composed.client(name).get("/readyz").json


def leader(composed) -> str | None:
    return next((name for name in NODES if name in composed.processes and readiness(composed, name)["role"] == "leader"), None)


def written(caller: Client, path: str, **wishes):
    """A change, as soon as the node takes it."""
    def answer():
        given = caller.put(path, wishes)
        return given if given.status != 503 else None
    return until(answer, NEXT_LEADER_S).expect(200)


def created(caller: Client) -> str:
    return f"{CONFIGS}/{until(lambda: (given := caller.post(CONFIGS, pinless())).status != 503 and given, NEXT_LEADER_S).expect(200).json['id']}"


def digests(composed) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (composed.home / "volumes/secrets").iterdir()}


def test_the_nodes_stand_as_the_file_names_them(composed):
    told = {name: readiness(composed, name) for name in NODES}
    assert [told[name]["node"] for name in NODES] == list(NODES)
    assert sorted(one["role"] for one in told.values()) == ["follower", "follower", "leader"]
    assert len({one["log"] for one in told.values()}) == 1
    assert all("warning topic" not in (composed.home / f"{name}.log").read_text() for name in NODES), "no worry about the topic"


def test_what_is_written_at_one_node_is_read_at_all(callers):
    for name, caller in callers.items():
        path = created(caller)
        changed = caller.put(path, {"name_prefix": name}).expect(200).json
        assert all(other.get(path, headers=STRONG).expect(200).json == changed for other in callers.values())


def test_the_topic_has_three_copies_of_which_two_must_be_in_step(composed):
    topic = composed.services["node1"]["environment"]["DIALIN_KAFKA_TOPIC"]
    admin = AdminClient({"bootstrap.servers": composed.brokers.bootstrap})
    (partition,) = admin.list_topics(topic, timeout=30).topics[topic].partitions.values()
    assert len(partition.replicas) == 3
    resource = ConfigResource(ResourceType.TOPIC, topic)
    settings = {name: entry.value for name, entry in admin.describe_configs([resource])[resource].result(30).items()}
    assert settings["min.insync.replicas"] == "2" and settings["unclean.leader.election.enable"] == "false"


def test_a_second_up_founds_nothing_anew(composed, key):
    before, log = digests(composed), composed.printed["log"]
    for name in ("keys", "log"):
        composed.run(name)
    assert composed.printed["log"] == log and re.fullmatch(r"[0-9a-f-]{36}\n", log)
    assert composed.printed["keys"].split() == [key]
    assert digests(composed) == before, "and no node has written there"


def test_secrets_are_their_owners_alone(composed):
    files = list((composed.home / "volumes/secrets").iterdir())
    assert {"keyring.json", "keys.json", "demo.key"} <= {file.name for file in files}
    assert [file.name for file in files if file.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("which", ["the one that leads", "one that follows"])
def test_a_nodes_stop_leaves_the_service_working(composed, callers, which):
    stopped = leader(composed) if which == "the one that leads" else next(name for name in NODES if name != leader(composed))
    others = [name for name in NODES if name != stopped]
    path = created(callers[stopped])
    assert composed.stop(stopped) == 0
    for name in others:
        changed = written(callers[name], path, name_prefix=f"{name} without {stopped}").json
        assert all(callers[other].get(path, headers=STRONG).expect(200).json == changed for other in others)
    composed.start(stopped)
    composed.wait_healthy(stopped)
    callers[stopped].close()
    until(lambda: readiness(composed, stopped)["status"] == "ready")
    assert callers[stopped].get(path, headers=STRONG).expect(200).json == changed


def test_the_death_of_the_broker_that_leads_the_topic_leaves_the_service_working(composed, callers):
    path = created(callers["node1"])
    topic = composed.services["node1"]["environment"]["DIALIN_KAFKA_TOPIC"]
    broker = AdminClient({"bootstrap.servers": composed.brokers.bootstrap}).list_topics(topic, timeout=30).topics[topic].partitions[0].leader
    composed.brokers.kill(broker)
    for name in NODES:
        changed = written(callers[name], path, name_prefix=f"{name} without broker {broker}").json
        assert all(caller.get(path, headers=STRONG).expect(200).json == changed for caller in callers.values())


def test_one_node_alone_needs_no_kafka(tmp_path):
    alone = Composed(tmp_path)
    try:
        alone.start("single")
        alone.wait_healthy("single")
        said = alone.home / "single.log"
        key = until(lambda: re.search(r"key of the tenant 'dev': (\S+)", said.read_text()))[1]
        caller = alone.client("single", key)
        until(lambda: caller.get("/readyz").status == 200)
        config = caller.pinless()
        assert alone.stop("single") == 0
        alone.start("single")
        alone.wait_healthy("single")
        caller.close()
        until(lambda: caller.get("/readyz").status == 200)
        assert caller.config(config["id"]) == config
    finally:
        alone.down()


def test_the_file_is_pinned_and_shows_itself_to_this_machine_alone():
    every = services()
    assert {service["image"] for service in every.values()} == {f"apache/kafka:{VERSION}", "dialin"}
    assert all(service["build"] == "." for service in every.values() if not is_broker(service))
    published = [port for service in every.values() for port in service.get("ports", [])]
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:8080", port) for port in published) and len(set(published)) == len(published) == 4
    assert not [line for line in FILE.read_text().splitlines()
                if re.search(r"(?<!\$)\$(?!\$)", line.split("#")[0])], "nothing comes from the caller's environment"
    for name, service in every.items():
        mounted = [volume.split(":")[0] for volume in service.get("volumes", [])]
        assert mounted and not any("/" in source for source in mounted) or name == "log", "named volumes"
        if service.get("restart"):
            assert seconds(service["stop_grace_period"]) >= (10 if is_broker(service) else 20), name


def test_the_cluster_has_an_id_that_kafka_takes():
    ids = {service["environment"]["CLUSTER_ID"] for service in services().values() if is_broker(service)}
    (cluster,) = ids
    assert len(cluster) == 22 and len(urlsafe_b64decode(f"{cluster}==")) == 16 and not cluster.startswith("-")
