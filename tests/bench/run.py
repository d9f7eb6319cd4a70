"""Measures, and prints a page of Markdown: `run.py [quick] [put|get|rebuild|restart|many|sse|tls|hostile|audit|kafka ...]`. Called by script/bench."""

import contextlib
import datetime
import os
import pathlib
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from bench import audit_figures, figures, hostile_figures, kafka_figures, kafka_following, kafka_leading, telemetry_figures, tls_figures  # noqa: E402
from bench.figures import Effort, Row, Stage  # noqa: E402
from bench.rivals import nginx_version  # noqa: E402
from live.kafka_nodes import VERSION  # noqa: E402
from live.server import BINARY, ROOT, run  # noqa: E402

ON_KAFKA = {**kafka_figures.FIGURES, **kafka_following.FIGURES, **kafka_leading.FIGURES}
FIGURES = {**figures.FIGURES, **audit_figures.FIGURES, **telemetry_figures.FIGURES, **tls_figures.FIGURES, **hostile_figures.FIGURES, **ON_KAFKA}
GROUPS = {"audit": list(audit_figures.FIGURES), "kafka": list(ON_KAFKA)}


def output_of(*command: str) -> str:
    with contextlib.suppress(OSError):
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    return "?"


def machine(home: pathlib.Path) -> list[str]:
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    disk = output_of("findmnt", "-n", "-o", "FSTYPE", "-T", str(home))
    rocksdb = re.search(r"librocksdb\S* => (\S+)", output_of("ldd", str(BINARY)))
    build = "Debian's, with assertions" if rocksdb and rocksdb[1].startswith(("/lib", "/usr")) else "own build of Debian's source, without assertions"
    postgres = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return [
        f"- date: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC; commit "
        f"{output_of('git', '-C', str(ROOT), 'rev-parse', '--short', 'HEAD')}",
        f"- machine: {os.cpu_count()} x {cpu[1] if cpu else platform.processor()}, {memory_gb:.0f} GB, {disk}, Linux {platform.release()}; "
        "load and server share it",
        f"- versions: {run('--version').stdout.strip()}; RocksDB {build}; {output_of(str(postgres[-1]), '--version') if postgres else 'no PostgreSQL'}; "
        f"{nginx_version()}; Kafka {VERSION}; {(subprocess.run(['wrk', '-v'], capture_output=True, text=True).stdout or '?').split(' [')[0]}",
    ]


def line(row: Row) -> str:
    digits = 0 if row.unit == "/s" else 2 if row.unit in ("x", "s") or row.result < 1 else 1
    cells = (row.figure, row.measured, row.against, f"{row.result:,.{digits}f} {row.unit}", row.bound(row.must), row.bound(row.aim), row.verdict())
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str]) -> int:
    quick = "quick" in arguments
    names = [name for word in arguments if word != "quick" for name in GROUPS.get(word, [word])] or list(FIGURES)
    if unknown := set(names) - set(FIGURES):
        print(f"unknown: {', '.join(unknown)}; there are quick, {', '.join([*FIGURES, *GROUPS])}", file=sys.stderr)
        return 2
    effort = Effort(seconds=2, rounds=1, scale=10) if quick else Effort()
    on_kafka = effort if quick else Effort(seconds=5)  # they are many
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(hard, 65_536), max(hard, 65_536)))
    home = pathlib.Path(tempfile.mkdtemp(prefix="dialin-bench-", dir=os.environ.get("DIALIN_BENCH_DIR", "/var/tmp")))
    home.chmod(0o755)  # PostgreSQL's user must get through
    rows, notes = [], []
    try:
        page = machine(home)
        for name in names:
            print(f"measuring {name}", file=sys.stderr)
            with Stage(home, on_kafka if name in ON_KAFKA else effort) as stage:
                found = FIGURES[name](stage)
                # At once: a later one may fail.
                print("\n".join(map(line, found)), file=sys.stderr)
                rows += found
                notes += stage.notes
    finally:
        shutil.rmtree(home, ignore_errors=True)
    said = " and ".join(str(seconds) for seconds in sorted({(on_kafka if name in ON_KAFKA else effort).seconds for name in names}))
    command = f"- command: `script/bench {' '.join(arguments)}`".replace(" `", "`").replace(":`", ": `")
    page.append(f"{command}; runs of {said} s, {effort.rounds} of each, alternating, medians")
    if quick:
        page.append("- a quick look: short runs and logs of a tenth; not to be quoted")
    print("\n".join(page))
    print("\n| figure | measured | against | result | must | aim | reached |\n|---|---|---|---|---|---|---|")
    print("\n".join(map(line, rows)))
    print("\nIn detail:\n" + "\n".join(f"- {note}" for note in notes))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
