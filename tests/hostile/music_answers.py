"""What a server that is connected to may say instead of music: byte by byte, as slowly or as long as it likes."""

import contextlib
import dataclasses
import gzip
import itertools
import socket
import struct
import time
from collections.abc import Callable

from hostile.music_addresses import FETCHED, LOOPBACK, METADATA, PRIVATE, SPELLED
from live import mp3
from live.music import Answer, answer, redirect

# Longer than a check takes at most, infra/media/check.h.
PATIENCE_S = 20
GOOD = mp3.constant(2400)
OK = "HTTP/1.1 200 OK\r\n"
SLOW = FETCHED + "its server is too slow"
NOT_HTTP = FETCHED + "what its server says is no HTTP"
CUT = FETCHED + "its server ended before all of it had come"
BROKEN = FETCHED + "its server broke off, or broke the rules of HTTP"
ENDLESS_HEAD = FETCHED + "its server sends headers without end"
TOO_LARGE = "must name an MP3 of less than 10,000,000 bytes, and this has as many or more"
TOO_LONG = "must name an MP3 of less than 60 s, and this lasts as long or longer"
NO_FRAMES = "must name an MP3: no frames of MPEG audio layer III were found in it"
ENCODED = FETCHED + "it comes with a Content-Encoding"
TRANSFER = FETCHED + "it comes with a Transfer-Encoding other than chunked"
LARGE = 10_000_000


@dataclasses.dataclass(frozen=True)
class Served:
    """`{spy}` in an answer that is text: the port where good music is to be had on loopback addresses that are not allowed; `{self}`: the path."""

    what: str
    rule: str
    said: bytes | str | Answer
    names: dict[str, str | tuple[str, ...]] = dataclasses.field(default_factory=dict)


def head(*lines: str) -> bytes:
    return (OK + "".join(f"{line}\r\n" for line in lines) + "\r\n").encode()



def drip(first: bytes, piece: bytes | Callable[[int], bytes], pause_s: float = 0) -> Answer:
    """`first` at once, then a piece after each pause, until the caller goes."""
    def say(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(first)
        deadline = time.monotonic() + PATIENCE_S
        for count in itertools.count():
            connection.sendall(piece(count) if callable(piece) else piece)
            time.sleep(pause_s)
            if time.monotonic() > deadline:
                return
    return say


def reset(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(head(f"Content-Length: {len(GOOD)}") + GOOD[:2000])
    time.sleep(0.2)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silent(connection: socket.socket, _head: bytes) -> None:
    connection.settimeout(PATIENCE_S)
    with contextlib.suppress(TimeoutError):
        connection.recv(1)


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", encoding: str = "chunked") -> bytes:
    return head(f"Transfer-Encoding: {encoding}") + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def leads_to(location: str, rule: str, what: str, names: dict | None = None, redirects: int = 1) -> Served:
    return Served(what, f"{rule} (after {redirects} redirect{'' if redirects == 1 else 's'})", location, names or {})


HTTP_ALONE = FETCHED + "only http and https are fetched"
NO_USER = FETCHED + "its URL has a user name or password"
HOST_IS = FETCHED + "its host is "
NO_URL = FETCHED + "it redirects to what is no URL of http or https"

REDIRECTS = [
    *(leads_to(location, HTTP_ALONE, f"a redirect to {location.split(':')[0]}") for location in (
        "file:///etc/passwd", "gopher://127.0.0.1:{spy}/_x", "ftp://127.0.0.1:{spy}/good.mp3", "dict://127.0.0.1:{spy}/d:x", "ldap://127.0.0.1:{spy}/",
        "tftp://127.0.0.1:{spy}/", "smb://127.0.0.1/x", "ws://127.0.0.1:{spy}/good.mp3")),
    *(leads_to(location, NO_URL, what) for location, what in (
        ("data:audio/mpeg;base64,SUQz", "a redirect to data"), ("javascript:alert(1)", "a redirect to a script"),
        ("http:\\\\127.0.0.1:{spy}\\good.mp3", "a redirect with backslashes"), ("http:127.0.0.1:{spy}/good.mp3", "a redirect without slashes"),
        ("http://127.0.0.2:99999/", "a redirect to a port that there is not"), ("http://[::1", "a redirect to half an address"),
        ("http:///", "a redirect to nobody"), ("http://" + "a" * 9000, "a redirect that is too long"))),
    leads_to("http://127.0.0.1:{spy}/good.mp3", HOST_IS + LOOPBACK, "a redirect to loopback"),
    leads_to("//127.0.0.1:{spy}/good.mp3", HOST_IS + LOOPBACK, "a redirect to loopback without a scheme"),
    leads_to("http://2130706433:{spy}/good.mp3", SPELLED, "a redirect to a decimal address"),
    leads_to("http://0x7f.1:{spy}/good.mp3", SPELLED, "a redirect to a hexadecimal address"),
    leads_to("//0177.0.0.1:{spy}/good.mp3", SPELLED, "a redirect to an octal address without a scheme"),
    leads_to("http://[::1]:{spy}/good.mp3", HOST_IS + "a loopback address (RFC 4291)", "a redirect to IPv6 loopback"),
    leads_to("http://[::ffff:127.0.0.1]:{spy}/good.mp3", HOST_IS + "an IPv4-mapped address (RFC 4291)", "a redirect to a mapped address"),
    leads_to("http://0.0.0.0:{spy}/good.mp3", HOST_IS + "the unspecified address (RFC 1122)", "a redirect to the unspecified address"),
    leads_to("http://169.254.169.254/latest/meta-data/", HOST_IS + METADATA, "a redirect to metadata"),
    leads_to("http://10.0.0.1/", HOST_IS + PRIVATE, "a redirect to a private address"),
    leads_to("http://localhost:{spy}/good.mp3", FETCHED + "its host name leads to " + LOOPBACK, "a redirect to localhost"),
    leads_to("http://inside.test/", FETCHED + "its host name leads to " + PRIVATE, "a redirect to a private name", {"inside.test": "192.168.9.9"}),
    leads_to("http://never-there.test/", FETCHED + "its host name could not be looked up in time", "a redirect to a name that is never answered",
             {"never-there.test": "never"}),
    leads_to("http://media.test@127.0.0.1:{spy}/good.mp3", NO_USER, "a redirect with a user name"),
    leads_to("//user:password@127.0.0.2:{spy}/good.mp3", NO_USER, "a redirect with a password"),
    leads_to("http://[fe80::1%25lo]/", FETCHED + "its host is an address with a zone", "a redirect with a zone"),
    leads_to("http://127.0.0.2:0/", FETCHED + "its URL has no port that there is", "a redirect to port 0"),
    leads_to("?again", FETCHED + "it redirects more than 5 times", "a redirect to itself", redirects=5),
    # The name leads to where it is allowed, and then to where it is not.
    Served("a name that leads elsewhere the second time", f"{FETCHED}its host name leads to {LOOPBACK} (after 2 redirects)",
           "http://rebound.test:{music}/to-rebound", {"rebound.test": ("127.0.0.2", "127.0.0.1")}),
    Served("a redirect without Location", FETCHED + "its server answers with status 302", answer(status="302 Found")),
    Served("a redirect with an empty Location", FETCHED + "its server answers with status 301", answer(status="301 Moved", location="")),
    Served("a choice of redirects", FETCHED + "its server answers with status 300", answer(status="300 Multiple Choices", location="/good")),
]

STATUSES = [
    *(Served(f"status {status}", f"{FETCHED}its server answers with status {status.split()[0]}",
             answer(GOOD, status=status, www_authenticate="Basic realm=x", proxy_authenticate="Basic realm=x"))
      for status in ("201 Created", "206 Partial Content", "401 Unauthorized", "403 Forbidden", "404 Not Found", "407 Proxy Authentication Required",
                     "500 Oops", "999 Whatever")),
    Served("status 204", FETCHED + "its server answers with status 204", b"HTTP/1.1 204 No Content\r\n\r\n"),
    Served("status 304 that nobody asked for", FETCHED + "its server answers with status 304", b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"),
]

HTTP = [
    Served("HTTP/0.9", NOT_HTTP, GOOD),
    Served("something else", NOT_HTTP, b"220 ftp.example.com ready\r\n\r\n"),
    Served("shoutcast", NOT_HTTP, b"ICY 200 OK\r\n\r\n" + GOOD),
    Served("HTTP/2 without being asked", NOT_HTTP, b"HTTP/2 200\r\n\r\n" + GOOD),
    Served("HTTP/9", NOT_HTTP, b"HTTP/9.9 200 OK\r\n\r\n" + GOOD),
    Served("nothing", FETCHED + "its server said nothing", b""),
    Served("an end within the head", CUT, OK.encode() + b"Content-Le"),
    Served("a reset", BROKEN, reset),
    Served("headers without end", ENDLESS_HEAD, drip(OK.encode(), lambda n: f"X-{n}: {'x' * 200}\r\n".encode())),
    Served("one header without end", ENDLESS_HEAD, drip(OK.encode() + b"X: ", b"x" * 1000)),
    Served("a status line without end", ENDLESS_HEAD, drip(b"HTTP/1.1 200 ", b"x" * 1000)),
    Served("answers that announce answers without end", ENDLESS_HEAD, drip(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")),
    Served("trailers without end", ENDLESS_HEAD, drip(chunked(GOOD, end=b"0\r\n"), lambda n: f"X-{n}: {'x' * 200}\r\n".encode())),
    Served("an upgrade that nobody asked for", FETCHED + "its server answers with status 101",
           b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n" + GOOD),
    Served("a chunk that is no number", BROKEN, head("Transfer-Encoding: chunked") + b"zz\r\n" + GOOD),
    Served("a chunk of a negative size", BROKEN, head("Transfer-Encoding: chunked") + b"-5\r\n" + GOOD),
    Served("a chunk of more bytes than there are numbers", BROKEN, head("Transfer-Encoding: chunked") + b"f" * 40 + b"\r\n" + GOOD),
    Served("a chunk that claims more", CUT, head("Transfer-Encoding: chunked") + b"ffffff\r\n" + GOOD),
    Served("a chunk that claims less", BROKEN, head("Transfer-Encoding: chunked") + b"60\r\n" + GOOD),
    Served("no last chunk", CUT, chunked(GOOD, end=b"")),
    Served("a chunk that is too large", TOO_LARGE, chunked(mp3.of_size(LARGE))),
    Served("a Content-Length that claims more", CUT, answer(GOOD, content_length=len(GOOD) + 1)),
    Served("a Content-Length that claims less", NO_FRAMES, answer(GOOD, content_length=100)),
    Served("a negative Content-Length", NOT_HTTP, answer(GOOD, content_length=-5)),
    Served("a Content-Length that is no number", NOT_HTTP, answer(GOOD, content_length="many")),
    Served("a Content-Length that hides a long body", TOO_LONG, head("Content-Length: 960000", "Content-Length: 960000") + mp3.constant(60_000)),
]

ENCODINGS = [
    *(Served(f"Content-Encoding: {coding}", ENCODED, answer(gzip.compress(bytes(LARGE)), content_encoding=coding))
      for coding in ("gzip", "x-gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip", "gzip, gzip", "none")),
    Served("gzip that is not said", NO_FRAMES, answer(gzip.compress(bytes(LARGE)))),
    *(Served(f"Transfer-Encoding: {coding}", TRANSFER, chunked(gzip.compress(GOOD), encoding=coding))
      for coding in ("gzip, chunked", "gzip", "chunked, gzip", "deflate, chunked")),
]

SLOWNESS = [
    Served("no answer", SLOW, silent),
    Served("a slow head", SLOW, drip(b"", lambda n: (OK + "X: " + "x" * 1000)[n:n + 1].encode(), 0.2)),
    Served("a slow body", SLOW, drip(head("Content-Length: 9000000"), b"\0" * 100, 0.2)),
    Served("no body", SLOW, drip(head("Content-Length: 9000000"), b"", 0.5)),
    Served("music as slow as it plays", SLOW, drip(head(), mp3.frame(128), mp3.FRAME_MS / 1000)),
    Served("headers as slow as they may be", SLOW, drip(OK.encode(), b"X: y\r\n" * 70, 0.2)),
]

LENGTHS = [
    Served("10,000,000 bytes, said", TOO_LARGE, answer(mp3.of_size(LARGE))),
    Served("10,000,000 bytes, not said", TOO_LARGE, answer(mp3.of_size(LARGE), content_length=None)),
    Served("a gigabyte, said", TOO_LARGE, head("Content-Length: 1000000000") + GOOD),
    Served("a Content-Length beyond all numbers", TOO_LARGE, head("Content-Length: 99999999999999999999999999") + GOOD),
    Served("zeros without end", TOO_LARGE, drip(head(), bytes(65536))),
    Served("a tag without end", TOO_LARGE, drip(head() + b"ID3\x04\0\0\x7f\x7f\x7f\x7f", bytes(65536))),
    Served("tags without end", TOO_LARGE, drip(head(), (b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)) * 1000)),
    Served("music without end", TOO_LONG, drip(head(), mp3.constant(2400))),
    Served("music without end in chunks", TOO_LONG, drip(head("Transfer-Encoding: chunked"), b"180\r\n" + mp3.frame(128) + b"\r\n")),
    Served("60.0 s", TOO_LONG, answer(mp3.constant(60_000))),
    Served("60.0 s of variable rates", TOO_LONG, answer(mp3.variable(60_000))),
    Served("70 s whose header claims 1 s", TOO_LONG, answer(mp3.xing(42, 20_000) + mp3.constant(70_000, 32))),
    Served("70 s of few bytes", TOO_LONG, answer(mp3.constant(70_008, 32))),
    Served("60.0 s behind a tag", TOO_LONG, answer(b"ID3\x04\0\0\0\0\x08\0" + bytes(1024) + mp3.constant(60_000))),
]

KINDS = [
    Served("an empty body", NO_FRAMES, answer()),
    Served("a page", NO_FRAMES, answer(b"<html><body>" + b"<p>music</p>" * 500, content_type="audio/mpeg")),
    Served("a picture", NO_FRAMES, answer(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100)),
    Served("a wave", NO_FRAMES, answer(b"RIFF\x24\x80\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\x80\0\0" + bytes(32_768))),
    Served("an ogg", NO_FRAMES, answer(b"OggS\0\2" + bytes(22) + b"\1\x1e\1vorbis" + bytes(20_000))),
    Served("AAC", NO_FRAMES, answer((b"\xff\xf1\x4c\x80\x0c\x9f\xfc" + bytes(93)) * 200)),
    Served("layer II", "must name an MP3: it is MPEG audio of layer II, not III", answer(mp3.frame(128, layer=2) * 100)),
    Served("layer I", "must name an MP3: it is MPEG audio of layer I, not III", answer(mp3.frame(128, layer=1) * 100)),
    Served("one frame", NO_FRAMES, answer(mp3.frame())),
    Served("a tag and nothing else", NO_FRAMES, answer(b"ID3\x04\0\0\0\0\x08\0" + bytes(1024))),
    Served("a header that claims music and nothing else", NO_FRAMES, answer(mp3.xing(1000, 500_000))),
    Served("little music in much else", "must name an MP3: 50000 of its 88400 bytes are no frames of MPEG audio layer III", answer(GOOD + b"\x55" * 50_000)),
    Served("a program with music behind it", "must name an MP3: no frames of MPEG audio layer III were found in it",
           answer(b"\x7fELF" + bytes(200_000) + GOOD)),
]

SERVED = REDIRECTS + STATUSES + HTTP + ENCODINGS + SLOWNESS + LENGTHS + KINDS
