"""script/fault: run after run until the time is over or a promise is broken."""

import argparse
import collections
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

from campaign import hand_over
from campaign.faults import plan
from campaign.run import Report, play
from campaign.stage import can_mount
from campaign.subscribers import Subscribers
from live.brokers import NODES_MAX, Brokers
from live.kafka_nodes import CannotRun
from live.server import BINARY


LOOKED_AT = ("each answered write stands on the chain once and as it was answered; nothing that was refused or that nobody asked for does; every answer is the "
             "right one of one order of all calls; one holder for each number, no half move; all nodes show the chain and prove their copies; what streams and "
             "subscribers got is the chain")


class Parser(argparse.ArgumentParser):
    def error(self, message: str):
        say(f"{message} (see --help)")
        sys.exit(2)


def say(text: str) -> None:
    print(f"script/fault: {text}", file=sys.stderr, flush=True)


def parsed() -> argparse.Namespace:
    parser = Parser(add_help=False)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=1)
    parser.add_argument("--load-seconds", type=float, default=8)
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--hand-overs", type=int)
    options = parser.parse_args()
    if options.load_seconds < 5:
        parser.error("--load-seconds must be 5 at least: a fault and what comes after it take that long")
    if not 1 <= options.nodes < NODES_MAX:
        parser.error(f"--nodes must be 1 to {NODES_MAX - 1}: one more may join")
    if any(given is not None and given <= 0 for given in (options.minutes, options.runs, options.hand_overs)):
        parser.error("--minutes, --runs and --hand-overs count up from 1")
    return options


def line_of(report: Report) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in report.counts.items())
    faults = "; ".join(one.split(": ", 1)[1] for one in report.done if " is over" not in one and " left " not in one)
    return f"seed {report.plan.seed}: {counts or 'not looked at'} | {faults or 'no fault'}"


def listed(counts: collections.Counter) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def runs(options: argparse.Namespace, home: pathlib.Path, brokers: Brokers, mounts: bool) -> int:
    first = options.seed if options.seed is not None else int.from_bytes(os.urandom(3), "big")
    runs_max = options.runs or (1 if options.seed is not None and options.minutes is None else None)
    ends = time.monotonic() + 60 * (options.minutes or 10) if runs_max is None or options.minutes else None
    subscribers = Subscribers(home / "subscribers")
    totals, faults = collections.Counter(), collections.Counter()
    done = 0
    while (runs_max is None or done < runs_max) and (ends is None or time.monotonic() < ends):
        seed = first + done
        place = home / f"seed-{seed}"
        place.mkdir()
        report = play(plan(seed, options.nodes, options.load_seconds, mounts, options.brokers), brokers, place, subscribers)
        print(line_of(report), flush=True)
        done += 1
        totals.update(report.counts)
        faults.update(report.kinds)
        if report.broken:
            print("\n".join(report.broken[:20]))
            print(f"broken: {len(report.broken)} promises at seed {seed}; everything is in {place}; again: "
                  f"script/fault --seed {seed} --nodes {options.nodes} --brokers {options.brokers} --load-seconds {options.load_seconds:g}")
            return 1
        shutil.rmtree(place)
    print(f"{done} runs held, seeds {first} to {first + done - 1}: {listed(totals)}")
    print(f"faults: {listed(faults)}")
    print(f"looked at after each: {LOOKED_AT}")
    return 0


def hand_overs(options: argparse.Namespace, home: pathlib.Path, brokers: Brokers) -> int:
    for number, way in enumerate(hand_over.WAYS):
        print(hand_over.told(way, hand_over.measure(brokers, home / f"way{number}", way, options.hand_overs)), flush=True)
    return 0


def main() -> int:
    options = parsed()
    if not BINARY.exists():
        say(f"{BINARY} is missing: script/build makes it")
        return 3
    home = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="dialin-fault-"))
    home.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
    mounts = can_mount(home)
    if not mounts:
        say("NOT TESTED: a full disk needs root and leave to mount a tmpfs")
    try:
        brokers = Brokers(home / "kafka", options.brokers)
    except (CannotRun, OSError) as why:
        say(str(why))
        return 3
    status = 3
    try:
        status = hand_overs(options, home, brokers) if options.hand_overs else runs(options, home, brokers, mounts)
    except KeyboardInterrupt:
        status = 130
    finally:
        brokers.close()
        if status == 0 and not options.keep:
            shutil.rmtree(home, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
