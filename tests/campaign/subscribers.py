"""What subscribers make of a topic: the example consumers of docs/subscribing, each run to the topic's end."""

import pathlib
import subprocess

from kafka import consumers
from live.chain import Record


class Subscribers:
    """What Java's is compiled to stands in `home`."""

    def __init__(self, home: pathlib.Path):
        self.home = home
        self.java: list[str] | None = None

    def commands(self, brokers: str, topic: str) -> dict[str, list[str]]:
        words = [brokers, topic, "--until-end"]
        if self.java is None:
            self.home.mkdir(parents=True, exist_ok=True)
            self.java = consumers.java_compiled(self.home, *words)
        return {"consume.py": [*consumers.python(), *words, "--prove"], "consume.sh": [*consumers.shell(), *words], "Consume.java": [*self.java, *words]}

    def differences(self, brokers: str, topic: str, chain: list[Record]) -> list[str]:
        """Which of them did not see exactly the chain."""
        want = [f"{record.offset} {record.id} {record.sequence} {record.type} {record.config_id or '-'}" for record in chain]
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        running = {name: subprocess.Popen(command, **piped) for name, command in self.commands(brokers, topic).items()}
        broken = []
        try:
            for name, process in running.items():
                output, said = process.communicate(timeout=consumers.PATIENCE_S)
                got = output.splitlines()
                if process.returncode != 0:
                    broken.append(f"{name} ended with status {process.returncode}: {said[-500:]}")
                elif got != want:
                    at = next((place for place, pair in enumerate(zip(got, want)) if pair[0] != pair[1]), min(len(got), len(want)))
                    broken.append(f"{name} saw {len(got)} records of {len(want)}; the first that differs is line {at + 1}: {got[at:at + 1]} instead of "
                                  f"{want[at:at + 1]}")
        finally:
            for process in running.values():
                if process.poll() is None:
                    process.kill()
                    process.communicate()
        return broken
