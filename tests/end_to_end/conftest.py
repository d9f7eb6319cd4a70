"""One server for the whole run; each test that counts or lists takes a tenant of its own."""

import pytest

from live.client import Client
from live.server import Server

TENANTS_TAKEN_BY_HAND = 8


class Tenant:
    def __init__(self, server: Server, name: str, key: str):
        self.server, self.name, self.key = server, name, key

    def client(self, **options) -> Client:
        return Client(self.server, self.key, **options)


@pytest.fixture(scope="session")
def server(request, tmp_path_factory):
    # All tests call from one address, some of them with keys that are none.
    server = Server(tmp_path_factory.mktemp("server"), "--failed-keys", "1000/1s")
    # Made before the start: a running server takes up to 2 s to see a new key.
    count = sum(name in item.fixturenames for item in request.session.items for name in ("tenant", "other")) + TENANTS_TAKEN_BY_HAND
    server.tenants = [Tenant(server, f"tenant-{n}", server.add_key(f"tenant-{n}")) for n in range(count)]
    server.start()
    yield server
    assert server.stop() == 0, server.said()


@pytest.fixture
def tenant(server) -> Tenant:
    return server.tenants.pop()


@pytest.fixture
def other(server) -> Tenant:
    return server.tenants.pop()


@pytest.fixture
def client(tenant):
    client = tenant.client()
    yield client
    client.close()


@pytest.fixture
def own_server(tmp_path):
    """A server that this test alone may stop and kill; not started."""
    server = Server(tmp_path / "own")
    server.key = server.add_key("own")
    yield server
    server.kill()
