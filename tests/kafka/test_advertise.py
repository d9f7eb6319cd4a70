"""Two nodes that give others one address: the second is refused, and where that cannot be seen at the start it is said when it shows."""

import pytest

from kafka.calls import created, reasons
from live.cluster import until
from live.kafka_nodes import free_ports
from live.server import NotServing


def test_a_node_is_refused_when_another_answers_at_its_address(cluster):
    first = cluster.add()
    key = cluster.add_key("acme")
    cluster.start()
    url = f"http://127.0.0.1:{first.port}"
    second = cluster.add("--advertise", url)
    with pytest.raises(NotServing) as refused:
        second.start()
    assert refused.value.status == 3
    assert f"another node answers at {url}, which --advertise gives for this one" in refused.value.output
    created(cluster.caller(first, key))


def test_a_node_in_whose_name_another_leads_is_not_ready(cluster):
    (nowhere,) = free_ports(1)
    url = f"http://127.0.0.1:{nowhere}"
    nodes = [cluster.add("--advertise", url), cluster.add("--advertise", url)]
    cluster.add_key("acme")
    for node in nodes:
        node.spawn()
    leader = cluster.wait_for_leader()
    (other,) = (node for node in nodes if node is not leader)
    until(lambda: reasons(other) == [f"node {leader.home.name} leads at {url}, which is this node's own --advertise"])
    assert not reasons(leader)
