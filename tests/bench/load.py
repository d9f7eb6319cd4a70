"""Load by wrk and pgbench, and the disk's own speed: one run each, one number or a few."""

import json
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def wrk(url: str, connections: int, seconds: float, script: str | None = None, *arguments: str, headers: dict | None = None) -> dict:
    """per_s, p50_us, p99_us. Any answer but 2xx fails the run: a fast refusal is no speed."""
    command = ["wrk", "-t", str(min(2, connections)), "-c", str(connections), "-d", f"{int(seconds)}s", "-s", str(HERE / (script or "report.lua"))]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run([*command, url, "--", *arguments], capture_output=True, text=True)
    found = re.search(r"^REPORT (.*)$", done.stdout, re.MULTILINE)
    if not found:
        raise RuntimeError(f"wrk failed: {done.stdout}{done.stderr}")
    report = json.loads(found[1])
    if report["errors"]:
        raise RuntimeError(f"{report['errors']} requests failed: {done.stdout}")
    return report


def fdatasync_p50_us(bin_dir: pathlib.Path, where: pathlib.Path, rounds: int) -> float:
    done = subprocess.run([bin_dir / "tests/bench/fdatasync_probe", where, str(rounds)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["p50_us"]
