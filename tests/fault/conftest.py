import pytest

from live.server import Server


@pytest.fixture
def server(tmp_path):
    """A server of the test's own, with one key; not started."""
    server = Server(tmp_path / "server")
    server.key = server.add_key("own")
    yield server
    server.kill()
