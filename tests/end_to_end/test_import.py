"""`dialin import` into a data directory: every byte of a chain as it was, or a line that says what is wrong."""

import json
import subprocess
import uuid

import pytest

from live.chain_lines import CREATED, Chain, links_of, odd_chain
from live.client import Client
from live.server import BINARY, Server, run


def put_in(data, lines: str | bytes, check: int = 0, *words: str) -> subprocess.CompletedProcess:
    done = subprocess.run([str(BINARY), "import", "--data", str(data), *words], input=lines.encode() if isinstance(lines, str) else lines, capture_output=True,
                          timeout=120, check=False)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == check, f"status {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def refused(data, lines: str, *said: str) -> str:
    done = put_in(data, lines, 1)
    assert done.stdout == "" and all(each in done.stderr for each in said), done.stderr
    return done.stderr


def chain_of(count: int) -> Chain:
    chain = Chain()
    for number in range(count - 1):
        chain.add(b"dialin.test.counted.v1", str(number).encode())
    return chain


def heads(data) -> list[str]:
    return [link.head for link in links_of(data / "log")]


def test_every_byte_is_kept(tmp_path):
    chain = odd_chain()
    done = put_in(tmp_path, chain.lines())
    assert done.stdout == f"imported {len(chain.links)} records, head {chain.head}\n" and done.stderr == ""
    assert links_of(tmp_path / "log") == chain.links


def test_what_is_there_is_passed_over(tmp_path):
    chain = odd_chain()
    put_in(tmp_path, chain.lines(to=9))
    done = put_in(tmp_path, chain.lines(), 0, "--json")
    assert json.loads(done.stdout) == {"imported": len(chain.links) - 9, "passed_over": 9, "sequence": len(chain.links), "id": chain.links[-1].id.hex()}
    assert put_in(tmp_path, chain.lines()).stdout == f"imported 0 records, head {chain.head}\n"
    # All of a part of what is there.
    assert put_in(tmp_path, chain.lines(after=3, to=7)).stdout == f"imported 0 records, head {chain.links[6].head}\n"
    assert links_of(tmp_path / "log") == chain.links


def test_a_chain_may_come_in_pieces(tmp_path):
    chain = odd_chain()
    put_in(tmp_path, chain.lines(to=10))
    put_in(tmp_path, chain.lines(after=10, to=20))
    assert put_in(tmp_path, chain.lines(after=15)).stdout == f"imported {len(chain.links) - 20} records, head {chain.head}\n"
    assert links_of(tmp_path / "log") == chain.links


def test_a_gap_before_the_first_line_is_refused(tmp_path):
    chain = chain_of(9)
    refused(tmp_path, chain.lines(after=1), "line 1: record 2 does not follow record 0")
    put_in(tmp_path, chain.lines(to=4))
    refused(tmp_path, chain.lines(after=5), "line 1: record 6 does not follow record 4, with which the log ends")
    assert len(heads(tmp_path)) == 4


def test_another_chain_is_refused(tmp_path):
    chain, other = chain_of(6), chain_of(6)
    put_in(tmp_path, chain.lines(to=4))
    refused(tmp_path, other.lines(), "line 1: the log holds another record 1 (00000000000000000001.segment, byte 128)")
    refused(tmp_path, other.lines(after=3), "line 1: the log holds another record 3")
    fork = chain_of(1)
    fork.log, fork.links = chain.log, chain.links[:3]
    fork.add(b"dialin.test.counted.v1", b"of another mind")
    refused(tmp_path, fork.lines(), "line 4: the log holds another record 4")
    assert heads(tmp_path) == [link.head for link in chain.links[:4]]


WRONG = {
    "no JSON": (lambda chain: "{}}\n", "it is no JSON object"),
    "an empty line": (lambda chain: "\n", "it is no JSON object"),
    "a record that is cut": (lambda chain: chain.links[4].line()[:-20], "it is no JSON object"),
    "a value that was changed": (lambda chain: chain.links[4].line(value="5"), "record 5: the hash does not match the content"),
    "a time that was changed": (lambda chain: chain.links[4].line(time="2026-01-01T00:00:00Z"), "record 5: the hash does not match the content"),
    "a tenant that was added": (lambda chain: chain.links[4].line(tenant=str(uuid.uuid4())), "record 5: the hash does not match the content"),
    "a record that is missing": (lambda chain: chain.links[5].line(), "record 6 does not follow record 4"),
    "a record that comes again": (lambda chain: chain.links[3].line(), "record 4 does not follow record 4"),
    "a record of another chain": (lambda chain: chain_of(5).links[4].line(), "record 5: its previous id is not that of the record before"),
    "a member that nobody knows": (lambda chain: chain.links[4].line(offset=7), "there is no member offset"),
    "a line without end": (lambda chain: "x" * 4_000_000, "it is longer than any record's line"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_line_that_is_wrong_is_named_and_what_came_before_it_stays(tmp_path, what):
    chain = chain_of(9)
    make, said = WRONG[what]
    told = refused(tmp_path, chain.lines(to=4) + make(chain) + chain.lines(after=4), f"line 5: {said}")
    assert f"imported 4 records, head {chain.links[3].head}: they stay" in told
    assert heads(tmp_path) == [link.head for link in chain.links[:4]]
    assert put_in(tmp_path, chain.lines()).stdout == f"imported 5 records, head {chain.head}\n"


def test_a_time_that_does_not_increase_is_refused(tmp_path):
    chain = chain_of(3)
    chain.add(b"dialin.test.counted.v1", b"", after_us=0)
    refused(tmp_path, chain.lines(), "line 4: record 4: the time does not increase")


def test_only_the_first_record_founds_a_log(tmp_path):
    chain = chain_of(2)
    chain.add(CREATED, chain.links[0].value)
    refused(tmp_path, chain.lines(), "line 3: record 3: only the first one founds a log, and it must")
    chain = Chain()
    chain.links.clear()
    chain.add(b"dialin.test.counted.v1", b"{}")
    refused(tmp_path / "2", chain.lines(), "line 1: record 1: only the first one founds a log, and it must")
    chain.links.clear()
    chain.add(CREATED, b"{}")
    refused(tmp_path / "3", chain.lines(), "line 1: the first record names no log")
    assert not heads(tmp_path / "3")


def test_a_stream_that_breaks_off_within_a_line_is_said_to(tmp_path):
    chain = chain_of(6)
    refused(tmp_path, chain.lines()[:-20], "line 6: it is cut off: the stream ended within it")
    assert put_in(tmp_path, chain.lines()).stdout == f"imported 1 records, head {chain.head}\n"


def test_a_snapshot_stays_as_it_is(tmp_path):
    chain = chain_of(6)
    put_in(tmp_path / "first", chain.lines(to=4))
    run("snapshot", "--data", tmp_path / "first", "--out", tmp_path / "snapshot")
    done = run("import", "--data", tmp_path / "snapshot", input=chain.lines(), check=3)
    assert "is of a snapshot, which stays as it is" in done.stderr
    assert len(heads(tmp_path / "snapshot")) == 4


def test_nothing_is_no_chain(tmp_path):
    refused(tmp_path / "new", "", "no record came")
    assert not (tmp_path / "new").exists()


def test_the_last_line_may_lack_its_end(tmp_path):
    chain = chain_of(3)
    assert put_in(tmp_path, chain.lines().rstrip("\n")).stdout == f"imported 3 records, head {chain.head}\n"


def test_a_pipe_that_stays_open_does_not_keep_a_refusal(tmp_path):
    process = subprocess.Popen([str(BINARY), "import", "--data", str(tmp_path)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(b"no\n")
    process.stdin.flush()
    assert process.wait(10) == 1 and b"line 1: it is no JSON object" in process.stderr.read()
    process.stdin.close()
    process.stderr.close()


def test_a_running_server_keeps_imports_out(own_server):
    own_server.start()
    done = put_in(own_server.data, chain_of(3).lines(), 3)
    assert f"is in use by process {own_server.process.pid}" in done.stderr


def test_without_a_log_to_name_it_is_wrong_use():
    assert "name the log" in run("import", check=2, input="").stderr


@pytest.fixture
def stopped(own_server):
    """A server that has stored something of each kind, and its configs."""
    own_server.start()
    caller = Client(own_server, own_server.key)
    moved = caller.pinless(name_prefix="Front desk")
    caller.move(moved["id"], type="pin_dialin")
    removed = caller.pinless()
    caller.remove(removed["id"])
    caller.update(caller.pinless()["id"], name_prefix="\u00e9\U0001f4de")
    configs = caller.all_configs()
    caller.close()
    assert own_server.stop() == 0
    return own_server, configs


def second(server: Server, tmp_path) -> Server:
    server.data = tmp_path / "second"
    return server


def test_an_imported_log_is_served_and_gone_on_with(stopped, tmp_path):
    server, configs = stopped
    links = links_of(server.data / "log")
    second(server, tmp_path)
    put_in(server.data, "".join(link.line() for link in links))
    assert links_of(server.data / "log") == links
    assert run("verify", "--data", server.data, "--expect", links[-1].head).stdout == f"ok: {len(links)} records, head {links[-1].head}\n"
    server.start()
    caller = Client(server, server.key)
    try:
        assert caller.all_configs() == configs
        caller.pinless()
        assert caller.get("/").sequence == links[-1].sequence + 2  # its own `opened`, and the config
    finally:
        caller.close()


def test_a_move_that_is_cut_is_said_and_completed_by_the_next_start(stopped, tmp_path):
    server, configs = stopped
    links = links_of(server.data / "log")
    cut = next(link for link in links if b"moved_to" in link.value).sequence
    second(server, tmp_path)
    done = put_in(server.data, "".join(link.line() for link in links[:cut]))
    assert done.stdout == f"imported {cut} records, head {links[cut - 1].head}\n" and f"record {cut}, the last one, begins a move" in done.stderr
    server.start()
    caller = Client(server, server.key)
    try:
        assert caller.all_configs()[-1] == configs[-1]
        assert links_of(server.data / "log")[cut] == links[cut]  # which follows from the first half alone
    finally:
        caller.close()


def test_views_of_the_same_chain_may_stand_beside(stopped):
    server, configs = stopped
    links = links_of(server.data / "log")
    (server.data / "log").rename(server.data / "log.old")
    put_in(server.data, "".join(link.line() for link in links))
    server.start()
    caller = Client(server, server.key)
    try:
        assert caller.all_configs() == configs and "rebuilt" not in server.said()
    finally:
        caller.close()
