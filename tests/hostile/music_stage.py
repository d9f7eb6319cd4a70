"""The server under attack by URLs, those whom it may ask for music, and the spies, whom it may not."""

import concurrent.futures
import contextlib
import dataclasses
import pathlib
import socket
import ssl
import time
import warnings

from hostile.music_addresses import FETCHED, Attack
from hostile.music_answers import GOOD, Served
from live.certificates import Authority
from live.client import Answer, Client, fresh_number
from live.music import MusicServer, answer, redirect
from live.names import StrangeNames
from live.server import ROOT, Server

ALLOWED = "127.0.0.2"
SPIED = ("127.0.0.1", "127.0.0.3", "::1")
NO_TLS = FETCHED + "no TLS 1.2 or newer could be agreed on with its server"
UNVERIFIED = FETCHED + "the certificate of its server cannot be verified"
BESIDE = 24
DECODER = ROOT / "tests/live/strange_decoder.cc"


class Blunt(MusicServer):
    """Has its answer to whatever is said."""

    def serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


class Stage:
    def __init__(self, home: pathlib.Path, tenants: int):
        self.home = home
        self.music = MusicServer(ALLOWED)
        self.spies = [MusicServer(SPIED[0])]
        self.spies += [MusicServer(address, self.spies[0].port) for address in SPIED[1:]]
        self.others: list[MusicServer | socket.socket] = []
        self.names = StrangeNames(home, DECODER)
        self.authority = Authority(home, "trusted")
        for server in (self.music, *self.spies):
            server["good"] = server["good.mp3"] = answer(GOOD)
        self.music["to-rebound"] = redirect(self.filled("http://rebound.test:{music}/good"))
        options = ["--hold-music-check", "on", "--hold-music-allow", ALLOWED, "--hold-music-ca", str(self.authority.file)]
        self.server = Server(home, *options, under=self.names.under)
        self.keys = [self.server.add_key(f"tenant-{n}") for n in range(tenants)]

    def start(self) -> None:
        """Whatever the environment says of proxies, nobody is asked but who the URL names."""
        spy = f"http://{SPIED[0]}:{self.spies[0].port}"
        self.server.start(env={**dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"), spy), "no_proxy": "",
                               "PATH": "/usr/bin:/bin"})

    def filled(self, text: str) -> str:
        return text.replace("{spy}", str(self.spies[0].port)).replace("{music}", str(self.music.port))

    def url_of(self, attack: Attack | Served, number: int) -> str:
        for name, answers in attack.names.items():
            self.names.answers[name] = (answers,) if isinstance(answers, str) else answers
        if isinstance(attack, Attack):
            return self.filled(attack.url)
        self.music[f"{number}"] = redirect(self.filled(attack.said)) if isinstance(attack.said, str) else attack.said
        return self.music.url(f"{number}")

    def server_with(self, context: ssl.SSLContext) -> MusicServer:
        made = MusicServer(ALLOWED, context=context)
        made["good"] = answer(GOOD)
        self.others.append(made)
        return made

    def showing(self, authority: Authority, name: str, names: str = f"IP:{ALLOWED}", **how) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pair = authority.issue(name, names, **how)
        context.load_cert_chain(pair.certificate, pair.key)
        return context

    def silent(self) -> int:
        """A port where whoever comes is heard by nobody."""
        self.others.append(socket.create_server((ALLOWED, 0), backlog=64))
        return self.others[-1].getsockname()[1]

    def full(self) -> int:
        """A port where nobody gets in any more."""
        self.others.append(socket.create_server((ALLOWED, 0), backlog=0))
        place = self.others[-1].getsockname()
        for _ in range(3):
            self.others.append(socket.socket())
            self.others[-1].setblocking(False)
            self.others[-1].connect_ex(place)
        return place[1]

    def closed(self) -> int:
        with socket.create_server((ALLOWED, 0)) as once:
            return once.getsockname()[1]

    def connections(self) -> list[Attack]:
        """Of those with whom nobody gets as far as HTTP."""
        old = self.showing(self.authority, "old")
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        blunt = Blunt(ALLOWED)
        self.others.append(blunt)
        return [
            Attack(self.server_with(self.showing(Authority(self.home, "unknown"), "unknown")).url("good"), UNVERIFIED),
            Attack(self.server_with(self.showing(self.authority, "elsewhere", "DNS:elsewhere.test")).url("good"), UNVERIFIED),
            Attack(self.server_with(self.showing(self.authority, "expired", days=-1)).url("good"), UNVERIFIED),
            Attack(self.server_with(old).url("good"), NO_TLS),
            Attack(f"https://{ALLOWED}:{blunt.port}/good", NO_TLS),
            Attack(f"https://{ALLOWED}:{self.silent()}/good", FETCHED + "its server does not agree on TLS in time"),
            Attack(self.server_with(self.showing(self.authority, "secret")).url("good").replace("https:", "http:"),
                   FETCHED + "its server broke off, or broke the rules of HTTP"),
            Attack(f"http://{ALLOWED}:{self.closed()}/good", FETCHED + "nobody answers at its address"),
            Attack(f"http://{ALLOWED}:{self.full()}/good", FETCHED + "nobody answers at its address in time"),
        ]

    def close(self) -> None:
        self.server.kill()
        for server in (self.music, *self.spies, *self.others):
            server.close()


@dataclasses.dataclass
class Outcome:
    url: str
    answer: Answer
    seconds: float


def run(stage: Stage, attacks: list[Attack | Served], key_of) -> list[Outcome]:
    """All of them, so many beside each other; those that come first begin first."""
    urls = [stage.url_of(attack, number) for number, attack in enumerate(attacks)]
    stage.names.write()
    stage.start()

    def attack(number: int) -> Outcome:
        client = Client(stage.server, key_of(number))
        began = time.monotonic()
        given = client.post("/domain-dialin-config", {"type": "pinless_dialin", "phone_number": fresh_number(), "hold_music_url": urls[number]})
        client.close()
        return Outcome(urls[number], given, time.monotonic() - began)

    with concurrent.futures.ThreadPoolExecutor(BESIDE) as pool:
        return list(pool.map(attack, range(len(attacks))))
