"""The consumers of docs/subscribing, run as a newcomer would run them."""

import contextlib
import os
import pathlib
import subprocess
import sys
import time
import zipfile

from live.kafka_nodes import VERSION, jars, program
from live.server import ROOT

EXAMPLES = ROOT / "docs/subscribing"
PATIENCE_S = 60
# A program that lives for a second: compiling well costs more than it gives.
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData")


def java() -> str:
    return program("java", "openjdk-17-jre-headless")


def python() -> list[str]:
    return [sys.executable, str(EXAMPLES / "consume.py")]


def shell() -> list[str]:
    for name in ("kcat", "jq"):
        program(name, name)
    return [str(EXAMPLES / "consume.sh")]


def java_source() -> list[str]:
    return [java(), "-cp", f"{jars(VERSION)}/*", str(EXAMPLES / "Consume.java")]


def java_compiled(home: pathlib.Path, *words: object) -> list[str]:
    """Compiled once, and what a run with `words` loads laid ready, for those who start it often."""
    path = ":".join(str(jar) for jar in sorted(jars(VERSION).glob("*.jar")))
    compiler = [java(), *SHORT_LIVED, "-m", "jdk.compiler/com.sun.tools.javac.Main", "-Xlint:all,-path,-serial", "-Werror", "-cp", path, "-d",
                str(home / "classes")]
    run([*compiler, str(EXAMPLES / "Consume.java")])
    with zipfile.ZipFile(home / "Consume.jar", "w") as jar:
        for file in (home / "classes").iterdir():
            jar.write(file, file.name)
    main = ["-cp", f"{home}/Consume.jar:{path}", "Consume"]
    run([java(), *SHORT_LIVED, f"-XX:ArchiveClassesAtExit={home}/loaded", *main], *words)
    return [java(), *SHORT_LIVED, f"-XX:SharedArchiveFile={home}/loaded", *main]


def run(command: list[str], *words: object, status: int = 0) -> subprocess.CompletedProcess:
    done = subprocess.run([*command, *map(str, words)], capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == status, f"{command[-1]} {words}: status {done.returncode}, not {status}\n{done.stdout}{done.stderr}"
    return done


@contextlib.contextmanager
def following(command: list[str], *words: object):
    """The consumer while it goes on for ever, and what it started."""
    process = subprocess.Popen([*command, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    os.set_blocking(process.stdout.fileno(), False)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        left = time.monotonic() + PATIENCE_S
        while of_session(process.pid):
            assert time.monotonic() < left, f"{command[-1]} left {of_session(process.pid)} behind"
            time.sleep(0.05)
        process.stdout.close()
        process.stderr.close()


def of_session(session: int) -> list[str]:
    """The processes of a session, which has the number of the one that was started."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, fields = stat.read_text().split("(", 1)[1].rsplit(")", 1)
            if int(fields.split()[3]) == session and fields.split()[0] != "Z":
                found.append(name)
    return found


def lines(process: subprocess.Popen, count: int) -> list[str]:
    """The first `count` lines, as soon as they are there."""
    read = b""
    deadline = time.monotonic() + PATIENCE_S
    while read.count(b"\n") < count:
        assert process.poll() is None, process.stderr.read().decode(errors="replace")
        assert time.monotonic() < deadline, f"only {read.decode()}"
        read += process.stdout.read() or b""
        time.sleep(0.02)
    return read.decode().splitlines()
