"""Bytes that two servers could understand in two ways.

Behind each a harmless request follows on the same connection: either the first is understood in exactly one way and both are answered, or it gets one refusal,
the connection ends, and nothing behind it is ever looked at. The table below is the whole truth about which is which.
"""

import json

import pytest

from hostile.wire import Wire, as_key, get

PATH = "/v1/domain-dialin-config?dry_run=true"
SAFE = b'{"type":"pin_dialin","name_prefix":"outer"}'
LENGTH = str(len(SAFE))
INNER = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"


def chunk(data: bytes, size: str | None = None, behind: bytes = b"\r\n") -> bytes:
    return (size if size is not None else f"{len(data):x}").encode() + b"\r\n" + data + behind


WHOLE = chunk(SAFE) + b"0\r\n\r\n"


def post(*lines: str | bytes, body: bytes = b"", host: bytes = b"Host: x\r\n", line: str = f"POST {PATH} HTTP/1.1",
         end: bytes = b"\r\n") -> tuple[bytes, bytes, bytes]:
    """First line and Host, further lines, and the body; the key is put between them."""
    head = b"".join((each.encode("latin-1") if isinstance(each, str) else each) + b"\r\n" for each in lines)
    return line.encode("latin-1") + b"\r\n" + host, head + end, body


UNDERSTOOD = {
    "by its length": post(f"Content-Length: {LENGTH}", body=SAFE),
    "a length in any case of letters": post(f"cOnTeNt-LeNgTh: {LENGTH}", body=SAFE),
    "a length with zeros before": post(f"Content-Length: 000{LENGTH}", body=SAFE),
    "a length with blanks around": post(f"Content-Length:  {LENGTH} \t", body=SAFE),
    "the same length twice": post(f"Content-Length: {LENGTH}", f"Content-Length: {LENGTH}", body=SAFE),
    "in one chunk": post(CHUNKED, body=WHOLE),
    "in many chunks": post(CHUNKED, body=b"".join(chunk(SAFE[at:at + 1]) for at in range(len(SAFE))) + b"0\r\n\r\n"),
    "chunked in any case of letters": post("TRANSFER-encoding: ChUnKeD", body=WHOLE),
    "a size with zeros before": post(CHUNKED, body=chunk(SAFE, f"0000{len(SAFE):x}") + b"0\r\n\r\n"),
    "a size in capitals": post(CHUNKED, body=chunk(SAFE, f"{len(SAFE):X}") + b"0\r\n\r\n"),
    "a last chunk of many zeros": post(CHUNKED, body=chunk(SAFE) + b"0000\r\n\r\n"),
    "an extension of a chunk": post(CHUNKED, body=chunk(SAFE, f"{len(SAFE):x};name=value") + b"0\r\n\r\n"),
    "an extension in quotes": post(CHUNKED, body=chunk(SAFE, f'{len(SAFE):x};name="a;b"') + b"0\r\n\r\n"),
    "an extension of the last chunk": post(CHUNKED, body=chunk(SAFE) + b"0;x\r\n\r\n"),
    "a trailer": post(CHUNKED, body=chunk(SAFE) + b"0\r\nX-Sum: 1\r\n\r\n"),
    "a trailer that names the key": post(CHUNKED, body=chunk(SAFE) + b"0\r\nAuthorization: Bearer other\r\n\r\n"),
    "an empty line before": (b"\r\n" + post()[0], *post(f"Content-Length: {LENGTH}", body=SAFE)[1:]),
    "an absolute target of another host": post(f"Content-Length: {LENGTH}", body=SAFE, line=f"POST http://elsewhere:99{PATH} HTTP/1.1"),
    "a field that is no name of ours": post(f"Content-Length: {LENGTH}", "Content_Length: 1", "X-Transfer-Encoding: chunked", "Content-Length2: 3", body=SAFE),
    "a body that looks like a request": post("Content-Length: 83", body=b'{"type":"pin_dialin","name_prefix":"outer","ivr_greeting":{"message":"GET / HTTP"}}'),
    "an expectation": post("Expect: 100-continue", f"Content-Length: {LENGTH}", body=SAFE),
    "an unknown upgrade": post("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", f"Content-Length: {LENGTH}",
                               body=SAFE),
}

REFUSED = {
    # A length and chunks.
    "a length, then chunks": (400, post(f"Content-Length: {LENGTH}", CHUNKED, body=WHOLE)),
    "chunks, then a length": (400, post(CHUNKED, f"Content-Length: {LENGTH}", body=WHOLE)),
    "chunks and the length of nothing": (400, post(CHUNKED, "Content-Length: 0", body=WHOLE)),
    "a length and a request in chunks": (400, post("Content-Length: 6", CHUNKED, body=b"0\r\n\r\n" + INNER)),
    # Transfer codings.
    "chunked twice": (400, post(CHUNKED, CHUNKED, body=WHOLE)),
    "chunked, chunked": (400, post("Transfer-Encoding: chunked, chunked", body=WHOLE)),
    "gzip, chunked": (400, post("Transfer-Encoding: gzip, chunked", body=WHOLE)),
    "chunked, gzip": (400, post("Transfer-Encoding: chunked, gzip", body=WHOLE)),
    "identity": (400, post("Transfer-Encoding: identity", f"Content-Length: {LENGTH}", body=SAFE)),
    "identity alone": (400, post("Transfer-Encoding: identity", body=WHOLE)),
    "xchunked": (400, post("Transfer-Encoding: xchunked", body=WHOLE)),
    "chunkedx": (400, post("Transfer-Encoding: chunkedx", body=WHOLE)),
    "chunked with a parameter": (400, post("Transfer-Encoding: chunked;q=1", body=WHOLE)),
    "chunked in quotes": (400, post('Transfer-Encoding: "chunked"', body=WHOLE)),
    "chunked and a comma": (400, post("Transfer-Encoding: chunked,", body=WHOLE)),
    "a comma and chunked": (400, post("Transfer-Encoding: ,chunked", body=WHOLE)),
    "an empty coding": (400, post("Transfer-Encoding:", f"Content-Length: {LENGTH}", body=SAFE)),
    "an empty coding and chunked": (400, post("Transfer-Encoding:", CHUNKED, body=WHOLE)),
    "chunked behind a vertical tab": (400, post(b"Transfer-Encoding: \x0bchunked", body=WHOLE)),
    "chunked and a NUL": (400, post(b"Transfer-Encoding: chunked\0", body=WHOLE)),
    "chunked in a folded line": (400, post(b"Transfer-Encoding:\r\n chunked", body=WHOLE)),
    "chunked behind a hidden length": (400, post("X: y\rTransfer-Encoding: chunked", f"Content-Length: {LENGTH}", body=SAFE)),
    "a quote in a chunk's line that ends in the next one": (400, post(CHUNKED, body=chunk(SAFE, f'{len(SAFE):x};x="') + chunk(b'"') + b"0\r\n\r\n")),
    "a quote in a chunk's line that never ends": (400, post(CHUNKED, body=chunk(SAFE, f'{len(SAFE):x};x="y') + b"0\r\n\r\n")),
    "chunks in HTTP/1.0": (400, post(CHUNKED, body=WHOLE, line=f"POST {PATH} HTTP/1.0")),
    # Lengths.
    "two lengths": (400, post(f"Content-Length: {LENGTH}", "Content-Length: 6", body=SAFE)),
    "two lengths in one line": (400, post(f"Content-Length: {LENGTH}, 6", body=SAFE)),
    "a length with a sign": (400, post(f"Content-Length: +{LENGTH}", body=SAFE)),
    "a negative length": (400, post("Content-Length: -1", body=SAFE)),
    "a length in hexadecimal": (400, post("Content-Length: 0x2B", body=SAFE)),
    "a length with a point": (400, post(f"Content-Length: {LENGTH}.0", body=SAFE)),
    "a length with an exponent": (400, post("Content-Length: 4e1", body=SAFE)),
    "a length with a blank inside": (400, post("Content-Length: 4 3", body=SAFE)),
    "a length in quotes": (400, post(f'Content-Length: "{LENGTH}"', body=SAFE)),
    "no length": (400, post("Content-Length:", body=SAFE)),
    "a length that is a word": (400, post("Content-Length: all", body=SAFE)),
    "a length past 64 bits": (400, post("Content-Length: 18446744073709551659", body=SAFE)),
    "a length of 400 digits": (400, post("Content-Length: " + "9" * 400, body=SAFE)),
    "a length that is too large": (413, post("Content-Length: 9223372036854775807", body=SAFE)),
    "a length and a NUL": (400, post(f"Content-Length: {LENGTH}\0", body=SAFE)),
    "a folded length": (400, post(f"Content-Length:\r\n {LENGTH}", body=SAFE)),
    # Names.
    "a blank before the colon of a length": (400, post(f"Content-Length : {LENGTH}", body=SAFE)),
    "a blank before the colon of a coding": (400, post("Transfer-Encoding : chunked", f"Content-Length: {LENGTH}", body=SAFE)),
    "a tab before the colon": (400, post(f"Content-Length\t: {LENGTH}", body=SAFE)),
    "a blank before the name": (400, post(" Content-Length: 1", f"Content-Length: {LENGTH}", body=SAFE)),
    "a name in two words": (400, post("Content Length: 1", f"Content-Length: {LENGTH}", body=SAFE)),
    "a name with a NUL": (400, post("Content-Length\0: 1", f"Content-Length: {LENGTH}", body=SAFE)),
    "a name with a byte past ASCII": (400, post(b"Content-Length\xa0: 1", f"Content-Length: {LENGTH}", body=SAFE)),
    "a line without a colon": (400, post("Content-Length", f"Content-Length: {LENGTH}", body=SAFE)),
    "a line without a name": (400, post(": 1", f"Content-Length: {LENGTH}", body=SAFE)),
    # Line ends.
    "a bare LF behind a field": (400, post(f"X: y\nContent-Length: {LENGTH}", body=SAFE)),
    "a bare CR in a value": (400, post("X: y\rz", f"Content-Length: {LENGTH}", body=SAFE)),
    "a bare LF behind the first line": (400, post(f"Content-Length: {LENGTH}", body=SAFE, line=f"POST {PATH} HTTP/1.1\nX: y")),
    "a head that ends with two bare LFs": (400, post(f"Content-Length: {LENGTH}\n", body=SAFE, end=b"\n")),
    "a folded line": (400, post("X: y\r\n z", f"Content-Length: {LENGTH}", body=SAFE)),
    "a folded line of blanks": (400, post("X: y\r\n  ", f"Content-Length: {LENGTH}", body=SAFE)),
    "a folded line of a tab": (400, post("X: y\r\n\tz", f"Content-Length: {LENGTH}", body=SAFE)),
    "a NUL in a value": (400, post("X: y\0z", f"Content-Length: {LENGTH}", body=SAFE)),
    # Chunks.
    "a chunk without a size": (400, post(CHUNKED, body=chunk(SAFE, "") + b"0\r\n\r\n")),
    "a negative size": (400, post(CHUNKED, body=chunk(SAFE, "-1") + b"0\r\n\r\n")),
    "a size with a sign": (400, post(CHUNKED, body=chunk(SAFE, f"+{len(SAFE):x}") + b"0\r\n\r\n")),
    "a size with 0x": (400, post(CHUNKED, body=chunk(SAFE, f"0x{len(SAFE):x}") + b"0\r\n\r\n")),
    "a size with a blank before": (400, post(CHUNKED, body=chunk(SAFE, f" {len(SAFE):x}") + b"0\r\n\r\n")),
    "a size that is no number": (400, post(CHUNKED, body=chunk(SAFE, "zz") + b"0\r\n\r\n")),
    "a size past 64 bits": (400, post(CHUNKED, body=chunk(SAFE, f"1{len(SAFE):016x}") + b"0\r\n\r\n")),
    "a size that wraps to none": (400, post(CHUNKED, body=b"10000000000000000\r\n\r\n" + INNER)),
    "a size that is too large": (413, post(CHUNKED, body=chunk(SAFE, "7fffffff") + b"0\r\n\r\n")),
    "a size that is as large as can be": (413, post(CHUNKED, body=chunk(SAFE, "ffffffffffffffff") + b"0\r\n\r\n")),
    "a bare LF behind a size": (400, post(CHUNKED, body=f"{len(SAFE):x}\n".encode() + SAFE + b"\r\n0\r\n\r\n")),
    "a bare CR behind a size": (400, post(CHUNKED, body=f"{len(SAFE):x}\r".encode() + SAFE + b"\r\n0\r\n\r\n")),
    "a bare LF behind a chunk": (400, post(CHUNKED, body=chunk(SAFE, behind=b"\n") + b"0\r\n\r\n")),
    "a chunk longer than its size": (400, post(CHUNKED, body=chunk(SAFE + b"xx", f"{len(SAFE):x}") + b"0\r\n\r\n")),
    "a chunk shorter than its size": (400, post(CHUNKED, body=chunk(SAFE, f"{len(SAFE) + 1:x}") + b"0\r\n\r\n")),
    "a line end in an extension": (400, post(CHUNKED, body=chunk(SAFE, f"{len(SAFE):x};a\nb") + b"0\r\n\r\n")),
    "a CR in an extension": (400, post(CHUNKED, body=chunk(SAFE, f"{len(SAFE):x};a\rb") + b"0\r\n\r\n")),
    "an extension that is none": (400, post(CHUNKED, body=chunk(SAFE, f"{len(SAFE):x} name") + b"0\r\n\r\n")),
    "a last chunk with a bare LF": (400, post(CHUNKED, body=chunk(SAFE) + b"0\n\n")),
    "a trailer that names a length": (400, post(CHUNKED, body=chunk(SAFE) + b"0\r\nContent-Length: 5\r\n\r\n")),
    "a trailer that names a coding": (400, post(CHUNKED, body=chunk(SAFE) + b"0\r\nTransfer-Encoding: chunked\r\n\r\n")),
    "a trailer without a colon": (400, post(CHUNKED, body=chunk(SAFE) + b"0\r\nnonsense\r\n\r\n")),
    "a trailer with a blank before the colon": (400, post(CHUNKED, body=chunk(SAFE) + b"0\r\nX : 1\r\n\r\n")),
    "a trailer that is folded": (400, post(CHUNKED, body=chunk(SAFE) + b"0\r\nX: 1\r\n 2\r\n\r\n")),
    # Hosts and targets.
    "no host": (400, post(f"Content-Length: {LENGTH}", body=SAFE, host=b"")),
    "two hosts": (400, post(f"Content-Length: {LENGTH}", body=SAFE, host=b"Host: x\r\nHost: y\r\n")),
    "a host with user info": (400, post(f"Content-Length: {LENGTH}", body=SAFE, host=b"Host: a@x\r\n")),
    "a host of two words": (400, post(f"Content-Length: {LENGTH}", body=SAFE, host=b"Host: x y\r\n")),
    "a host with a path": (400, post(f"Content-Length: {LENGTH}", body=SAFE, host=b"Host: x/y\r\n")),
    "a target with user info": (400, post(f"Content-Length: {LENGTH}", body=SAFE, line=f"POST http://a:b@x{PATH} HTTP/1.1")),
    "the same host twice": (400, post(f"Content-Length: {LENGTH}", body=SAFE, host=b"Host: x\r\nHost: x\r\n")),
    "no host, but an absolute target": (400, post(f"Content-Length: {LENGTH}", body=SAFE, host=b"", line=f"POST http://x{PATH} HTTP/1.1")),
    "a target of another scheme": (400, post(f"Content-Length: {LENGTH}", body=SAFE, line=f"POST ftp://x{PATH} HTTP/1.1")),
    "a target that is an authority": (400, post(line="CONNECT x:80 HTTP/1.1")),
    "a target without a slash": (400, post(line="GET healthz HTTP/1.1")),
    "a fragment": (400, post(line="GET /healthz#x HTTP/1.1")),
    "a blank in the target": (400, post(line="GET /healthz /x HTTP/1.1")),
    "a NUL in the target": (400, post(line="GET /healthz\0 HTTP/1.1")),
    "a tab for a blank": (400, post(line="GET\t/healthz HTTP/1.1")),
    "two blanks": (400, post(line="GET  /healthz HTTP/1.1")),
    "a blank before the method": (400, post(line=" GET /healthz HTTP/1.1")),
    "a blank behind the version": (400, post(line="GET /healthz HTTP/1.1 ")),
    "no version": (400, post(line="GET /healthz")),
    "a version in small letters": (400, post(line="GET /healthz http/1.1")),
    "the preface of HTTP/2": (505, post(line="PRI * HTTP/2.0")),
    "a version of one digit": (505, post(line="GET /healthz HTTP/2")),
    "a version of many digits": (505, post(line="GET /healthz HTTP/11.1")),
    "a byte past ASCII in the method": (400, post(line="G\xcbT /healthz HTTP/1.1")),
}


def bytes_of(server, parts: tuple[bytes, bytes, bytes]) -> bytes:
    start, lines, body = parts
    return start + as_key(server.key).encode() + b"\r\nContent-Type: application/json\r\n" + lines + body


@pytest.fixture(params=["at once", "byte by byte"])
def sent(request):
    """What comes in pieces must not be understood otherwise."""
    def send(wire: Wire, data: bytes) -> None:
        for piece in [data] if request.param == "at once" else [data[at:at + 1] for at in range(len(data))]:
            if not wire.send(piece):
                return
    return send


@pytest.mark.parametrize("parts", UNDERSTOOD.values(), ids=UNDERSTOOD.keys())
def test_what_has_one_meaning_is_understood(server, sent, parts):
    with Wire(server) as wire:
        sent(wire, bytes_of(server, parts) + get("/healthz", "Connection: close"))
        answers, closed = wire.answers(quiet_s=5)
    assert [answer.status for answer in answers] == [200, 200] and closed, answers
    assert json.loads(answers[0].body)["config"]["name_prefix"] == "outer" and not answers[0].says_close


@pytest.mark.parametrize("status,parts", REFUSED.values(), ids=REFUSED.keys())
def test_what_has_two_meanings_is_refused_and_ends_the_connection(server, sent, status, parts):
    with Wire(server) as wire:
        sent(wire, bytes_of(server, parts) + INNER + get())
        answers, closed = wire.answers(quiet_s=5)
    assert [answer.status for answer in answers] == [status] and closed, answers
    assert answers[0].says_close and json.loads(answers[0].body)["error"] == "invalid-request-error"
