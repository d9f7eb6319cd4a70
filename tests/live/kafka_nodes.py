"""Apache Kafka itself on this machine, without containers: one broker or three, each a process of ours on loopback ports, all data in one directory.

script/kafka and the tests share it. Standard library only, because script/kafka runs with whatever Python 3 a machine has.
"""

import collections
import contextlib
import fcntl
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode

VERSION = "4.3.1"
# Some tests run on it, too: many still have it.
OLDER_VERSION = "3.9.1"
READY_SECONDS_MAX = 60
FETCH_SECONDS_MAX = 600
# A broker writes nothing on its way out that it would not have after SIGKILL, but three that leave together can wait for each other for minutes.
STOP_SECONDS_MAX = 10
# Below what systems hand out to clients, so that a connection of somebody's never sits on a port that a restart needs.
PORTS = range(20_000, 32_000)
KEPT: collections.deque[socket.socket] = collections.deque()
KEPT_MAX = 200
# The tool that formats lives for a second: compiling well or collecting in parallel costs more than it gives.
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
LOG4J2 = """status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %m (%c)%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
"""
# Kafka 3 still reads the older one's properties.
LOG4J = """log4j.rootLogger=WARN, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d %p %m (%c)%n
"""


class CannotRun(Exception):
    """One line that names what is missing."""


def version(text: str) -> str:
    """For a command line."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", text):
        raise ValueError
    return text


def say(text: str) -> None:
    print(f"script/kafka: {text}", file=sys.stderr, flush=True)


def program(name: str, package: str) -> str:
    found = shutil.which(name)
    if not found:
        raise CannotRun(f"needs {name}: script/bootstrap --kafka installs it (Debian's {package})")
    return found


def one_line(output: str) -> str:
    """What a failed Java program has to say: its first line that looks like a reason."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if any("UnsupportedClassVersionError" in line for line in lines):
        return "this java is too old, it takes 17"
    reasons = [line for line in lines if re.search(r"\[ERROR\]|error|exception", line, re.IGNORECASE)]
    return ([*reasons, *lines] or ["it does not say why"])[0][:300]


def jars(version: str) -> pathlib.Path:
    """The directory of Kafka's jars in the user's cache; filled at the first use, whole or not at all, also when two fill it at once."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "dialin"
    home = cache / f"kafka-{version}"
    if home.is_dir():
        return home
    maven = program("mvn", "maven")
    cache.mkdir(parents=True, exist_ok=True)
    say(f"fetching the jars of Kafka {version} into {home}")
    wanted = "".join(f"<dependency><groupId>org.apache.kafka</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>"
                     for name in ("kafka_2.13", "kafka-tools"))
    with tempfile.TemporaryDirectory(dir=cache, prefix="kafka-fetch-") as work:
        pathlib.Path(work, "pom.xml").write_text("<project><modelVersion>4.0.0</modelVersion><groupId>dialin</groupId><artifactId>kafka</artifactId>"
                                                 f"<version>1</version><dependencies>{wanted}</dependencies></project>\n")
        command = [maven, "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={work}/jars"]
        try:
            done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=FETCH_SECONDS_MAX, check=False)
        except subprocess.TimeoutExpired:
            raise CannotRun(f"the jars of Kafka {version} are not in the cache, and mvn did not fetch them in {FETCH_SECONDS_MAX} s") from None
        if done.returncode != 0:
            raise CannotRun(f"the jars of Kafka {version} are not in the cache, and mvn cannot fetch them: {one_line(done.stdout + done.stderr)}")
        try:
            os.rename(f"{work}/jars", home)
        except OSError:
            if not home.is_dir():
                raise
    return home


def free_ports(count: int) -> list[int]:
    """Nobody else who asks here is given them, in any process, until many more were asked for: a broker takes seconds before it listens."""
    found: list[int] = []
    for port in random.sample(PORTS, 500):
        if len(found) == count:
            return found
        with contextlib.suppress(OSError):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
            # Bound and not listening: whoever sets SO_REUSEADDR, as servers do, may have it all the same; the probe above may not.
            kept = socket.socket()
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            kept.bind(("127.0.0.1", port))
            KEPT.append(kept)
            if len(KEPT) > KEPT_MAX:
                KEPT.popleft().close()
            found.append(port)
    raise CannotRun(f"no {count} free ports between {PORTS.start} and {PORTS.stop}")


def ids_that_answer(port: int, patience_s: float) -> set[int]:
    """The brokers that the one on `port` counts as living, itself among them; empty when it does not answer.

    A Metadata request of version 5 for no topic, by hand: a socket that merely accepts does not say that the broker has been let into its cluster.
    """
    request = struct.pack(">hhihi?", 3, 5, 1, -1, 0, False)
    try:
        with socket.create_connection(("127.0.0.1", port), patience_s) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            with connection.makefile("rb") as answer:
                body = answer.read(struct.unpack(">i", answer.read(4))[0])
        ids, at = set(), 12
        for _ in range(struct.unpack_from(">i", body, 8)[0]):
            broker, host_bytes = struct.unpack_from(">ih", body, at)
            at += 6 + host_bytes + 4
            at += 2 + max(struct.unpack_from(">h", body, at)[0], 0)  # the rack; -1 when it has none
            ids.add(broker)
        return ids
    except (OSError, struct.error):
        return set()


class Nodes:
    """The brokers of one directory, numbered from 1; each is a controller, too. A directory keeps their number, version and ports once it is founded."""

    def __init__(self, directory: pathlib.Path):
        self.dir = pathlib.Path(directory).absolute()
        self.children: dict[int, subprocess.Popen] = {}
        self.read()

    def read(self) -> None:
        """Again, because between looking and holding the lock somebody else may have founded or wiped it."""
        file = self.dir / "cluster.json"
        self.about = json.loads(file.read_text()) if file.exists() else None

    @contextlib.contextmanager
    def held(self):
        """Alone in the directory: two that start at once would each found a cluster."""
        self.dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.dir.stat().st_uid != os.geteuid():
            raise CannotRun(f"{self.dir} belongs to someone else; give another --dir")
        with open(self.dir / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Who wiped the directory while we waited took the lock's file along; a lock on what is gone holds nobody off.
            if not os.path.exists(lock.name) or not os.path.samestat(os.fstat(lock.fileno()), os.stat(lock.name)):
                raise CannotRun(f"{self.dir} was wiped meanwhile; try again")
            self.read()
            yield

    @property
    def version(self) -> str:
        return self.about["version"]

    @property
    def brokers(self) -> range:
        return range(1, len(self.about["ports"]) + 1) if self.about else range(0)

    @property
    def bootstrap(self) -> str:
        return ",".join(f"127.0.0.1:{self.port(broker)}" for broker in self.brokers)

    def port(self, broker: int) -> int:
        return self.about["ports"][broker - 1][0]

    def link(self, number: int) -> list[tuple[int, int]]:
        """Of each broker: the port it listens on for this link, and the one that it names to who comes there."""
        return [tuple(pair) for pair in self.about["links"][number]]

    def home(self, broker: int) -> pathlib.Path:
        return self.dir / f"broker{broker}"

    def found(self, brokers: int, version: str, properties: dict[str, object] | None = None, links: int = 0) -> None:
        """Ports, settings and empty storage; `properties` replaces or adds to the settings of every broker. With `links` each broker takes connections on
        as many more ports, and tells who comes there to come by another one: live/links.py listens there and can cut that way alone."""
        program("java", "openjdk-17-jre-headless")
        jars(version)
        self.wipe()
        ports = free_ports(2 * brokers * (1 + links))
        pairs = list(zip(ports[::2], ports[1::2], strict=True))
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        self.about = {"version": version, "cluster": cluster, "ports": pairs[:brokers],
                      "links": [pairs[brokers + link * brokers:brokers + (link + 1) * brokers] for link in range(links)]}
        formatting = []
        for broker in self.brokers:
            home = self.home(broker)
            home.mkdir(parents=True, exist_ok=True)
            settings = {**self.settings(broker), **(properties or {})}
            (home / "properties").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
            (home / "log4j2.properties").write_text(LOG4J2)
            (home / "log4j.properties").write_text(LOG4J)
            command = self.java(broker, *SHORT_LIVED, run=("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(home / "properties")))
            formatting.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=home))
        outputs = [tool.communicate()[0] for tool in formatting]
        for tool, output in zip(formatting, outputs, strict=True):
            if tool.returncode != 0:
                raise CannotRun(f"Kafka's storage tool failed: {one_line(output)}")
        # Last, and whole or not at all: with it the directory counts as founded.
        (self.dir / "cluster.new").write_text(json.dumps(self.about))
        os.replace(self.dir / "cluster.new", self.dir / "cluster.json")

    def found_once(self, brokers: int | None, version: str | None) -> None:
        """found(), unless it was already; None leaves the choice. What was founded as something else is left alone."""
        if self.about is None:
            self.found(brokers or 1, version or VERSION)
        for option, given, has in (("--brokers", brokers, len(self.brokers)), ("--version", version, self.version)):
            if given not in (None, has):
                raise CannotRun(f"{option} {given}: {self.dir} was founded with {has}; take another --dir, or wipe it first (--wipe)")

    def settings(self, broker: int) -> dict[str, object]:
        ports, copies = self.about["ports"], len(self.about["ports"])
        port, controller_port = ports[broker - 1]
        ways = {"PLAINTEXT": (port, port), **{f"LINK{link}": pairs[broker - 1] for link, pairs in enumerate(self.about["links"])}}
        return {
            "process.roles": "broker,controller",
            "node.id": broker,
            "controller.quorum.voters": ",".join(f"{id}@127.0.0.1:{controller}" for id, (_, controller) in enumerate(ports, 1)),
            "listeners": ",".join([*(f"{name}://127.0.0.1:{own}" for name, (own, _) in ways.items()), f"CONTROLLER://127.0.0.1:{controller_port}"]),
            "advertised.listeners": ",".join(f"{name}://127.0.0.1:{told}" for name, (_, told) in ways.items()),
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in (*ways, "CONTROLLER")),
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": self.home(broker) / "data",
            "auto.create.topics.enable": "false",
            "default.replication.factor": copies,
            "min.insync.replicas": min(copies, 2),
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": 3,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": min(copies, 2),
            "group.initial.rebalance.delay.ms": 0,
            # By default a member of a group is only given up after 6 s at least.
            "group.min.session.timeout.ms": 500,
            # A broker that was killed is let in again, and its partitions find another leader, only when its session has run out: 9 s by default.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 300,
            # By default a third of our small heap.
            "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,
        }

    def java(self, broker: int, *options: str, run: tuple[str, ...]) -> list[str]:
        home = self.home(broker)
        # No performance data: a killed process would leave its file behind.
        return [program("java", "openjdk-17-jre-headless"), "-XX:-UsePerfData", f"-Dlog4j2.configurationFile={home}/log4j2.properties",
                f"-Dlog4j.configuration=file:{home}/log4j.properties", *options, "-cp", f"{jars(self.version)}/*", *run]

    def pid(self, broker: int) -> int | None:
        """Of the broker while it lives: a number that another process has by now is not its own."""
        child = self.children.get(broker)
        if child:
            # poll() also takes the remains away. The moment it was started its command line can still be empty.
            return child.pid if child.poll() is None else None
        try:
            pid = int((self.home(broker) / "pid").read_text())
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if os.fsencode(self.home(broker) / "properties") in command.split(b"\0") else None

    def standing(self, broker: int) -> str:
        if not self.pid(broker):
            return "down"
        return "up" if broker in ids_that_answer(self.port(broker), 1) else "not answering"

    def start_all(self) -> None:
        """Those that are down, and waits for all. What cannot be started whole is not left running."""
        began = [broker for broker in self.brokers if not self.pid(broker)]
        try:
            for broker in began:
                self.spawn(broker)
            for broker in self.brokers:
                self.wait(broker, set(self.brokers))
        except BaseException:
            self.end(began, signal.SIGKILL)
            raise

    def stop_all(self) -> None:
        self.end(list(self.brokers), signal.SIGTERM)

    def kill(self, broker: int = 1) -> None:
        """SIGKILL: nothing is flushed, nobody is told. Returns when it is gone."""
        self.end([broker], signal.SIGKILL)

    def restart(self, broker: int = 1) -> None:
        """The broker again on its port and data, if it is down; returns when it answers. After kill() that takes its old session, some 3 s."""
        if not self.pid(broker):
            self.spawn(broker)
        self.wait(broker, {broker})

    def spawn(self, broker: int) -> None:
        """Starts its process and does not wait."""
        home = self.home(broker)
        heap = "-Xmx512m" if len(self.brokers) == 1 else "-Xmx384m"
        command = self.java(broker, heap, run=("kafka.Kafka", str(home / "properties")))
        with open(home / "log", "ab") as log:
            # A session of its own: Ctrl-C in the terminal that started it is not meant for it.
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=home, start_new_session=True)
        self.children[broker] = child
        (home / "pid").write_text(f"{child.pid}\n")

    def wait(self, broker: int, seen: set[int]) -> None:
        """Until it answers and counts `seen` as living."""
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not seen <= ids_that_answer(self.port(broker), 1):
            if not self.pid(broker):
                raise CannotRun(f"broker {broker} ended while it was starting; see {self.home(broker)}/log")
            if time.monotonic() > deadline:
                raise CannotRun(f"broker {broker} does not answer after {READY_SECONDS_MAX} s; see {self.home(broker)}/log")
            time.sleep(0.05)

    def send(self, broker: int, number: signal.Signals) -> None:
        pid = self.pid(broker)
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def end(self, brokers: list[int], how: signal.Signals) -> None:
        """Returns when they are gone; those that take too long are killed."""
        for broker in brokers:
            self.send(broker, how)
            self.send(broker, signal.SIGCONT)  # one that is stopped hears nothing else but SIGKILL
        deadline = time.monotonic() + STOP_SECONDS_MAX
        while any(self.pid(broker) for broker in brokers):
            if time.monotonic() > deadline:
                if how == signal.SIGKILL:
                    raise CannotRun(f"the brokers {brokers} outlive SIGKILL")
                return self.end(brokers, signal.SIGKILL)
            time.sleep(0.02)

    def wipe(self) -> None:
        """Removes what found() made and what the brokers wrote, and nothing else that stands in the directory. They must be down."""
        for home in self.dir.glob("broker[0-9]"):
            if (home / "properties").exists():
                shutil.rmtree(home)
        for name in ("cluster.json", "cluster.new"):
            (self.dir / name).unlink(missing_ok=True)
        self.about = None

    def remove(self) -> None:
        """wipe(), and the directory itself unless it holds something of others; the last thing to do while held()."""
        self.wipe()
        (self.dir / "lock").unlink()
        with contextlib.suppress(OSError):
            self.dir.rmdir()
