"""`dialin load`: a file of plain configs through the API, and a line on each."""

import http.server
import json
import os
import re
import socket
import subprocess
import threading

import pytest

from live.client import fresh_number
from live.server import BINARY, run

ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def load(tenant, file, content: str | bytes, *words: str, check: int = 0, server: str | None = None, key: str | None = None) -> subprocess.CompletedProcess:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    url = server or f"http://{tenant.server.host}:{tenant.server.port}"
    done = subprocess.run([str(BINARY), "load", str(file), "--server", url, *words], capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, "DIALIN_KEY": key if key is not None else tenant.key})
    assert done.returncode == check, f"status {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def lines_of(*configs: dict) -> str:
    return "".join(json.dumps(config) + "\n" for config in configs)


def test_json_lines_are_created_in_order_and_reported(tenant, client, tmp_path):
    numbers = [fresh_number() for _ in range(40)]
    configs = [{"type": "pinless_dialin", "phone_number": number, "name_prefix": f"of line {at}"} for at, number in enumerate(numbers, 1)]
    done = load(tenant, tmp_path / "configs.jsonl", lines_of(*configs))
    told = done.stdout.splitlines()
    for at, number in enumerate(numbers, 1):
        found = re.fullmatch(rf"line {at}: created ({ID}) {re.escape(number)}", told[at - 1])
        assert found, told[at - 1]
        assert client.config(found[1])["config"]["name_prefix"] == f"of line {at}"
    assert len(told) == 40 and done.stderr == "40 created, 0 refused\n"


def test_one_connection_keeps_the_order_of_the_file(tenant, client, tmp_path):
    load(tenant, tmp_path / "configs.jsonl", lines_of(*({"type": "pin_dialin", "name_prefix": f"{at}"} for at in range(30))), "--connections", "1")
    assert [config["config"]["name_prefix"] for config in client.all_configs()] == [f"{at}" for at in reversed(range(30))]


def test_the_same_file_again_creates_nothing_twice(tenant, client, tmp_path):
    content = lines_of(*({"type": "pin_dialin", "name_prefix": f"{at}"} for at in range(10)))
    first = load(tenant, tmp_path / "configs.jsonl", content)
    assert load(tenant, tmp_path / "configs.jsonl", content).stdout == first.stdout
    assert client.page()["total_count"] == 10
    load(tenant, tmp_path / "configs.jsonl", content.replace('"9"', '"another"'))
    assert client.page()["total_count"] == 11


def test_what_is_refused_is_said_line_by_line_and_the_rest_is_created(tenant, client, tmp_path):
    number = fresh_number()
    holder = client.pinless(phone_number=number, name_prefix="Front desk")
    content = (lines_of({"type": "pin_dialin", "phone_number": number}, {"type": "pin_dialin", "name_prefx": "a", "hold_music_url": "ftp://x"}) + "no JSON\n\n"
               + lines_of({"type": "pin_dialin", "name_prefix": "b"}) + '{"type": "pin_dialin", "name_prefix": "' + "x" * 300_000 + '"}')
    done = load(tenant, tmp_path / "configs.ndjson", content, check=1)
    told = done.stdout.splitlines()
    assert told[0] == f"line 1: refused 409 conflict-error: phone_number {number} is in use by your config {holder['id']}"
    assert told[1].startswith("line 2: refused 400 invalid-request-error: ") and "the nearest one is name_prefix" in told[1] and "hold_music_url" in told[1]
    assert told[2].startswith("line 3: refused 400 json-parsing-error: ")
    assert re.fullmatch(f"line 5: created {ID}", told[3])
    assert told[4] == "line 6: refused: it is longer than any config"
    assert done.stderr == "1 created, 4 refused\n"


def test_csv_names_its_columns(tenant, client, tmp_path):
    numbers = [fresh_number() for _ in range(3)]
    content = ("\ufefftype,phone_number,name_prefix,timeout_config.message,ivr_greeting.message\r\n"
               f"pinless_dialin,{numbers[0]},\"Front, \"\"desk\"\"\",\"Two\r\nlines\",\r\n"
               f'pin_dialin,"{numbers[1]}","",,Welcome\r\n'
               "\r\n"
               f"pin_dialin,{numbers[2]},é,,")
    done = load(tenant, tmp_path / "configs.csv", content)
    assert [re.sub(ID, "ID", line) for line in done.stdout.splitlines()] == [f"line {line}: created ID {number}" for line, number in zip((2, 4, 6), numbers)]
    configs = [client.get(f"/numbers/{number}").expect(200).json["config"] for number in numbers]
    assert configs[0]["name_prefix"] == 'Front, "desk"' and configs[0]["timeout_config"] == {"message": "Two\r\nlines"}
    assert configs[1]["ivr_greeting"] == {"message": "Welcome"} and not configs[1].get("name_prefix") and not configs[1].get("timeout_config")
    assert configs[2]["name_prefix"] == "é"


@pytest.mark.parametrize("head, said", [
    ("type,name_prefx", "line 1: there is no property 'name_prefx'; the nearest one is name_prefix"),
    ("type,sip_uri", "line 1: there is no property 'sip_uri'"),
    ("type,type", "line 1: type is named twice"),
    ("", "line 1: the line that names the properties is missing"),
    ('type,"name_prefix', "line 1: a quote is not closed"),
])
def test_a_csv_whose_head_is_wrong_is_not_loaded(tenant, client, tmp_path, head, said):
    done = load(tenant, tmp_path / "configs.csv", f"{head}\npin_dialin,a\n" if head else "", check=1)
    assert said in done.stderr and "nothing was sent" in done.stderr and done.stdout == ""
    assert client.page()["total_count"] == 0


@pytest.mark.parametrize("row, said", [
    ('pin_dialin,a"b', "a quote stands in a cell that does not begin with one"),
    ('pin_dialin,"a"b', "something stands behind a closing quote"),
    ("pin_dialin,a\rb", "a carriage return stands alone"),
    ('pin_dialin,"a', "a quote is not closed"),
    ('pin_dialin,"' + "a" * 300_000, "it is longer than any config, or a quote is not closed"),
    ("pin_dialin," + "a" * 300_000, "it is longer than any config"),
])
def test_csv_that_is_none_ends_the_load_where_it_stands(tenant, client, tmp_path, row, said):
    done = load(tenant, tmp_path / "configs.csv", f"type,name_prefix\npin_dialin,first\n{row}\npin_dialin,last\n", check=1)
    assert len(done.stdout.splitlines()) == 1 and f"line 3: {said}; what comes behind was not loaded" in done.stderr
    assert client.page()["total_count"] == 1


def test_a_row_with_another_number_of_cells_is_refused_alone(tenant, tmp_path):
    done = load(tenant, tmp_path / "configs.csv", "type,name_prefix\npin_dialin\npin_dialin,a,b\npin_dialin,c\n", check=1)
    told = done.stdout.splitlines()
    assert told[:2] == ["line 2: refused: it has 1 cells, the first line names 2", "line 3: refused: it has 3 cells, the first line names 2"]
    assert told[2].startswith("line 4: created ")


def test_a_dry_run_creates_nothing_and_sees_numbers_that_come_twice(tenant, client, tmp_path):
    number = fresh_number()
    done = load(tenant, tmp_path / "configs.csv", f"type,phone_number\npin_dialin,{number}\npin_dialin,tel:{number}\npin_dialin,1\n", "--dry-run", check=1)
    told = done.stdout.splitlines()
    assert told[0] == f"line 2: would be created {number}"
    assert told[1] == f"line 3: refused conflict-error: phone_number {number} stands in line 2 of this file, too"
    assert told[2].startswith("line 4: refused 400 invalid-request-error: phone_number")
    assert done.stderr == "1 would be created, 2 refused\n" and client.page()["total_count"] == 0


def test_of_lines_with_one_number_the_first_gets_it_as_the_dry_run_says(tenant, tmp_path):
    numbers = [fresh_number() for _ in range(100)]
    rows = [spelled for number in numbers for spelled in (number, f"tel:{number}", number)]
    content = "type,phone_number\n" + "".join(f"pin_dialin,{row}\n" for row in rows)
    foretold = load(tenant, tmp_path / "configs.csv", content, "--dry-run", check=1).stdout.splitlines()
    told = load(tenant, tmp_path / "configs.csv", content, check=1).stdout.splitlines()
    for at, (before, after) in enumerate(zip(foretold, told, strict=True)):
        assert ("created" in after) == ("would be created" in before) == (at % 3 == 0), (before, after)


def test_the_report_as_json(tenant, tmp_path):
    number = fresh_number()
    done = load(tenant, tmp_path / "configs.data", lines_of({"type": "pin_dialin", "phone_number": number}, {"type": "pin"}), "--format", "json", "--json",
                check=1)
    first, second = map(json.loads, done.stdout.splitlines())
    assert re.fullmatch(ID, first.pop("id")) and first == {"line": 1, "outcome": "created", "phone_number": number}
    assert (second["line"], second["outcome"], second["status"], second["error"]) == (2, "refused", 400, "invalid-request-error") and "type" in second["info"]


def test_a_key_that_is_not_taken_ends_it(tenant, tmp_path):
    content = lines_of({"type": "pin_dialin"})
    assert "does not take the key" in load(tenant, tmp_path / "a.jsonl", content, check=3, key="dialin_none").stderr
    assert "DIALIN_KEY" in load(tenant, tmp_path / "a.jsonl", content, check=2, key="").stderr


def test_a_key_that_may_not_write_ends_it(own_server, tmp_path):
    reader = own_server.add_key("own", "read")
    own_server.start()
    own_server.server = own_server
    done = load(own_server, tmp_path / "a.jsonl", lines_of({"type": "pin_dialin"}, {"type": "pin_dialin"}), check=3, key=reader)
    assert "does not take the key" in done.stderr and done.stdout == ""


def test_wrong_use_is_said(tenant, tmp_path):
    assert "give --format json or csv" in load(tenant, tmp_path / "configs", "", check=2).stderr
    assert "--server must be http://HOST:PORT" in load(tenant, tmp_path / "configs.csv", "type\n", check=2, server="ftp://127.0.0.1:1").stderr
    assert "cannot be read: No such file" in run("load", tmp_path / "none.csv", "--server", "http://127.0.0.1:1", check=3,
                                                 env={**os.environ, "DIALIN_KEY": "k"}).stderr


def test_a_server_that_is_not_there_is_said(tenant, tmp_path):
    done = load(tenant, tmp_path / "a.jsonl", lines_of({"type": "pin_dialin"}), check=3, server="http://127.0.0.1:1")
    assert "the server cannot be reached: http://127.0.0.1:1: Connection refused" in done.stderr


class Moody(http.server.BaseHTTPRequestHandler):
    """Puts off each line twice, in each way that a store does, loses a connection, and tells apart what was asked before."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, {"domain_name": "a", "domain_id": "b"})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Idempotency-Key"]
        seen = self.server.seen.setdefault(key, [])
        seen.append(len(seen))
        moods = [lambda: self.answer(503, {"error": "unavailable", "info": "no node leads now"}, **{"Retry-After": "1"}),
                 lambda: self.answer(429, {"error": "rate-limit-error", "info": "slowly"}, **{"Retry-After": "1"}),
                 lambda: self.answer(409, {"error": "idempotency-error", "info": "the first request is still running"}),
                 self.hang_up]
        if len(seen) <= len(moods):
            return moods[len(seen) - 1]()
        self.answer(200, {"id": key, "config": {}})

    def hang_up(self):
        self.close_connection = True

    def answer(self, status: int, body: dict, **headers: str):
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(text)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def test_what_is_put_off_is_tried_again_with_the_same_key(tenant, tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Moody)
    server.seen = {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        done = load(tenant, tmp_path / "a.jsonl", lines_of(*({"type": "pin_dialin", "name_prefix": f"{at}"} for at in range(8))),
                    server=f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
    assert [line.split()[3] for line in done.stdout.splitlines()] == list(dict.fromkeys(line.split()[3] for line in done.stdout.splitlines()))
    assert len(server.seen) == 8 and all(len(times) == 5 for times in server.seen.values())
    assert all(re.fullmatch("load-[0-9a-f]{32}", key) for key in server.seen)


class Naming(http.server.BaseHTTPRequestHandler):
    """Refuses everything, and remembers by which name it was called."""

    def do_GET(self):
        self.server.names.append(self.headers["Host"])
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class OnSix(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


@pytest.mark.parametrize("kind,host", [(http.server.ThreadingHTTPServer, "127.0.0.1"), (OnSix, "[::1]")], ids=["4", "6"])
def test_a_server_is_called_by_the_name_that_its_url_has(tenant, tmp_path, kind, host):
    server = kind((host.strip("[]"), 0), Naming)
    server.names = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    name = f"{host}:{server.server_port}"
    try:
        load(tenant, tmp_path / "a.jsonl", lines_of({"type": "pin_dialin"}), server=f"http://{name}", check=3)
    finally:
        server.shutdown()
        server.server_close()
    assert server.names == [name]
    gone = load(tenant, tmp_path / "a.jsonl", lines_of({"type": "pin_dialin"}), server=f"http://{host}:1", check=3)
    assert f"http://{host}:1: " in gone.stderr
