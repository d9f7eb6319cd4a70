"""What subscribers make of a topic: the example consumers of docs/subscribing, each run to the topic's end."""

import pathlib
import subprocess
import sys

from live.chain import Record
from live.kafka_nodes import VERSION, jars, program

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "docs/subscribing"
SECONDS_MAX = 120


def commands(brokers: str, topic: str) -> dict[str, list[str]]:
    java = [program("java", "openjdk-17-jre-headless"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp", f"{jars(VERSION)}/*"]
    return {"consume.py": [sys.executable, str(EXAMPLES / "consume.py"), brokers, topic, "--until-end", "--prove"],
            "consume.sh": ["bash", str(EXAMPLES / "consume.sh"), brokers, topic, "--until-end"],
            "Consume.java": [*java, str(EXAMPLES / "Consume.java"), brokers, topic, "--until-end"]}


def differences(brokers: str, topic: str, chain: list[Record]) -> list[str]:
    """Which of them did not see exactly the chain."""
    want = [f"{record.offset} {record.id} {record.sequence} {record.type} {record.config_id or '-'}" for record in chain]
    running = {name: subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for name, command in commands(brokers, topic).items()}
    broken = []
    try:
        for name, process in running.items():
            output, said = process.communicate(timeout=SECONDS_MAX)
            got = output.splitlines()
            if process.returncode != 0:
                broken.append(f"{name} ended with status {process.returncode}: {said[-500:]}")
            elif got != want:
                at = next((place for place, pair in enumerate(zip(got, want)) if pair[0] != pair[1]), min(len(got), len(want)))
                broken.append(f"{name} saw {len(got)} records of {len(want)}; the first that differs is line {at + 1}: {got[at:at + 1]} instead of {want[at:at + 1]}")
    finally:
        for process in running.values():
            if process.poll() is None:
                process.kill()
                process.communicate()
    return broken
