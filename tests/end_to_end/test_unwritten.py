"""A result that did not get out is no success, whichever command it is of: a full disk behind stdout is said, and the status is 3."""

import json
import os
import subprocess

import pytest

from live.client import Client
from live.cluster import until
from live.kafka_nodes import free_ports
from live.server import BINARY, Server, run


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A log of some records, its chain, keys and key ring, and a key that signs; and where new things go."""
    server = Server(tmp_path_factory.mktemp("unwritten"))
    server.key = server.add_key("own")
    server.start()
    server.config = Client(server, server.key).pinless()["id"]
    server.chain = run("export", "--data", server.data).stdout
    run("checkpoint", "init", server.home / "signs")
    (server.home / "configs.jsonl").write_text(json.dumps({"type": "pin_dialin"}) + "\n")
    yield server
    server.kill()


COMMANDS = {
    "verify": "verify --data DATA",
    "verify in JSON": "verify --data DATA --json",
    "digest": "digest --data DATA",
    "digest in JSON": "digest --data DATA --json",
    "digest of the views": "digest --data DATA --views",
    "history": "history CONFIG --data DATA",
    "tail": "tail --data DATA",
    "export": "export --data DATA",
    "import": "import --data NEW",
    "import in JSON": "import --data NEW --json",
    "replay": "replay --data DATA --to 2 --out NEW",
    "replay in JSON": "replay --data DATA --to 2 --out NEW --json",
    "snapshot": "snapshot --data DATA --out NEW",
    "checkpoint": "checkpoint --data DATA --signing-key SIGNS",
    "checkpoint init": "checkpoint init NEW",
    "load": "load CONFIGS --server URL",
    "load in JSON": "load CONFIGS --server URL --dry-run --json",
    "keys add": "keys add --file NEW --tenant acme",
    "keys list": "keys list --file KEYS",
    "keyring list": "keyring list KEYRING",
    "keyring list in JSON": "keyring list KEYRING --data DATA --json",
    "version": "--version",
    "help": "--help",
    "a command's help": "serve --help",
    "the keys' help": "keys --help",
    "the key ring's help": "keyring --help",
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_result_that_did_not_get_out_is_no_success(place, tmp_path, command):
    means = {"DATA": place.data, "CONFIG": place.config, "NEW": tmp_path / "new", "SIGNS": place.home / "signs", "KEYS": place.keys, "KEYRING": place.keyring,
             "CONFIGS": place.home / "configs.jsonl", "URL": f"http://{place.host}:{place.port}"}
    words = [str(means.get(word, word)) for word in command.split()]
    options = {"input": place.chain, "stderr": subprocess.PIPE, "text": True, "timeout": 60, "env": {**os.environ, "DIALIN_KEY": place.key}}
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, *words], stdout=full, **options)
    assert done.returncode == 3, done.stderr
    name = "dialin" if words[0].startswith("-") else f"dialin {words[0]}"
    assert done.stderr.splitlines()[-1] == f"{name}: stdout cannot be written: No space left on device"


def test_a_report_that_nobody_reads_keeps_no_config_out(place, tmp_path):
    (tmp_path / "configs.jsonl").write_text("".join(json.dumps({"type": "pin_dialin", "name_prefix": f"unread {n}"}) + "\n" for n in range(30)))
    words = ["load", tmp_path / "configs.jsonl", "--server", f"http://{place.host}:{place.port}"]
    before = Client(place, place.key).page()["total_count"]
    process = subprocess.Popen([BINARY, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "DIALIN_KEY": place.key})
    process.stdout.close()
    assert process.stderr.read() == "30 created, 0 refused\n" and process.wait(60) == 3
    assert Client(place, place.key).page()["total_count"] == before + 30


def test_a_node_serves_with_a_full_disk_behind_its_stdout(own_server):
    (own_server.port,) = free_ports(1)
    own_server.options = ["--listen", f"127.0.0.1:{own_server.port}"]
    with open("/dev/full", "w") as full, open(own_server.output, "w") as output:
        process = subprocess.Popen(own_server.command(), stdout=full, stderr=output)
    try:
        until(lambda: "dialin serve: stdout cannot be written: No space left on device" in own_server.output.read_text())
        assert Client(own_server, None).get("/readyz").status == 200
    finally:
        process.terminate()
        assert process.wait(30) == 0
