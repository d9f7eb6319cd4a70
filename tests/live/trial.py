"""A Kafka and nodes of dialin on one topic, for trying them out: what script/cluster runs when all is installed. Standard library only."""

import argparse
import contextlib
import fcntl
import getpass
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from live.kafka_nodes import READY_SECONDS_MAX, VERSION, CannotRun, Nodes, free_ports, jars, version
from live.server import PATIENCE_S, ROOT, Server, run
from live.trial_words import Standing, what_runs, what_to_try

TOPIC = "dialin.events"
TENANT = "demo"
LOOK_S = 0.1
# Long enough to see the others do without it.
AGAIN_AFTER_S = 10


def say(text: str) -> None:
    print(f"script/cluster: {text}", file=sys.stderr, flush=True)


class Stopped(Exception):
    """Somebody wants it to end."""


class Trial:
    def __init__(self, options: argparse.Namespace):
        self.options, self.dir = options, options.dir.absolute()
        self.kafka = Nodes(self.dir / "kafka")
        self.nodes: list[Server] = []
        self.roles: list[str] = []  # as they were last seen
        self.stop_wished = threading.Event()

    @contextlib.contextmanager
    def held(self):
        """Alone in the directory."""
        self.dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory = os.open(self.dir, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # One that wiped the directory may have taken it away in between.
            if not self.dir.exists() or not os.path.samestat(os.fstat(directory), os.stat(self.dir)):
                raise CannotRun(f"{self.dir} was wiped meanwhile; try again")
            yield
        except BlockingIOError:
            raise CannotRun(f"another script/cluster runs in {self.dir}; stop it, or take another --dir and --port") from None
        finally:
            os.close(directory)

    def until(self, what, seconds: float, why: str):
        """The first true thing that `what` gives. Every wait is one of these, because only a look at the wish can end it early."""
        deadline = time.monotonic() + seconds
        while not (found := what()):
            if self.stop_wished.wait(LOOK_S):
                raise Stopped
            if time.monotonic() > deadline:
                raise CannotRun(f"{why} after {seconds:g} s")
        return found

    def dialin(self, *words: object, but: tuple[int, ...] = ()) -> subprocess.CompletedProcess:
        """A command of dialin that must end well, or with one of the statuses in `but`."""
        done = run(*words, check=None)
        if done.returncode not in (0, *but):
            raise CannotRun(done.stderr.strip() or f"dialin {words[0]} ended with status {done.returncode}")
        return done

    def end_left_nodes(self) -> None:
        """Those of an earlier run that was killed itself. Its brokers are taken over as they are."""
        for file in self.dir.glob("node[1-9]/pid"):
            pid = int(file.read_text())
            if runs(pid, file.parent):
                say(f"ending {file.parent.name}, which an earlier run left (pid {pid})")
                os.kill(pid, signal.SIGTERM)
                self.until(lambda pid=pid, home=file.parent: not runs(pid, home), PATIENCE_S, f"{file.parent.name} (pid {pid}) does not stop")

    def start_brokers(self) -> None:
        with self.kafka.held():
            self.kafka.found_once(self.options.brokers, self.options.version)
            for broker in self.kafka.brokers:
                if not self.kafka.pid(broker):
                    self.kafka.spawn(broker)
        self.until(self.all_brokers_up, READY_SECONDS_MAX, f"Kafka does not answer (see {self.kafka.dir}/broker*/log)")

    def all_brokers_up(self) -> bool:
        ended = [broker for broker in self.kafka.brokers if not self.kafka.pid(broker)]
        if ended:
            raise CannotRun(f"broker {ended[0]} ended while it was starting; see {self.kafka.home(ended[0])}/log")
        return all(self.kafka.standing(broker) == "up" for broker in self.kafka.brokers)

    def key(self) -> str:
        """The demo tenant's, made at the first start."""
        kept = self.dir / "key"
        if not kept.exists():
            made = self.dialin("keys", "add", "--file", self.dir / "keys.json", "--tenant", TENANT).stdout
            kept.touch(mode=0o600)
            kept.write_text(made)
        return kept.read_text().strip()

    def start_nodes(self) -> None:
        log = ["--log", "kafka", "--kafka-brokers", self.kafka.bootstrap, "--kafka-topic", TOPIC]
        self.dialin("init", *log, "--kafka-replication", len(self.kafka.brokers), but=(1,))  # 1: there is a log already
        count, first = self.options.nodes, self.options.port
        ports = range(first, first + count) if first else free_ports(count)
        for port in ports:
            if taken(port):
                raise CannotRun(f"127.0.0.1:{port} is in use: give another --port")
        for number, port in enumerate(ports, 1):
            name = f"node{number}"
            node = Server(self.dir / name, *log, "--node", name, "--listen", f"127.0.0.1:{port}", secrets=self.dir)
            node.port = port
            self.nodes.append(node)
        for node in self.nodes:
            self.spawn(node)
        self.until(self.all_nodes_ready, PATIENCE_S, f"not all nodes are ready (see {self.dir}/node*/output.txt)")

    def spawn(self, node: Server) -> None:
        # A session of its own: Ctrl-C is meant for this program, which stops what it began in order.
        node.spawn(start_new_session=True)
        (node.home / "pid").write_text(f"{node.process.pid}\n")

    def all_nodes_ready(self) -> bool:
        for node in self.nodes:
            if not node.alive():
                raise CannotRun(f"{node.home.name}: {last_line(node)}")
        told = [readiness(node) for node in self.nodes]
        self.roles = [one.get("role") for one in told]
        return all(one.get("status") == "ready" for one in told) and "leader" in self.roles

    def tell(self, key: str) -> None:
        nodes = [Standing(node.home.name, f"http://{node.host}:{node.port}", node.process.pid, role) for node, role in zip(self.nodes, self.roles, strict=True)]
        print(f"Kafka {self.kafka.version} at {self.kafka.bootstrap}, topic {TOPIC}; data, output, keys and pids in {self.dir}", *what_runs(nodes), "",
              "Try in another terminal:", *what_to_try(nodes, key), "", "Ctrl-C stops it all.", sep="\n", flush=True)

    def watch(self) -> None:
        """Until it shall stop: starts nodes again that were killed or stopped. One that ended because it cannot run is told, and left alone."""
        again_at: dict[Server, float] = {}
        while not self.stop_wished.wait(LOOK_S):
            for node in self.nodes:
                if node.process and not node.alive():
                    status, node.process = node.process.returncode, None
                    if status > 0:
                        say(f"{node.home.name} ended with status {status}: {last_line(node)}")
                    else:
                        say(f"{node.home.name} was {'killed' if status < 0 else 'stopped'}; it is started again in {AGAIN_AFTER_S} s")
                        again_at[node] = time.monotonic() + AGAIN_AFTER_S
                if node in again_at and time.monotonic() > again_at[node]:
                    del again_at[node]
                    self.spawn(node)
                    say(f"{node.home.name} is started again: pid {node.process.pid}")

    def stop(self) -> None:
        """Nodes first, so that they can say goodbye to Kafka."""
        ended = [node for node in self.nodes if node.alive()]
        for node in ended:
            node.terminate()
        for node in ended:
            try:
                status = node.stop()
            except AssertionError as too_long:
                status = str(too_long).splitlines()[0]
            if status:
                say(f"{node.home.name} did not stop cleanly: {status}")
        if self.kafka.brokers:
            with self.kafka.held():
                self.kafka.stop_all()
        say("all is stopped" if self.options.wipe else f"all is stopped; data and keys stay in {self.dir}")

    def run(self) -> None:
        for wish in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(wish, lambda *_: self.stop_wished.set())
        with self.held():
            try:
                self.end_left_nodes()
                if self.options.wipe:
                    self.wipe()
                self.start_brokers()
                key = self.key()
                self.start_nodes()
                self.tell(key)
                self.watch()
            except Stopped:
                pass
            finally:
                self.stop()
            if self.options.wipe:
                self.wipe()

    def wipe(self) -> None:
        """What earlier runs, or this one, made here; the directory itself goes, too, when nothing else is in it."""
        if self.kafka.dir.exists():
            with self.kafka.held():
                self.kafka.stop_all()
                self.kafka.remove()
        for node in self.dir.glob("node[1-9]"):
            shutil.rmtree(node)
        for name in ("key", "keys.json", "keys.json.lock", "keyring.json", "keyring.json.lock"):
            (self.dir / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.dir.rmdir()


def runs(pid: int, home: pathlib.Path) -> bool:
    """Whether the process is still the node of that directory, and no other that has its number by now."""
    try:
        return os.fsencode(home / "data") in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def last_line(node: Server) -> str:
    return (node.said().strip().splitlines() or ["it does not say why"])[-1]


def readiness(node: Server) -> dict:
    """What /readyz says; empty when nobody answers."""
    connection = http.client.HTTPConnection(node.host, node.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()


class Parser(argparse.ArgumentParser):
    def error(self, message: str):
        say(f"{message} (see --help)")
        sys.exit(2)


def parsed() -> argparse.Namespace:
    parser = Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("--nodes", type=int, choices=range(1, 10), default=3)
    parser.add_argument("--brokers", type=int, choices=(1, 3))
    parser.add_argument("--version", type=version)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / f"dialin-cluster-{getpass.getuser()}")
    parser.add_argument("--wipe", action="store_true")
    options = parser.parse_args()
    if not 0 <= options.port <= 65535 - options.nodes:
        parser.error(f"--port {options.port} leaves no room for {options.nodes} ports")
    return options


def main() -> int:
    options = parsed()
    try:
        if "DIALIN_BIN" not in os.environ and subprocess.run([ROOT / "script/build", "release", "--", "dialin"], check=False).returncode:
            raise CannotRun("dialin cannot be built")
        jars(options.version or VERSION)  # now, because this may take long, and can still be broken off at any moment
        Trial(options).run()
        return 0
    except (CannotRun, OSError) as why:
        say(str(why))
        return 3
    except KeyboardInterrupt:  # while it was being built
        return 130


if __name__ == "__main__":
    sys.exit(main())
