"""A server for each file of attacks, with a key for who behaves well and one for who does not."""

import pytest

from live.client import Client
from live.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("hostile"))
    server.key, server.greedy_key = server.add_key("acme"), server.add_key("greedy")
    server.start()
    yield server
    assert server.stop() == 0, server.said()


@pytest.fixture
def own_server(tmp_path):
    """For a test that wants options of its own; not started."""
    server = Server(tmp_path / "own")
    server.key, server.greedy_key = server.add_key("acme"), server.add_key("greedy")
    yield server
    server.kill()


@pytest.fixture
def client(server):
    client = Client(server, server.key)
    yield client
    client.close()
