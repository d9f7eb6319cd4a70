"""Keys are rotated while callers write and the server is killed: every secret stays readable, and new ones are sealed with the new key within 2 s."""

import base64
import http.client
import json
import random
import re
import subprocess
import threading
import time
import uuid

from live.client import Client, fresh_number, seed
from live.kafka_nodes import free_ports
from live.server import BINARY, run

ROTATIONS = 20
WRITERS = 3
# The contract's bound, and what a loaded machine adds to a request.
SEEN_S = 2 + 1


class Writer(threading.Thread):
    """Makes configs with secrets of its own and changes them. `secrets`: id → the secrets that it may have."""

    def __init__(self, server, draw: random.Random):
        super().__init__(daemon=True)
        self.server, self.draw = server, draw
        self.secrets: dict[str, list[str]] = {}
        self.stopping = threading.Event()
        self.trouble: Exception | None = None

    def run(self) -> None:
        client = Client(self.server, self.server.key, timeout=20)
        while not self.stopping.is_set():
            try:
                self.write(client)
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)  # killed; it comes back
            except Exception as trouble:
                self.trouble = trouble
                return
        client.close()

    def write(self, client: Client) -> None:
        secret = base64.b64encode(self.draw.randbytes(self.draw.randrange(16, 65))).decode()
        if not self.secrets or self.draw.random() < 0.3:
            made = client.post("/domain-dialin-config", {"type": "pinless_dialin", "phone_number": fresh_number(), "hmac": secret})
            if made.status != 503:  # it is being opened
                assert made.expect(200).json["config"]["hmac"] == secret
                self.secrets[made.json["id"]] = [secret]
            return
        config_id = self.draw.choice(list(self.secrets))
        wishes = {"hmac": secret} if self.draw.random() < 0.5 else {"name_prefix": secret}
        if "hmac" in wishes:
            self.secrets[config_id].append(secret)
        answer = client.put(f"/domain-dialin-config/{config_id}", wishes)
        if answer.status != 503:
            now = answer.expect(200).json["config"]["hmac"]
            assert now in self.secrets[config_id]
            self.secrets[config_id] = [now]


def key_of_newest_secret(server, client: Client) -> str:
    """By which key the secret of a config made now is sealed, as the log has it."""
    made = client.pinless()
    log = sorted((server.data / "log").glob("*.segment"))[-1].read_bytes()
    # Behind the config's id its record's value; the only one that it has.
    return re.compile(rb'"key_id":"(\w+)"').search(log, log.index(uuid.UUID(made["id"]).bytes))[1].decode()


def test_rotated_under_load_and_kills(server):
    drawn = seed()
    print("seed", drawn)
    draw = random.Random(drawn)
    # The same after each kill, so that writers find it again.
    server.options = ["--listen", f"127.0.0.1:{free_ports(1)[0]}"]
    server.start()
    writers = [Writer(server, random.Random(draw.random())) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    seen_s = []
    for rotation in range(ROTATIONS):
        newest = run("keyring", "rotate", server.keyring).stderr.split()[-1]
        began = time.monotonic()
        if rotation % 2:
            time.sleep(draw.random() * 0.05)
            server.kill()
            server.start()
            server.wait_ready()
            began = time.monotonic()
        client = Client(server, server.key)
        while key_of_newest_secret(server, client) != newest:
            assert time.monotonic() - began < SEEN_S, f"seed {drawn}: sealed with an old key {SEEN_S} s after the rotation"
            time.sleep(0.02)
        seen_s.append(time.monotonic() - began)
        client.close()
    for writer in writers:
        writer.stopping.set()
        writer.join()
        assert writer.trouble is None, f"seed {drawn}: {writer.trouble}"
    client = Client(server, server.key)
    known = {config_id: secrets for writer in writers for config_id, secrets in writer.secrets.items()}
    for config_id, secrets in known.items():
        assert client.config(config_id)["config"]["hmac"] in secrets, f"seed {drawn}: {config_id}"
    for config_id in draw.sample(list(known), 40):
        assert client.restore(config_id, 1)["config"]["hmac"], "what was sealed at its beginning opens, too"
    print(f"{ROTATIONS} rotations, {len(known)} configs, the new key in use after {max(seen_s):.2f} s at most")
    assert len(known) > ROTATIONS, "the load was none"
    server.stop()
    assert re.match("ok: ", run("verify", "--data", server.data).stdout)
    keys = [json.loads(line) for line in run("keyring", "list", server.keyring, "--data", server.data, "--json").stdout.splitlines()]
    assert len(keys) == ROTATIONS + 1 and all(key["needed"] and key["in_ring"] for key in keys)


def test_a_rotation_that_is_killed_itself_leaves_the_old_ring_or_the_new_one(server):
    """Whatever instruction it dies at: every key that was there is there, and the next rotation goes on."""
    drawn = seed()
    print("seed", drawn)
    draw = random.Random(drawn)
    before, died = ring_of(server), 0
    for _ in range(60):
        rotation = subprocess.Popen([BINARY, "keyring", "rotate", server.keyring], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(draw.random() * 0.03)
        rotation.kill()
        died += rotation.wait() != 0
        after = ring_of(server)
        assert after[:len(before)] == before and len(after) <= len(before) + 1, f"seed {drawn}"
        before = after
    assert died > 5, "none was killed in time"
    run("keyring", "rotate", server.keyring)
    assert ring_of(server)[:-1] == before
    assert not list(server.home.glob("keyring.json.new*")), "no key is left lying about"
    server.start()
    Client(server, server.key).pinless()


def ring_of(server) -> list[dict]:
    return json.loads(server.keyring.read_text())["sealing_keys"]
