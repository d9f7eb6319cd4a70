"""Everything that the process ever wrote (lines, metrics, answers, files), searched for each secret that callers, operators and files brought to it.

Keys in the right place and in wrong ones, keys that are none, webhook secrets, the keys of TLS and of the ring.
"""

import base64
import json
import os
import pathlib
import re
import signal
import time
import urllib.parse

import pytest

from hostile.wire import Wire, get
from live.all_writes import read_everything, write_everything
from live.certificates import Authority
from live.client import Client
from live.server import NotServing, Server, run
from live.thief import Thief

CONFIGS = "/domain-dialin-config"
# How long a changed file goes unseen at most, and somewhat more.
LOOKED_AT_S = 2.2
# What a key is mistaken for by who sends it: a path, a value or a name in the query, in the body, in a field.
PATHS = ["/{}", "/v1/{}", f"{CONFIGS}/{{}}", f"{CONFIGS}/{{}}/history", f"{CONFIGS}/{{id}}/{{}}", "/numbers/{}", "/numbers/{}/history", "/events/{}",
         "//{}@host/", "/%64k{}"]
QUERIES = ["/?key={}", "/?{}", f"{CONFIGS}?phone_number={{}}", f"{CONFIGS}?starting_after={{}}", f"{CONFIGS}?type={{}}", f"{CONFIGS}?limit={{}}",
           f"{CONFIGS}?{{}}=1", f"{CONFIGS}/{{id}}?as_of={{}}", "/events?after={}", "/events/stream?access_token={}", f"{CONFIGS}?as_of={{}}"]
BODIES = ['{{"{}": 1}}', '{{"api_key": "{}"}}', '{{"type": "{}"}}', '{{"type": "pin_dialin", "phone_number": "{}"}}',
          '{{"type": "pinless_dialin", "hmac": "{}"}}', '{{"type": "pin_dialin", "{}', '{{"type": "pin_dialin", "{0}": 1, "{0}": 2}}',
          '{{"type": "pinless_dialin", "room_creation_api": "https://me:{}@example.com/"}}', '{{"type": "pinless_dialin", "hold_music_url": "ftp://{}"}}',
          '{{"config": {{"{}": 1}}}}', "{}", '"{}"', '{{"timeout_config": {{"{}": 1}}}}', '{{"type": "pin_dialin", "sip_uri": "sip:{}@x"}}']
FIELDS = ["Authorization: {}", "Authorization: Basic {}", "Authorization: Bearer  {}", "Authorization: Bearer {}, Bearer {}", "Proxy-Authorization: Bearer {}",
          "X-Api-Key: {}", "Cookie: key={}", "X-Request-Id: {}", "X-Request-Id: call-{}-1", "Accept: {}", "Content-Type: {}", "Referer: https://x/{}",
          "User-Agent: {}", "traceparent: {}", "tracestate: key={}",
          "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: key={}", "Last-Event-ID: {}", "Dialin-Min-Sequence: {}",
          "Dialin-Consistency: {}", "If-Match: \"{}\"", "If-None-Match: \"{}\"", "Idempotency-Key: {}", "Dialin-Forwarded-By: {}", "Expect: {}",
          "Transfer-Encoding: {}", "Content-Encoding: {}", "Content-Length: {}", "{}: 1", "{}"]
LINES = ["{} / HTTP/1.1", "GET / {}", "GET {} HTTP/1.1", "{}", "GET http://{}@host/ HTTP/1.1", "GET /healthz?{} HTTP/1.1"]


def make_key(thief: Thief) -> str:
    """What a key looks like, and nobody's."""
    return "dk_" + base64.urlsafe_b64encode(base64.b64decode(thief.make())).decode().rstrip("=")


def learn_key(thief: Thief, key: str) -> str:
    thief.learn(base64.b64encode(base64.urlsafe_b64decode(key.removeprefix("dk_") + "=")).decode())
    return key


def learn_pem(thief: Thief, file: pathlib.Path) -> None:
    """A key of P-256 in PKCS #8: the number itself, as the ring of DER that holds it."""
    der = base64.b64decode("".join(line for line in file.read_text().splitlines() if "---" not in line))
    begin = der.index(b"\x04\x20") + 2
    thief.learn(base64.b64encode(der[begin:begin + 32]).decode())


class Talk:
    """Requests by hand, and all that came back but for what its own sender may see: a good key's config."""

    def __init__(self, server: Server):
        self.server, self.got = server, b""

    def send(self, data: bytes) -> None:
        with Wire(self.server, timeout=5) as wire:
            wire.send(data)
            wire.socket.shutdown(1)
            while piece := wire.socket.recv(1 << 16):
                self.got += piece

    def request(self, path: str, *lines: str, method: str = "GET", body: str = "") -> None:
        head = get(path, *lines, "Connection: close", *([f"Content-Length: {len(body)}", "Content-Type: application/json"] if body else []))
        self.send((method.encode() + head.removeprefix(b"GET") + body.encode()))


def mistake(talk: Talk, server: Server, key_of, config_id: str) -> None:
    """A key in every place where none belongs, with a good key in the right place and without."""
    for allowed in ([], [f"Authorization: Bearer {server.key}"]):
        for path in PATHS + QUERIES:
            talk.request(path.replace("{id}", config_id).format(key_of()), *allowed)
            talk.request(path.replace("{id}", config_id).format(urllib.parse.quote(key_of().replace("_", "%5F"), safe="%")), *allowed, method="DELETE")
        for body in BODIES:
            for path, method in ((CONFIGS, "POST"), (f"{CONFIGS}/{config_id}", "PUT"), (f"{CONFIGS}/{config_id}/move", "POST"),
                                 (f"{CONFIGS}/{config_id}/restore", "POST")):
                talk.request(path, *allowed, method=method, body=body.format(key_of()))
        for field in FIELDS:
            key = key_of()
            talk.request("/", *allowed, field.format(key, key))
            talk.request(f"{CONFIGS}/{config_id}", *allowed, "Accept: application/problem+json", field.format(key, key), method="PUT",
                         body='{"name_prefix": "%s"}' % os.urandom(4).hex())
    for line in LINES:
        talk.send(f"{line.format(key_of())}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_in_anything_that_was_ever_written(tmp_path, tmp_path_factory, form):
    elsewhere = tmp_path_factory.mktemp("secrets")
    thief = Thief()
    server = Server(tmp_path / "own", "--log-format", form, "--log-level", "debug", "--failed-keys", "off", secrets=elsewhere)
    server.key = learn_key(thief, server.add_key("acme"))
    ring = json.loads(server.keyring.read_text())
    for key in (ring["fingerprint_key"], *(each["key"] for each in ring["sealing_keys"])):
        thief.learn(key)
    run("checkpoint", "init", elsewhere / "signing.key")
    server.options += ["--signing-key", str(elsewhere / "signing.key")]
    server.start()
    client, talk = Client(server, server.key), Talk(server)
    config_id = client.pin()["id"]
    mistake(talk, server, lambda: make_key(thief), config_id)
    mistake(talk, server, lambda: server.key, config_id)
    for number in range(20):
        Client(server, make_key(thief)).get("/", headers={"X-Request-Id": f"wrong-{number}"}).refused(401, "authentication-error")
    ids = write_everything(client, thief)
    (tmp_path / "shown").write_bytes(read_everything(client, ids))
    for path in ("/metrics", "/readyz", "/healthz", "/checkpoint", "/openapi.json"):
        (tmp_path / path[1:]).write_bytes(client.get(path).expect(200).body)
    (tmp_path / "answers").write_bytes(talk.got)
    assert talk.got.count(b"HTTP/1.1 4") > 300
    client.get("/", headers={"X-Request-Id": "the-last"}).expect(200)
    deadline = time.monotonic() + 5
    while "the-last" not in server.said():  # lines of requests may be late
        assert time.monotonic() < deadline
        time.sleep(0.02)
    # It dies as by a broken invariant, and leaves nothing behind.
    server.process.send_signal(signal.SIGABRT)
    assert server.process.wait(20) == -signal.SIGABRT
    server.process = None

    found, bytes_seen = thief.loot(tmp_path)
    assert not found, "\n".join(sorted({re.sub(r" of secret \d+ from \d+ on", "", piece) for piece in found})) + "\n" + "\n".join(found[:20])
    assert bytes_seen > 1_000_000 and len(thief.secrets) > 300
    said = server.output.read_text()
    assert said.count("wrong-") == 20 and len(said) > 20_000, "there were lines to search"
    # By design: sealed in the log, and in the views that hold the answers; under the ring alone.
    assert any(b'"sealed":"' in file.read_bytes() for file in (server.data / "log").glob("*.segment"))


def test_the_keys_of_tls_are_said_by_nobody(tmp_path, tmp_path_factory):
    thief, authority = Thief(), Authority(tmp_path_factory.mktemp("authority"), "authority")
    pair, other = authority.issue("node"), authority.issue("other")
    for each in (pair, other):
        learn_pem(thief, each.key)
    server = Server(tmp_path / "own", "--log-level", "debug", *pair.options(authority.file))
    server.key = server.add_key("acme")
    server.tls = authority.trusting(pair)
    server.start()
    Client(server, server.key).pin()
    broken = pair.key.read_text()
    for content in (other.key.read_text(), broken[:len(broken) // 2], broken.replace("PRIVATE", "PUBLIC"), "", broken):
        pair.key.write_text(content)
        time.sleep(LOOKED_AT_S)
        Client(server, server.key).get("/healthz").expect(200)
    (tmp_path / "metrics").write_bytes(Client(server, server.key).get("/metrics").body)
    assert server.stop() == 0
    assert "key" in server.output.read_text().lower()
    found, _ = thief.loot(tmp_path)
    assert not found, found[:10]


@pytest.mark.parametrize("words", [["--kafka-property", "sasl.password:{}"], ["--kafka-property", "sasl.passwort={}"],
                                   ["--kafka-property", "ssl.key.password={}", "--kafka-property", "security.protocol=ssl"],
                                   ["--kafka-property", "sasl.password={}", "--kafka-property", "sasl.mechanism=NONE"], ["--sasl-password={}"],
                                   ["--kafka-property", "{}"], ["--kafka-property", "ssl.key.pem={}"],
                                   ["--kafka-property", "sasl.password={}", "--kafka-topic", ""]])
def test_a_start_that_fails_says_no_password(own_server, words):
    """A broker's password, whatever is wrong beside it. Of what is no option the name is told, not the value."""
    password = "Tr0ub4dor" + os.urandom(8).hex()
    own_server.options = ["--log", "kafka", "--kafka-brokers", "127.0.0.1:1", "--log-level", "debug", *(word.format(password) for word in words)]
    with pytest.raises(NotServing) as refused:
        own_server.start(patience_s=4)
    assert password not in refused.value.output and len(refused.value.output) > 20, refused.value.output
    assert refused.value.status in (2, 3, None)
