"""script/fuzz: runs the targets, and says what they executed, how far they got and what broke. Standard library only."""

import base64
import concurrent.futures
import dataclasses
import gzip
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/fuzz"
BUILD = ROOT / "build/fuzz"
PROGRAMS = BUILD / "tests/fuzz"
ARTIFACTS = BUILD / "artifacts"

SECONDS = 10
ONE_INPUT_SECONDS_MAX = 10
MEGABYTES_MAX = 2048
INPUT_BYTES_MAX = 4096
# How long a target may take beyond its time: to read what earlier runs kept, and to end.
GRACE_SECONDS = 120
# What a report may show of an input: a machine that is gone afterwards must leave enough to find the fault again.
SHOWN_CHARACTERS_MAX = 1500
# Breaks on purpose, within a second: whoever finds nothing with it would find nothing at all.
PLANTED = "planted"
PLANTED_RUNS_MAX = 5_000_000

LIMITS = [f"-rss_limit_mb={MEGABYTES_MAX}", f"-timeout={ONE_INPUT_SECONDS_MAX}", f"-max_len={INPUT_BYTES_MAX}", "-reload=0", "-close_fd_mask=1"]
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1:quarantine_size_mb=64:allocator_may_return_null=0", "UBSAN_OPTIONS": "print_stacktrace=1"}


@dataclasses.dataclass
class Outcome:
    name: str
    executions: int = 0
    edges: int = 0
    kept: int = 0
    seconds: float = 0
    wrong: str = ""
    artifact: pathlib.Path | None = None

    def line(self) -> str:
        said = f"{self.name:<16} {self.executions:>12,} executions, {self.edges:>5,} edges, {self.kept:>5,} kept, {self.seconds:>6,.0f} s"
        return said + (f"  BROKEN: {self.wrong}" if self.wrong else "")

    def shown_input(self) -> str:
        """Ahead of what broke, which may be long, and is cut at its end."""
        if self.artifact is None:
            return ""
        packed = base64.b64encode(gzip.compress(self.artifact.read_bytes(), mtime=0)).decode()
        return f"(its input, gzip in base64: {packed}) " if len(packed) <= SHOWN_CHARACTERS_MAX else ""


def say(text: str) -> None:
    print(f"script/fuzz: {text}", file=sys.stderr, flush=True)


def targets() -> list[str]:
    return [name for name in re.findall(r"^dialin_fuzz\((\w+)", (HERE / "CMakeLists.txt").read_text(), re.MULTILINE) if name != PLANTED]


def seeds(name: str) -> list[str]:
    return [str(folder) for folder in [HERE / "corpus" / name] if folder.is_dir()]


def kept(name: str) -> pathlib.Path:
    folder = BUILD / "corpus" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def command(name: str, *options: str) -> list[str]:
    words = HERE / f"words/{name}.dict"
    return [str(PROGRAMS / f"fuzz_{name}"), *LIMITS, *([f"-dict={words}"] if words.exists() else []), *options]


def last(pattern: str, text: str) -> int:
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def what_broke(log: str) -> str:
    """The sentence of the target itself, or of who looks on."""
    for pattern in (r"^broken: (.+)$", r"^SUMMARY: (.+)$", r"^==\d+== ?ERROR: (.+)$"):
        if found := re.search(pattern, log, re.MULTILINE):
            return found[1]
    return "it ended by itself; see its log"


def what_broke_it(log: str) -> pathlib.Path | None:
    """A unit that is only slow is written down, too, and the run goes on."""
    found = [pathlib.Path(file) for file in re.findall(r"Test unit written to (\S+)", log)]
    return next((file for file in reversed(found) if "-slow-unit-" not in file.name), None)


def run(name: str, options: list[str], seconds_max: float) -> Outcome:
    log_file = BUILD / f"logs/{name}.log"
    log_file.parent.mkdir(exist_ok=True)
    started = time.monotonic()
    with log_file.open("wb") as log:
        process = subprocess.Popen(command(name, f"-artifact_prefix={ARTIFACTS}/{name}-", *options), stdout=log, stderr=log, env=ENVIRONMENT)
        try:
            status = process.wait(seconds_max)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
    text = log_file.read_text(errors="replace")
    outcome = Outcome(name, last(r"stat::number_of_executed_units: (\d+)", text) or last(r"^#(\d+)", text), last(r"cov: (\d+)", text),
                      last(r"corp: (\d+)", text), time.monotonic() - started)
    if status != 0:
        outcome.wrong = what_broke(text)
        outcome.artifact = what_broke_it(text)
    elif outcome.executions == 0 or outcome.edges == 0:
        outcome.wrong = f"it executed nothing; see {log_file}"
    return outcome


def breaks_again(outcome: Outcome) -> bool:
    """What took too long may have done so because the machine stood still: by itself it has to do so again."""
    if outcome.artifact is None or not outcome.artifact.name.startswith(f"{outcome.name}-timeout-"):
        return True
    try:
        return subprocess.run(command(outcome.name, str(outcome.artifact)), capture_output=True, env=ENVIRONMENT, timeout=GRACE_SECONDS).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def try_planted() -> Outcome:
    """The fault that is planted must be found; it is no finding, so nothing is left of it."""
    outcome = run(PLANTED, [f"-runs={PLANTED_RUNS_MAX}", "-seed=1"], GRACE_SECONDS)
    for artifact in ARTIFACTS.glob(f"{PLANTED}-*"):
        artifact.unlink()
    is_found = outcome.wrong == "the planted fault"
    outcome.wrong = "" if is_found else f"a planted fault was not found: {outcome.wrong or 'it ran to its end'}"
    outcome.artifact = None
    return outcome


def fuzz_once(name: str, seconds: int) -> Outcome:
    return run(name, [f"-max_total_time={seconds}", "-print_final_stats=1", str(kept(name)), *seeds(name)], seconds + GRACE_SECONDS)


def fuzz(name: str, seconds: int) -> Outcome:
    first = fuzz_once(name, seconds)
    if not first.wrong or breaks_again(first):
        return first
    say(f"{name}: {first.wrong}, but {first.artifact} does not break it by itself: taken for the machine's, once")
    rest = fuzz_once(name, max(1, round(seconds - first.seconds)))
    return dataclasses.replace(rest, executions=first.executions + rest.executions, seconds=first.seconds + rest.seconds)


def keep(name: str) -> Outcome:
    """Edges count, not how often they are passed: that keeps few."""
    folder = HERE / "corpus" / name
    folder.mkdir(parents=True, exist_ok=True)
    before = len(list(folder.iterdir()))
    done = subprocess.run(command(name, "-merge=1", "-use_counters=0", str(folder), str(kept(name))), capture_output=True, text=True, errors="replace",
                          env=ENVIRONMENT)
    print(f"{name:<16} {before} seeds, now {len(list(folder.iterdir()))}", flush=True)
    return Outcome(name, wrong="" if done.returncode == 0 else what_broke(done.stderr))


def write_report(outcomes: list[Outcome], file: str) -> None:
    suite = xml.Element("testsuite", name="fuzz")
    for outcome in outcomes:
        case = xml.SubElement(suite, "testcase", name=outcome.name, time=f"{outcome.seconds:.3f}")
        if outcome.wrong:
            xml.SubElement(case, "failure", message=f"{outcome.shown_input()}{outcome.wrong}")
    xml.ElementTree(suite).write(file)


def main(arguments: list[str]) -> int:
    known = targets()
    if arguments[:1] == ["--list"]:
        print("\n".join(known))
        return 0
    keeps = arguments[:1] == ["--keep"]
    if keeps:
        arguments = arguments[1:]
    seconds = int(arguments.pop(0)) if arguments and arguments[0].isdecimal() and not keeps else SECONDS
    if unknown := [name for name in arguments if name not in known]:
        say(f"there is no target {unknown[0]} (see --list)")
        return 2
    if seconds < 1:
        say("SECONDS counts from 1: without a bound a target never ends")
        return 2
    names = arguments or known
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    outcomes = [] if keeps else [try_planted()]
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("DIALIN_FUZZ_JOBS") or os.cpu_count() or 1)) as pool:
        for done in concurrent.futures.as_completed([pool.submit(keep, name) if keeps else pool.submit(fuzz, name, seconds) for name in names]):
            outcomes.append(done.result())
            if not keeps:
                print(outcomes[-1].line(), flush=True)
    failed = [outcome for outcome in outcomes if outcome.wrong]
    for outcome in failed:
        print(f"{outcome.name}: {outcome.wrong}; its log: {BUILD / 'logs' / outcome.name}.log")
        if outcome.artifact:
            print(f"  again: {PROGRAMS / f'fuzz_{outcome.name}'} {outcome.artifact}")
    if not keeps:
        print(f"{sum(outcome.executions for outcome in outcomes):,} executions of {len(names)} targets")
    if report := os.environ.get("DIALIN_FUZZ_REPORT"):
        write_report(outcomes, report)
    print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
