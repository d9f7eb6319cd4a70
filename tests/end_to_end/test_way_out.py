"""The way out of a log that cannot be gone on with: what is before the record that fails is put into a new one, and all that it said is there."""

import dataclasses
import shutil
import uuid

import pytest

from end_to_end.test_import import put_in
from fault.segments import records
from live.chain_lines import Link, append_frame, exported, links_of, odd_chain
from live.client import Client
from live.server import NotServing, Server, run


def answers(server: Server) -> dict:
    """What a caller can ask, of configs that live and of those that do not."""
    caller = Client(server, server.key)
    try:
        configs, events = caller.all_configs(), caller.all_events()
        return {"configs": configs, "events": events, "histories": {event["config_id"]: caller.history(event["config_id"]) for event in events},
                "numbers": {config["config"]["phone_number"]: caller.get(f"/numbers/{config['config']['phone_number']}").expect(200).json for config in configs
                            if config["config"].get("phone_number")}}
    finally:
        caller.close()


@pytest.fixture
def stopped(own_server) -> tuple[Server, dict]:
    """A server that has stored something of each kind, and its answers."""
    own_server.start()
    caller = Client(own_server, own_server.key)
    moved = caller.pinless(name_prefix="Front desk")
    caller.move(moved["id"], type="pin_dialin")
    removed = caller.pinless()
    caller.remove(removed["id"])
    caller.restore(removed["id"], 1)
    caller.update(caller.pinless()["id"], name_prefix="\u00e9\U0001f4de")
    caller.close()
    found = answers(own_server)
    assert own_server.stop() == 0
    return own_server, found


def refuses(server: Server) -> str:
    with pytest.raises(NotServing) as refused:
        server.start()
    assert refused.value.status == 3
    return refused.value.output


def put_aside(server: Server) -> None:
    """By the steps of docs/operations.md."""
    shutil.move(server.data, server.data.with_suffix(".old"))


def poisoned(server: Server) -> int:
    """Puts a record behind the chain that fits it, and gives a number that is held to another config; its sequence."""
    links = links_of(server.data / "log")
    held = [link for link in links if link.type == b"dialin.config.created.v1"][-1]
    forged = dataclasses.replace(held, sequence=links[-1].sequence + 1, previous=links[-1].id, config_id=uuid.uuid4(), time_us=links[-1].time_us + 1)
    append_frame(server.data / "log", forged)
    assert links_of(server.data / "log")[-1] == forged
    return forged.sequence


def test_a_record_that_breaks_a_rule_is_left_behind(stopped):
    server, found = stopped
    last = poisoned(server)
    assert run("verify", "--data", server.data, check=1).stdout.endswith(": the number is held by another config\n")
    put_aside(server)
    lines = exported("--data", server.data.with_suffix(".old"))
    refused = put_in(server.data, lines, 1).stderr
    assert f"line {last}: record {last} breaks a rule: the number is held by another config" in refused
    assert f"imported {last - 1} records, head {last - 1}:" in refused
    # Whoever knows where it is says so, and nothing is refused.
    done = put_in(server.data, exported("--data", server.data.with_suffix(".old"), "--to", last - 1))
    assert done.stdout.startswith(f"imported 0 records, head {last - 1}:")
    server.start()
    assert answers(server) == found
    caller = Client(server, server.key)
    caller.pinless()
    caller.close()


@pytest.mark.parametrize("what", ["changed", "deleted", "created again", "half a move", "no event"])
def test_what_nodes_would_halt_at_does_not_get_in(stopped, tmp_path, what):
    server, _ = stopped
    links = links_of(server.data / "log")
    last = links[-1]

    def behind(link: Link, **others) -> Link:
        return dataclasses.replace(link, **{"sequence": last.sequence + 1, "previous": last.id, "time_us": last.time_us + 1, **others})

    of = {name: next(link for link in links if link.type == f"dialin.config.{name}.v1".encode()) for name in ("created", "updated", "deleted")}
    forged = {"changed": behind(of["updated"], config_id=uuid.uuid4()), "deleted": behind(of["deleted"]),
              "created again": behind(last, type=of["created"].type, value=of["created"].value), "no event": behind(of["created"], value=b"{}"),
              "half a move": behind(links[0], type=b"dialin.test.counted.v1")}[what]
    if what == "half a move":
        at = next(at for at, link in enumerate(links) if b'"moved_to"' in link.value)
        links = links[:at + 1]
        forged = dataclasses.replace(forged, sequence=links[-1].sequence + 1, previous=links[-1].id, time_us=links[-1].time_us + 1)
    said = put_in(tmp_path / "new", "".join(link.line() for link in [*links, forged]), 1).stderr
    why = "the value is not an event" if what == "no event" else "breaks a rule: "
    assert f"line {forged.sequence}: record {forged.sequence}" in said and why in said
    assert links_of(tmp_path / "new" / "log") == links


def test_a_record_that_is_damaged_is_left_behind_with_all_that_is_behind_it(stopped):
    server, found = stopped
    [segment] = (server.data / "log").glob("*.segment")
    data, last = bytearray(segment.read_bytes()), found["events"][-1]["sequence"]
    at, size = records(segment)[last - 1]["value"]
    data[at + size // 2] ^= 1
    segment.write_bytes(data)
    assert f"record {last} (" in refuses(server)
    put_aside(server)
    old = server.data.with_suffix(".old")
    # All that is sound, and that it is not all.
    done = run("export", "--data", old, check=1)
    assert f"record {last} (" in done.stderr
    assert done.stdout == exported("--data", old, "--to", last - 1)
    put_in(server.data, done.stdout)
    server.start()
    now = answers(server)
    assert now["events"] == found["events"][:-1] and now["configs"][1:] == found["configs"][1:]


def test_an_export_is_what_was_imported(tmp_path):
    chain = odd_chain()
    put_in(tmp_path, chain.lines())
    assert exported("--data", tmp_path) == chain.lines()
    assert exported("--data", tmp_path, "--after", 7, "--to", 9) == chain.lines(after=7, to=9)


def test_a_backup_in_pieces_beside_a_running_server_restores_all(own_server, tmp_path):
    own_server.start()
    caller = Client(own_server, own_server.key)
    pieces, last = [], 0
    for _ in range(3):
        caller.pinless()
        last, before = caller.get("/").sequence, last
        pieces.append(exported("--data", own_server.data, "--after", before, "--to", last))
    caller.close()
    found = answers(own_server)
    assert own_server.stop() == 0
    for piece in pieces:
        put_in(tmp_path / "restored", piece)
    own_server.data = tmp_path / "restored"
    own_server.start()
    assert answers(own_server) == found


def test_a_changed_line_of_a_backup_is_found(stopped, tmp_path):
    server, _ = stopped
    links = links_of(server.data / "log")
    at = next(at for at, link in enumerate(links) if b"Front desk" in link.value)
    lines = exported("--data", server.data).replace("Front desk", "Back door", 1)
    assert f"line {at + 1}: record {at + 1}: the hash does not match the content" in put_in(tmp_path, lines, 1).stderr
    # Whoever makes the hash fit is found by the next line.
    forged = dataclasses.replace(links[at], value=links[at].value.replace(b"Front desk", b"Back door"))
    lines = "".join(link.line() for link in [*links[:at], forged, *links[at + 1:]])
    assert f"line {at + 2}: record {at + 2}: its previous id is not that of the record before" in put_in(tmp_path / "2", lines, 1).stderr
