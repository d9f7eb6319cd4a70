"""The same thief as in tests/fault/test_thief.py, who has the broker's disk, too."""

import pytest

from kafka.calls import created
from live.all_writes import read_everything, write_everything
from live.client import Client
from live.cluster import asked, until
from live.server import NotServing, run
from live.thief import Thief


def test_no_piece_of_a_secret_is_on_the_broker_or_on_a_node(log, kafka, topic, tmp_path, tmp_path_factory):
    log.init()
    thief = Thief()
    leader, follower = (log.node(name) for name in ("one", "two"))
    key = leader.add_key("acme")
    # A ring for both, that lies elsewhere.
    ring = tmp_path_factory.mktemp("secrets") / "ring.json"
    leader.keyring.rename(ring)
    for node in (leader, follower):
        node.keyring, node.keys = ring, leader.keys
        node.start()
    thief.learn(created(Client(leader, key))["config"]["hmac"])
    ids = write_everything(Client(leader, key), thief)
    # Sealed by the one that leads, for whom the secret came in through another.
    write_everything(Client(follower, key), thief)
    until(lambda: asked(follower)[1]["applied"] == asked(leader)[1]["end"])
    run("keyring", "rotate", ring)
    (tmp_path / "shown").write_bytes(read_everything(Client(follower, key), ids))
    for command in (["verify"], ["keyring", "list", ring], ["tail", "--json"], ["history", ids[0]], ["export"], ["snapshot", "--out", tmp_path / "snapshot"]):
        (tmp_path / f"{command[0]} printed").write_text(run(*command, *log.words).stdout)
    for node in (leader, follower):
        assert node.stop() == 0

    segments = kafka.home(1) / "data" / f"{topic}-0"
    taken = segments / "00000000000000000000.log"
    found, bytes_seen = thief.loot(tmp_path, segments, kafka.home(1) / "log")
    assert not found, "\n".join(found[:20])
    assert (tmp_path / "export printed").read_text().count("sealed") > 40
    assert taken.read_bytes().count(b'"sealed":"') > 40 and bytes_seen > taken.stat().st_size > 40_000
    assert thief.search(taken.read_bytes() + thief.secrets[3]), "he would see one"
    follower.keyring = tmp_path / "another.json"
    run("keyring", "init", follower.keyring)
    with pytest.raises(NotServing) as refused:
        follower.start()
    assert "the key ring lacks key seal_" in refused.value.output
