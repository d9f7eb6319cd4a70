"""TLS as its operators and callers meet it: options, refusals, certificates that are renewed, `dialin load`."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time

import pytest

from live.certificates import Authority
from live.client import Client, Stream
from live.server import BINARY, NotServing, run

SEEN_WITHIN_S = 10  # what is followed is looked at twice a second


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"), "authority")


@pytest.fixture
def served(own_server, authority):
    """A server that speaks TLS, with a pair of its own that may be replaced."""
    own_server.pair = authority.issue(own_server.home.parent.name)
    own_server.options += own_server.pair.options()
    own_server.tls = authority.trusting()
    return own_server.start()


def eventually(holds, within_s: float = SEEN_WITHIN_S) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return holds()


def certificate_of(server) -> str:
    return ssl.get_server_certificate((server.host, server.port)).strip()


def test_everything_goes_over_tls(served):
    assert f"listening on https://127.0.0.1:{served.port}\n" in served.said()
    client = Client(served, served.key)
    config = client.pinless(name_prefix="Front desk")
    client.update(config["id"], name_prefix="Back desk")
    assert client.config(config["id"])["config"]["name_prefix"] == "Back desk"
    stream = Stream(served, served.key, after=0)
    assert [message.name for message in stream.take(2)] == ["ConfigCreated", "ConfigUpdated"]
    client.remove(config["id"])
    assert stream.next().name == "ConfigDeleted"
    stream.close()
    figures = client.get("/metrics").body.decode()
    assert re.search(r'^dialin_tls_handshakes_total\{outcome="full"\} [2-9]', figures, re.MULTILINE)
    assert float(re.search(r"^dialin_tls_certificate_expires_seconds (\S+)", figures, re.MULTILINE)[1]) > time.time()
    assert served.stop() == 0


def test_curl_and_openssl_are_content_with_it(served, authority):
    url = f"https://localhost:{served.port}/healthz"
    done = subprocess.run(["curl", "-sS", "--noproxy", "*", "--resolve", f"localhost:{served.port}:127.0.0.1", "--cacert", authority.file, url],
                          capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout
    for version in ("-tls1_2", "-tls1_3"):
        shown = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{served.port}", "-CAfile", authority.file, "-verify_return_error", "-alpn",
                                "h2,http/1.1", version],
                               input="", capture_output=True, text=True, timeout=30)
        assert "Verify return code: 0 (ok)" in shown.stdout and "ALPN protocol: http/1.1" in shown.stdout, shown.stdout + shown.stderr


def test_a_request_in_the_clear_is_told_so(served):
    connection = http.client.HTTPConnection(served.host, served.port, timeout=10)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    assert answer.status == 400
    problem = json.loads(answer.read())
    assert problem["error"] == "invalid-request-error" and "https://" in problem["info"]


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", "*:0", "0:0"])
def test_it_does_not_listen_to_other_machines_without_tls_unless_told(own_server, listen):
    own_server.options += ["--listen", listen]
    with pytest.raises(NotServing) as refused:
        own_server.start()
    assert refused.value.status == 2
    for remedy in ("--tls-cert", "--tls-key", "--plain", "127.0.0.1"):
        assert remedy in refused.value.output
    assert not own_server.data.exists()
    own_server.options += ["--plain"]
    own_server.spawn()
    assert eventually(lambda: "listening on http://" in own_server.said(), 30), own_server.said()


def test_it_listens_to_other_machines_with_tls(own_server, authority):
    own_server.options += ["--listen", "0.0.0.0:0", *authority.issue("open").options()]
    own_server.start()
    assert own_server.scheme == "https"


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "localhost:0", "127.8.9.10:0"])
def test_loopback_needs_neither(own_server, listen):
    own_server.options += ["--listen", listen]
    own_server.spawn()
    assert eventually(lambda: "listening on http://" in own_server.said(), 30), own_server.said()


@pytest.mark.parametrize("words, said", [
    (["--tls-cert", "x"], "--tls-cert and --tls-key go together"),
    (["--tls-key", "x"], "--tls-cert and --tls-key go together"),
    (["--tls-node-ca", "x"], "--tls-node-ca needs --tls-cert"),
    (["--plain", "--tls-cert", "x", "--tls-key", "y"], "--plain goes without --tls-cert"),
    (["--tls-cert", "x", "--tls-key", "y", "--advertise", "http://here:80"], "--advertise must be https://"),
], ids=lambda value: value if isinstance(value, str) else " ".join(value))
def test_what_does_not_go_together_is_said(tmp_path, words, said):
    assert said in run("serve", "--data", tmp_path / "data", *words, check=2).stderr


def test_files_that_cannot_be_used_are_named(tmp_path, authority):
    one, two = authority.issue("one"), authority.issue("two")
    for cert, key, said in ((tmp_path / "none", one.key, f"{tmp_path}/none is missing"), (one.key, one.key, f"{one.key} holds no certificate"),
                            (one.certificate, two.key, f"the certificate in {one.certificate} is not that of the key in {two.key}")):
        done = run("serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key, check=3)
        assert said in done.stderr


def test_a_renewed_certificate_is_taken_up_though_its_key_comes_later(served, authority):
    client = Client(served, served.key)
    client.pin(name_prefix="before")
    before = certificate_of(served)
    renewed = authority.issue("renewed")
    shutil.copy(renewed.certificate, served.pair.certificate)
    assert eventually(lambda: "is not that of the key in" in served.said()), served.said()
    assert certificate_of(served) == before
    shutil.copy(renewed.key, served.pair.key)
    assert eventually(lambda: certificate_of(served) == renewed.certificate.read_text().strip()), served.said()
    client.pin(name_prefix="over the connection that was there")
    Client(served, served.key).pin(name_prefix="over a new one")


def test_a_bad_pair_is_said_and_the_old_one_kept(served):
    before = certificate_of(served)
    whole = served.pair.certificate.read_text()
    served.pair.certificate.write_text("not a certificate")
    assert eventually(lambda: "what was read before stays in force" in served.said()), served.said()
    assert certificate_of(served) == before
    served.pair.certificate.unlink()
    time.sleep(1.2)
    assert certificate_of(served) == before and served.alive()
    served.pair.certificate.write_text(whole)
    assert eventually(lambda: "was read again" in served.said()), served.said()
    assert "PRIVATE KEY" not in served.said()


def load(server, tmp_path, *words: str, check: int) -> subprocess.CompletedProcess:
    file = tmp_path / "configs.jsonl"
    file.write_text("".join(json.dumps({"type": "pin_dialin", "name_prefix": f"{at}"}) + "\n" for at in range(30)))
    done = subprocess.run([str(BINARY), "load", str(file), *words], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "DIALIN_KEY": server.key})
    assert done.returncode == check, done.stdout + done.stderr
    return done


def test_load_trusts_whom_it_is_told_to(served, authority, tmp_path):
    url = f"https://localhost:{served.port}"
    assert load(served, tmp_path, "--server", url, "--tls-ca", str(authority.file), check=0).stderr == "30 created, 0 refused\n"
    assert Client(served, served.key).page()["total_count"] == 30
    for words in ((), ("--tls-ca", str(Authority(tmp_path / "other", "other").file))):
        assert "its certificate is refused" in load(served, tmp_path, "--server", url, *words, check=3).stderr
    wrong_name = load(served, tmp_path, "--server", f"https://127.0.0.2:{served.port}", "--tls-ca", str(authority.file), check=3)
    assert "127.0.0.2" in wrong_name.stderr
    assert "is missing" in load(served, tmp_path, "--server", url, "--tls-ca", str(tmp_path / "none"), check=2).stderr


def test_a_claim_to_be_a_node_needs_a_nodes_certificate(own_server, authority, tmp_path):
    nodes = Authority(tmp_path / "nodes", "nodes")
    own_server.options += authority.issue("guarded").options(nodes.file)
    own_server.tls = authority.trusting()
    own_server.start()
    claim = {"Dialin-Forwarded-By": "node2"}
    wish = {"type": "pin_dialin"}
    stranger = Client(own_server, own_server.key)
    assert "certificate" in stranger.post("/domain-dialin-config", wish, headers=claim).refused(403, "forbidden-error")["info"]
    stranger.post("/domain-dialin-config", wish).expect(200)
    stranger.get("/healthz", headers=claim).expect(200)  # it is asked of writes only: who has no key does not make the figure grow
    assert "\ndialin_forwards_refused_total 1\n" in stranger.get("/metrics").body.decode()
    own_server.tls = authority.trusting(nodes.issue("node2"))
    Client(own_server, own_server.key).post("/domain-dialin-config", wish, headers=claim).expect(200)
    own_server.tls = authority.trusting(Authority(tmp_path / "foreign", "nodes").issue("node2"))
    with pytest.raises((ssl.SSLError, ConnectionError)):
        Client(own_server, own_server.key).get("/healthz")


def test_a_connection_that_says_nothing_does_not_keep_the_server_from_stopping(served):
    with socket.create_connection((served.host, served.port)):
        assert served.stop() == 0
