"""The program: options from flag, environment and file, exit statuses, what it says and where."""

import os
import re
import shutil
import socket

import pytest

from live.client import Client
from live.server import NotServing, Server, run


def test_version_and_help():
    assert re.search(r"\d+\.\d+\.\d+", run("--version").stdout)
    for words in (["--help"], ["serve", "--help"], ["keys", "--help"], ["keys", "add", "--help"], ["keyring", "--help"], ["verify", "--help"],
                  ["digest", "--help"], ["history", "--help"], ["tail", "--help"], ["export", "--help"], ["checkpoint", "--help"],
                  ["checkpoint", "init", "--help"]):
        text = run(*words).stdout
        assert len(text) > 100, words
    text = run("serve", "--help").stdout
    for option in ("--data", "--listen", "--keys", "--keyring", "--dev", "--config"):
        assert option in text


@pytest.mark.parametrize("words,culprit", [(["serve", "--dat", "x"], "there is no option --dat"), (["serve"], "--data"),
                                           (["serve", "--data", "x", "y"], "there is no option y"),
                                           (["serve", "--data", "x", "--queue-max", "lots"], "--queue-max"),
                                           (["serve", "--data", "x", "--listen", "here"], "--listen"), (["serve", "--config", "misspelt.toml"], "listn"),
                                           (["keys", "add"], "--file"), (["verify", "--data", "x", "--expect", "7"], "--expect")],
                         ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_wrong_use_names_the_command_and_the_culprit(words, culprit, tmp_path):
    (tmp_path / "misspelt.toml").write_text('data = "x"\nlistn = "127.0.0.1:0"\n')
    (tmp_path / "x" / "log").mkdir(parents=True)
    said = run(*words, check=2, cwd=tmp_path).stderr
    command = " ".join(word for word in words[:2] if word in ("serve", "keys", "add", "verify"))
    assert said.startswith(f"dialin {command}: ") and culprit in said, said


@pytest.mark.parametrize("words", [[], ["nonsense"], ["serve"], ["serve", "--data"], ["serve", "--data", "x", "--no-such-option"], ["keys"], ["keys", "add"],
                                   ["keys", "nonsense"], ["keyring"], ["verify"], ["digest"], ["history"],
                                   ["history", "--data", "x"], ["tail"], ["export"], ["serve", "--data", "x", "--listen", "nonsense"]], ids=" ".join)
def test_wrong_use_is_status_2_said_on_stderr(words, tmp_path):
    done = run(*words, check=2, cwd=tmp_path)
    assert done.stdout == "" and done.stderr
    assert not any(tmp_path.iterdir()), "nothing was made"


def test_what_it_is_given_is_looked_at_before_anything_is_made(own_server, tmp_path):
    file = tmp_path / "no directory and no certificate"
    file.write_text("x")
    missing = f"{file}.pem"
    for options, why in ((["--data", str(file)], "--data must be a directory"), (["--hold-music-check", "on", "--hold-music-ca", str(file)], "certificate"),
                         (["--hold-music-check", "on", "--hold-music-ca", missing], f"{missing} is missing")):
        own_server.options = options
        with pytest.raises(NotServing) as refused:
            own_server.start()
        assert refused.value.status == 3 and why in refused.value.output and str(file) in refused.value.output
        assert not own_server.data.exists()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_flags_win_over_environment_over_file(own_server, tmp_path):
    server = own_server
    by_flag, by_environment, by_file = (free_port() for _ in range(3))
    file = tmp_path / "dialin.toml"
    file.write_text(f'listen = "127.0.0.1:{by_file}"\nsip-domain = "file.example"\n')
    environment = {**os.environ, "DIALIN_LISTEN": f"127.0.0.1:{by_environment}", "DIALIN_SIP_DOMAIN": "environment.example"}

    class Quiet(Server):
        def command(self):
            return [word for word in super().command() if word not in ("--listen", "127.0.0.1:0")]

    server.__class__ = Quiet
    server.options = ["--config", str(file)]
    server.start()
    assert server.port == by_file
    assert Client(server, server.key).pinless()["config"]["sip_uri"].endswith("@file.example")
    server.stop()
    server.start(env=environment)
    assert server.port == by_environment
    assert Client(server, server.key).pinless()["config"]["sip_uri"].endswith("@environment.example")
    server.stop()
    server.options += [f"--listen=127.0.0.1:{by_flag}", "--sip-domain", "flag.example"]
    server.start(env=environment)
    assert server.port == by_flag
    assert Client(server, server.key).pinless()["config"]["sip_uri"].endswith("@flag.example")


def test_an_unknown_key_in_the_file_is_refused(own_server, tmp_path):
    file = tmp_path / "dialin.toml"
    file.write_text('lisen = "127.0.0.1:1"\n')
    own_server.options = ["--config", str(file)]
    with pytest.raises(NotServing) as refused:
        own_server.start()
    assert refused.value.status == 2 and "lisen" in refused.value.output


def test_missing_keys_and_key_ring_are_refused_with_the_command_that_makes_them(own_server):
    own_server.keyring.unlink()
    with pytest.raises(NotServing) as refused:
        own_server.start()
    assert refused.value.status == 3 and "dialin keyring init" in refused.value.output
    run("keyring", "init", own_server.keyring)
    own_server.keys.unlink()
    with pytest.raises(NotServing) as refused:
        own_server.start()
    assert refused.value.status == 3 and "dialin keys add" in refused.value.output


def test_a_key_ring_is_never_made_over_another_and_rotation_keeps_old_secrets(own_server):
    server = own_server
    before = server.keyring.read_bytes()
    assert run("keyring", "init", server.keyring, check=None).returncode != 0
    assert server.keyring.read_bytes() == before
    server.start()
    made = Client(server, server.key).pinless()
    server.stop()
    run("keyring", "rotate", server.keyring)
    assert len(run("keyring", "list", server.keyring).stdout.splitlines()) == 2
    server.start()
    client = Client(server, server.key)
    assert client.config(made["id"]) == made
    client.update(made["id"], hmac=made["config"]["hmac"])
    assert len(client.history(made["id"])) == 1, "the same secret is no change, whatever key sealed it"
    assert client.pinless()["config"]["hmac"]


def test_a_key_that_the_ring_lacks_is_said_at_the_start(own_server):
    server = own_server.start()
    Client(server, server.key).pinless()
    server.stop()
    server.keyring.unlink()
    run("keyring", "init", server.keyring)
    with pytest.raises(NotServing) as refused:
        server.start()
    assert refused.value.status == 3 and "seal_" in refused.value.output


def test_a_second_process_on_the_same_data_is_refused(own_server):
    server = own_server.start()
    second = Server(server.home, data=server.data)
    second.output = server.home / "second.txt"
    with pytest.raises(NotServing) as refused:
        second.start()
    assert refused.value.status == 3 and str(server.data) in refused.value.output
    Client(server, server.key).pin()
    assert "ok:" in run("verify", "--data", server.data).stdout, "verify runs beside the server"


def test_a_port_in_use_is_refused_and_leaves_the_data_well(own_server):
    server = own_server
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server.options = ["--listen", f"127.0.0.1:{taken.getsockname()[1]}"]
        with pytest.raises(NotServing) as refused:
            server.start()
    assert refused.value.status == 3
    server.options = []
    server.start()


def test_verify_prints_the_head(own_server):
    server = own_server.start()
    client = Client(server, server.key)
    for _ in range(10):
        client.pinless()
    end = client.get("/").sequence
    server.stop()
    done = run("verify", "--data", server.data)
    count, head, id = re.fullmatch(r"ok: (\d+) records, head (\d+):([0-9a-f]{64})\n", done.stdout).groups()
    assert int(count) == int(head) == end
    assert run("verify", "--data", server.home / "nowhere", check=3).stdout == ""


def test_dev_makes_what_is_missing_and_keeps_it(tmp_path):
    server = Server(tmp_path / "dev")
    server.keyring.unlink()
    server.options = ["--dev"]
    server.start()
    try:
        for file in (server.keys, server.keyring):
            assert file.stat().st_mode & 0o777 == 0o600
        key = re.search(r"Bearer ([^'\"\s]+)", server.said())[1]
        made = Client(server, key).pinless()
        assert Client(server, key).get("/").expect(200).json["domain_name"] == "dev"
        assert server.stop() == 0
        server.start()
        assert Client(server, key).config(made["id"]) == made
    finally:
        server.kill()


def test_a_copied_data_directory_serves(own_server, tmp_path):
    server = own_server.start()
    made = Client(server, server.key).pinless()
    server.stop()
    copy = tmp_path / "copy"
    shutil.copytree(server.data, copy)
    server.data = copy
    server.start()
    assert Client(server, server.key).config(made["id"]) == made


def test_sip_only_when_allowed(own_server):
    server = own_server
    server.options = ["--allow-sip-only"]
    server.start()
    client = Client(server, server.key)
    made = client.create(type="pinless_dialin")
    assert made["config"]["sip_uri"] and "phone_number" not in made["config"]
    assert "phone_number" not in client.update(client.pinless()["id"], phone_number=None)["config"]


def test_a_start_that_is_refused_for_its_key_ring_writes_nothing(own_server):
    """A supervisor that tries again all night must not fill the log with openings."""
    server = own_server.start()
    Client(server, server.key).pinless()
    server.stop()
    head = run("verify", "--data", server.data).stdout
    server.keyring.unlink()
    run("keyring", "init", server.keyring)
    for _ in range(3):
        with pytest.raises(NotServing) as refused:
            server.start()
        assert "the key ring lacks key" in refused.value.output
    assert run("verify", "--data", server.data).stdout == head


def test_nobody_else_can_read_the_data(own_server):
    server = own_server.start()
    Client(server, server.key).pinless()
    server.stop()
    open_to_others = [file for file in server.data.rglob("*") if file.stat().st_mode & 0o007]
    assert not open_to_others
