"""The metrics that a node gives, and those that docs/operations.md has in its table."""

import re

from live.client import Client
from live.server import ROOT, Server


def metrics_of(node: Server) -> dict[str, tuple[str, set[str]]]:
    """Type and labels of each metric; of a histogram also of its parts, whose type is "part"."""
    metrics: dict[str, tuple[str, set[str]]] = {}
    for line in Client(node, None).get("/metrics").expect(200).body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            metrics[name] = (kind, set())
        elif not line.startswith("#"):
            name, labels = re.match(r"(\w+)(?:\{(.*)\})? ", line).groups()
            of = name if name in metrics and metrics[name][0] != "part" else re.sub(r"_(bucket|sum|count)$", "", name)
            found = set(re.findall(r'(\w+)="', labels or ""))
            metrics[of][1].update(found - {"le"})
            metrics.setdefault(name, ("part", set()))[1].update(found)
    return metrics


def whole(metrics: dict[str, tuple[str, set[str]]]) -> dict[str, tuple[str, set[str]]]:
    return {name: found for name, found in metrics.items() if found[0] != "part"}


def table_of_metrics() -> dict[str, tuple[str, set[str]]]:
    rows = re.findall(r"^\| `(\w+)` \| (counter|gauge|histogram) \| ([^|]*) \| (.+) \|$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels, _ in rows}
