"""Checkpoints of a log that nodes share: whichever node signs, they agree, and they prove the topic as well as every copy."""

from kafka.calls import created
from live.client import Client
from live.cluster import asked, until
from live.notes import checkpoint
from live.server import run


def test_nodes_and_the_topic_say_the_same(log, tmp_path):
    log.init()
    nodes, public = [log.node(name) for name in ("one", "two")], {}
    key = nodes[0].add_key("acme")
    for node in nodes:
        node.keyring, node.keys = nodes[0].keyring, nodes[0].keys
        run("checkpoint", "init", node.home / "key", "--name", node.home.name)
        public[node] = (node.home / "key.pub").read_text()
        node.options += ["--signing-key", str(node.home / "key")]
        node.start()
    notes, ids = tmp_path / "notes", {}
    with open(notes, "w") as kept:
        for _ in range(3):
            made = created(Client(nodes[0], key))
            until(lambda: asked(nodes[0])[1]["applied"] == asked(nodes[1])[1]["applied"])
            for node in nodes:
                note = Client(node, None).get("/checkpoint").expect(200).body.decode()
                says = checkpoint(note, public[node])
                assert ids.setdefault(says.sequence, says.id) == says.id, "for one sequence there is one id"
                kept.write(note)
        note = run("checkpoint", *log.words, "--signing-key", nodes[0].home / "key").stdout
        of_topic = checkpoint(note, public[nodes[0]])
        assert ids[of_topic.sequence] == of_topic.id and of_topic.sequence == max(ids)
        kept.write(note)
    (tmp_path / "keys").write_text("".join(public.values()))
    words = ["--checkpoints", notes, "--checkpoint-key", tmp_path / "keys"]
    assert f"head {of_topic.sequence}:{of_topic.id}" in run("verify", *log.words, *words).stdout
    assert Client(nodes[0], key).config(made["id"]) == made
    for node in nodes:
        assert node.stop() == 0
        assert run("verify", "--data", node.data, *words).stdout.startswith("ok: ")
        copied = checkpoint(run("checkpoint", "--data", node.data, "--signing-key", node.home / "key").stdout, public[node])
        # When the first one stops, the other may take the lead, which is a record more.
        assert copied.sequence >= of_topic.sequence and ids.setdefault(copied.sequence, copied.id) == copied.id
    refused = run("keyring", "remove", nodes[0].keyring, "seal_0000000000000000", "--data", nodes[0].data, check=1)
    assert "holds no key" in refused.stderr
    run("keyring", "rotate", nodes[0].keyring)
    sealed = run("keyring", "list", nodes[0].keyring, *log.words).stdout.split("\t")[0]
    assert "is a copy of a log on Kafka and may be behind it" in run("keyring", "remove", nodes[0].keyring, sealed, "--data", nodes[0].data, check=1).stderr


def test_who_does_not_hear_the_log_does_not_say_where_it_ends(log, kafka):
    log.init()
    node = log.node("one")
    run("checkpoint", "init", node.home / "key")
    node.options += ["--signing-key", str(node.home / "key")]
    key = node.add_key("acme")
    caller = Client(node.start(), key)
    created(caller)
    caller.get("/checkpoint").expect(200)
    kafka.kill()
    until(lambda: asked(node)[0] == 503)
    assert "where the log ends" in caller.get("/checkpoint").refused(503, "unavailable")["info"]
    kafka.restart()
    until(lambda: asked(node)[0] == 200)
    caller.get("/checkpoint").expect(200)
