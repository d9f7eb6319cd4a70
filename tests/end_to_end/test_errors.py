"""What bad requests get: a clear error, nothing stored, nobody else disturbed."""

import json
import re
import socket

import pytest

from live.client import raw

CREATE = "/domain-dialin-config"


@pytest.fixture(scope="module")
def tenant(server):
    """One for all of them: refused requests leave nothing behind."""
    return server.tenants.pop()


@pytest.fixture
def stores_nothing(client):
    before = client.page()["total_count"]
    yield
    assert client.page()["total_count"] == before



NOT_JSON = {
    "empty": b"", "blank": b"  ", "text": b"hello", "cut": b'{"type":"pin_dialin"', "trailing": b'{"type":"pin_dialin"} x', "two": b"{}{}",
    "comma": b'{"a":1,}', "single quotes": b"{'type':'pin_dialin'}", "comment": b'{/*x*/"type":"pin_dialin"}',
    "duplicate": b'{"type":"pin_dialin","type":"pin_dialin"}', "duplicate inside": b'{"type":"pin_dialin","ivr_greeting":{"message":"a","message":"b"}}',
    "duplicate escaped": b'{"type":"pin_dialin","typ\\u0065":"pin_dialin"}',
    "deep": b'{"a":' * 500 + b"1" + b"}" * 500, "deep arrays": b"[" * 30000, "not UTF-8": b'{"name_prefix":"\xff"}', "overlong": b'{"name_prefix":"\xc0\xaf"}',
    "surrogate bytes": b'{"name_prefix":"\xed\xa0\x80"}', "lone surrogate": b'{"name_prefix":"\\ud800"}', "lone low": b'{"name_prefix":"\\udc00x"}',
    "byte order mark": b"\xef\xbb\xbf{}", "control": b'{"name_prefix":"a\nb"}', "bad escape": b'{"name_prefix":"\\x41"}', "NaN": b'{"name_prefix":NaN}',
    "leading zero": b'{"name_prefix":01}', "UTF-16": '{"type":"pin_dialin"}'.encode("utf-16"),
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_json(client, stores_nothing, body):
    client.post(CREATE, body).refused(400, "json-parsing-error")


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"x"', b"true"])
def test_json_that_is_no_object(client, body):
    answer = client.post(CREATE, body).expect(400).json
    assert answer["error"] in ("invalid-request-error", "json-parsing-error")


def test_numbers_that_no_machine_holds_disturb_nobody(client):
    for number in (b"1e999999", b"-" + b"9" * 400, b"0." + b"1" * 5000):
        assert client.post(CREATE, b'{"type":"pin_dialin","name_prefix":' + number
                           + b"}").expect(400).json["error"] in ("invalid-request-error", "json-parsing-error")


def test_problem_json_when_asked_for(client):
    for accept in ("application/problem+json", "text/html;q=0.5, application/problem+json"):
        answer = client.post(CREATE, {"type": "pin_dialin", "name_prefix": ""}, headers={"Accept": accept}).expect(400)
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert answer.json["error"] == "invalid-request-error"
    answer = client.post(CREATE, {"type": "pin_dialin", "name_prefix": ""}).expect(400)
    assert answer.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("method,path,allowed", [
    ("PATCH", CREATE, {"GET", "POST"}), ("DELETE", CREATE, {"GET", "POST"}), ("PUT", "/events", {"GET"}), ("POST", "/healthz", {"GET"}), ("POST", "/", {"GET"}),
    ("PATCH", f"{CREATE}/00000000-0000-4000-8000-000000000000", {"GET", "PUT", "POST", "DELETE"}),
    ("GET", f"{CREATE}/00000000-0000-4000-8000-000000000000/move", {"POST"}), ("BREW", "/events", {"GET"}),
])
def test_a_method_that_a_path_has_not(client, method, path, allowed):
    answer = client.call(method, path)
    answer.refused(405, "invalid-request-error")
    assert allowed <= {name.strip() for name in answer.headers["Allow"].split(",")}


@pytest.mark.parametrize("path", ["/nowhere", "/v1/nowhere", "/v2/domain-dialin-config", "/domain-dialin-config/", "/domain-dialin-config/a/b/c", "/v1/v1/",
                                  "//", "/%2e%2e/etc/passwd"])
def test_paths_that_are_none(client, path):
    client.get(path).refused(404, "not-found")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/json; charset=latin1", "nonsense",
                                  "application/jsonx"])
def test_another_content_type_is_refused(client, kind):
    client.post(CREATE, b'{"type":"pin_dialin"}', headers={"Content-Type": kind}).refused(415, "invalid-request-error")


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"'])
def test_json_by_its_names(client, kind):
    client.post(CREATE, b'{"type":"pin_dialin"}', headers={"Content-Type": kind}).expect(200)


def test_a_packed_body_is_refused(client):
    client.post(CREATE, b"\x1f\x8b", headers={"Content-Encoding": "gzip"}).refused(415, "invalid-request-error")


def test_a_body_that_is_too_large(client, stores_nothing):
    body = json.dumps({"type": "pin_dialin", "name_prefix": "x" * 200_000}).encode()
    try:
        client.post(CREATE, body).refused(413, "invalid-request-error")
    except ConnectionError:
        pass  # closed before all was sent: a client that never reads while it writes may miss the answer; raw() below does not
    head = f"POST {CREATE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.key}\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n"
    status, _ = raw(client.server, head.encode())
    assert status == 413, "said from the length alone"
    chunked = head.replace("Content-Length: 10000000", "Transfer-Encoding: chunked") + ("8000\r\n" + "x" * 0x8000 + "\r\n") * 5
    assert raw(client.server, chunked.encode())[0] == 413


def test_a_target_that_is_too_long(client):
    client.get("/events?after=" + "0" * 20_000).refused(414, "invalid-request-error")


def test_headers_that_are_too_large(client):
    client.get("/", headers={"X-Filler": "x" * 40_000}).refused(431, "invalid-request-error")
    client.close()
    many = {f"X-{n}": "y" * 100 for n in range(90)} | {f"X-Big-{n}": "y" * 900 for n in range(20)}
    client.get("/", headers=many).refused(431, "invalid-request-error")


@pytest.mark.parametrize("request_text", [
    b"hello\r\n\r\n", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n", b"POST /domain-dialin-config HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
    b"POST /domain-dialin-config HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /domain-dialin-config HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    b"POST /domain-dialin-config HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    b"POST /domain-dialin-config HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
])
def test_what_is_not_http(server, client, request_text):
    status, answer = raw(server, request_text)
    assert status in (0, 400, 505), answer
    client.get("/").expect(200)


def test_pipelined_requests_are_answered_in_order(server, tenant):
    key = f"Host: x\r\nAuthorization: Bearer {tenant.key}\r\n"
    requests = f"GET /nowhere HTTP/1.1\r\n{key}\r\n" + f"GET / HTTP/1.1\r\n{key}\r\n" + f"GET /healthz HTTP/1.1\r\n{key}Connection: close\r\n\r\n"
    _, answer = raw(server, requests.encode())
    statuses = re.findall(rb"HTTP/1\.1 (\d+) ", answer)
    assert statuses == [b"404", b"200", b"200"], answer


def test_head_is_get_without_the_body(client):
    made = client.pin()
    answer = client.call("HEAD", f"{CREATE}/{made['id']}")
    if answer.status == 405:
        assert "GET" in answer.headers["Allow"]
    else:
        assert answer.expect(200).body == b"" and answer.etag


@pytest.mark.parametrize("value,kept", [("abc-123", True), ("x" * 5000, False), ("a b", None), ("späß", False), ("", False)])
def test_a_request_id_is_the_callers_if_valid(client, value, kept):
    got = client.get("/", headers={"X-Request-Id": value.encode()}).expect(200).headers["X-Request-Id"]
    assert got
    if kept is not None:
        assert (got == value) is kept


def test_two_authorizations_are_refused(server, tenant):
    head = f"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tenant.key}\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n"
    assert raw(server, head.encode())[0] == 400


def test_a_caller_that_goes_away_disturbs_nobody(server, tenant, client, stores_nothing):
    fields = f"Host: x\r\nAuthorization: Bearer {tenant.key}\r\nContent-Type: application/json\r\nContent-Length: 21\r\n"
    request = f"POST {CREATE} HTTP/1.1\r\n{fields}\r\n" + '{"type":"pin_dialin"}'
    for cut in range(0, len(request), 7):
        connection = socket.create_connection((server.host, server.port))
        connection.sendall(request.encode()[:cut])
        connection.close()
    client.get("/").expect(200)
