"""docker-compose.yml run by hand: the same commands with the same environment in the same order, as processes of this machine.

Other are only the hosts, which are all loopback, the ports, which are any free ones, and the paths, which lie in one directory. What a container engine would
do beside that, from the building of the image to users and networks, is not tried here.
"""

import os
import pathlib
import re
import subprocess
import time

import yaml

from live.client import Client, Place
from live.dockerfile import last_stage, words
from live.kafka_nodes import Nodes, free_ports, jars, program
from live.server import BINARY, ROOT

FILE = ROOT / "docker-compose.yml"
ONE_SHOT_SECONDS_MAX = 60
# Settings of the image's scripts; all others with the prefix are Kafka's own.
NOT_KAFKAS = {"KAFKA_HEAP_OPTS", "KAFKA_OPTS", "KAFKA_JVM_PERFORMANCE_OPTS"}
TOOLS = {"kafka-broker-api-versions.sh": "org.apache.kafka.tools.BrokerApiVersionsCommand"}


def services() -> dict[str, dict]:
    return yaml.safe_load(FILE.read_text())["services"]


def seconds(text: str) -> float:
    assert re.fullmatch(r"\d+s", text), text
    return float(text[:-1])


def is_broker(service: dict) -> bool:
    return service["image"].startswith("apache/kafka:")


class Brokers(Nodes):
    """Broker n has the settings of the n-th of `kafkas`, which come from its service's environment as the image makes them."""

    def __init__(self, directory: pathlib.Path, composed: "Composed", kafkas: list[str]):
        self.composed, self.kafkas = composed, kafkas
        super().__init__(directory)

    def settings(self, broker: int) -> dict[str, object]:
        name = self.kafkas[broker - 1]
        given = {key: value for key, value in self.composed.environment(name).items() if key.startswith("KAFKA_") and key not in NOT_KAFKAS}
        return {re.sub("_+", lambda found: {1: ".", 2: "_", 3: "-"}[len(found[0])], key.removeprefix("KAFKA_").lower()): value for key, value in given.items()}


class Composed:
    def __init__(self, home: pathlib.Path):
        self.home, self.services = home, services()
        self.image = last_stage(ROOT / "Dockerfile")
        self.kafkas = [name for name, service in self.services.items() if is_broker(service)]
        self.brokers = Brokers(home / "kafka", self, self.kafkas)
        self.processes: dict[str, subprocess.Popen] = {}
        self.printed: dict[str, str] = {}
        self.ports: dict[tuple[str, int], int] = {}
        self.bin = home / "bin"
        self.bin.mkdir()
        (self.bin / "dialin").symlink_to(BINARY)

    def found_brokers(self) -> None:
        """Ports first, because the settings name them all."""
        version = self.services[self.kafkas[0]]["image"].split(":")[1]
        for tool, main in TOOLS.items():
            java = program("java", "openjdk-17-jre-headless")
            (self.bin / tool).write_text(f'#!/bin/sh\nexec {java} -XX:TieredStopAtLevel=1 -cp "{jars(version)}/*" {main} "$@"\n')
            (self.bin / tool).chmod(0o755)
        self.brokers.found(len(self.kafkas), version)

    def port(self, name: str, port: int) -> int:
        """Of this machine, for a port in a service's container."""
        if name in self.kafkas:
            return self.brokers.about["ports"][self.kafkas.index(name)][{9092: 0, 9093: 1}[port]]
        if (name, port) not in self.ports:
            (self.ports[name, port],) = free_ports(1)
        return self.ports[name, port]

    def here(self, name: str, text: str) -> str:
        """What the service's file says, in hosts, ports and paths of this machine. Nodes are named `localhost`, because they must look each other up."""
        def place(found: re.Match) -> str:
            host = found["host"] if found["host"] in self.services else name
            return f"{'127.0.0.1' if host in self.kafkas or host != found['host'] else 'localhost'}:{self.port(host, int(found['port']))}"

        text = re.sub(rf"(?P<host>\b(?:{'|'.join(self.services)}|localhost|0\.0\.0\.0|127\.0\.0\.1)|(?<=//)):(?P<port>\d+)\b", place, text)
        for volume in self.services[name].get("volumes", []):
            source, path = volume.split(":")[:2]
            (self.home / "volumes" / source).mkdir(parents=True, exist_ok=True)
            text = text.replace(path, str(self.home / "volumes" / source))
        return text.replace("/opt/kafka/bin", str(self.bin)).replace("$$", "$")

    def environment(self, name: str) -> dict[str, str]:
        service = self.services[name]
        given = {**({} if is_broker(service) else self.image.env), **service.get("environment", {})}
        return {"PATH": f"{self.bin}:{os.environ['PATH']}", **{key: self.here(name, str(value)) for key, value in given.items()}}

    def command(self, name: str) -> list[str]:
        """An entrypoint of its own takes the image's command away, too."""
        service = self.services[name]
        own = service.get("entrypoint")
        return [self.here(name, word) for word in [*(own or self.image.entrypoint), *service.get("command", [] if own else self.image.command)]]

    def run(self, name: str) -> None:
        """A service that ends; what it says on stdout is in `printed`."""
        done = subprocess.run(self.command(name), env=self.environment(name), cwd=self.home, capture_output=True, text=True, timeout=ONE_SHOT_SECONDS_MAX,
                              check=False)
        assert done.returncode == 0, f"{name} ended with status {done.returncode}: {done.stdout}{done.stderr}"
        self.printed[name] = done.stdout

    def start(self, name: str) -> None:
        """A service that stays."""
        if name in self.kafkas:
            self.brokers.spawn(self.kafkas.index(name) + 1)
            return
        with open(self.home / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(self.command(name), env=self.environment(name), cwd=self.home, stdin=subprocess.DEVNULL, stdout=log,
                                                    stderr=log)

    def stop(self, name: str) -> int:
        """As `docker compose stop`: SIGTERM, and the exit status, which must come in the time that the file grants."""
        process = self.processes.pop(name)
        process.terminate()
        try:
            return process.wait(seconds(self.services[name]["stop_grace_period"]))
        finally:
            process.kill()

    def up(self) -> None:
        """All services without a profile, each when those that it depends on are as it wants them."""
        self.found_brokers()
        begun: set[str] = set()
        wanted = [name for name, service in self.services.items() if "profiles" not in service]
        needed = [pair for service in self.services.values() for pair in service.get("depends_on", {}).items()]
        ends = {other for other, how in needed if how["condition"] == "service_completed_successfully"}

        def begin(name: str) -> None:
            if name in begun:
                return
            begun.add(name)
            needs = self.services[name].get("depends_on", {})
            for other in needs:
                begin(other)
            for other, how in needs.items():
                if how["condition"] == "service_healthy":
                    self.wait_healthy(other)
            (self.run if name in ends else self.start)(name)

        for name in wanted:
            begin(name)

    def is_healthy(self, name: str) -> bool:
        check = self.services[name].get("healthcheck")
        test = self.image.health if check is None else words(check["test"][1]) if check["test"][0] == "CMD-SHELL" else check["test"][1:]
        done = subprocess.run([self.here(name, word) for word in test], env=self.environment(name), capture_output=True, timeout=ONE_SHOT_SECONDS_MAX,
                              check=False)
        return done.returncode == 0

    def wait_healthy(self, name: str) -> None:
        check = self.services[name].get("healthcheck", {"interval": "5s", "retries": 12})
        deadline = time.monotonic() + seconds(check["interval"]) * check["retries"]
        while not self.is_healthy(name):
            ended = name in self.processes and self.processes[name].poll() is not None
            assert not ended and time.monotonic() < deadline, f"{name} {'ended' if ended else 'is not healthy in time'}: {self.home / name}.log"
            time.sleep(0.5)

    def client(self, name: str, key: str | None = None) -> Client:
        """By the port that the file publishes."""
        (published,) = self.services[name]["ports"]
        return Client(Place("127.0.0.1", self.port(name, int(published.split(":")[2]))), key)

    def down(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
        if self.brokers.brokers:
            with self.brokers.held():
                self.brokers.stop_all()
