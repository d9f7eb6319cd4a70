"""Nodes whose views are of an older schema serve, follow and lead while they rebuild them."""

import threading

from live.client import Client
from live.cluster import Cluster
from live.schemas import make_log, make_views, views_of, wait_rebuilt

CONFIGS, EVENTS = 500, 20_000


def test_nodes_lead_and_follow_while_their_views_are_rebuilt(cluster: Cluster):
    one, two = cluster.add(), cluster.add()
    key = cluster.add_key("own")
    make_log(one, CONFIGS, EVENTS, "--brokers", cluster.kafka.bootstrap, "--topic", cluster.topic)
    cluster.start()
    for node in (one, two):
        assert node.stop() == 0
        make_views("older", node)
    for node in (one, two):
        node.spawn()
    for node in (one, two):
        node.wait_listening()
    clients = [Client(node, key) for node in (one, two)]
    written, seen, done = [], [], threading.Event()

    def write() -> None:
        """Through both, so that one of them follows what the other one leads."""
        client = Client(one, key)
        while not done.is_set():
            answer = client.post("/domain-dialin-config", {"type": "pin_dialin", "name_prefix": "meanwhile"})
            if answer.status == 200:
                written.append((answer.json["id"], answer.sequence))
            else:  # nobody leads yet
                answer.refused(503, "unavailable")

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    for client in clients:
        seen.append(views_of(client))
        wait_rebuilt(client)
    cluster.wait_ready()
    while not written:
        assert writer.is_alive()
    done.set()
    writer.join()
    assert [views["schema"] for views in seen][0] == 1, seen
    for client in clients:
        for config_id, sequence in written:
            answer = client.get(f"/domain-dialin-config/{config_id}", headers={"Dialin-Min-Sequence": str(sequence)}).expect(200)
            assert client.get(f"/domain-dialin-config/{config_id}", query={"as_of": sequence}).expect(200).body == answer.body
    assert clients[0].all_configs() == clients[1].all_configs()
    for node in (one, two):
        assert "new ones were not built" not in node.said()
