"""What operators are given beside the program: rules for alerts, a dashboard, a unit for systemd, and the table of metrics. All of it names what there is."""

import json
import pathlib
import re
import shlex

import pytest
import yaml

from live.client import Client
from live.server import ROOT, run

OPERATIONS = ROOT / "docs/operations.md"
FILES = ROOT / "docs/operations"
BY_PROMETHEUS = {"up"}
LABELS_BY_PROMETHEUS = {"job", "instance"}
# systemd.exec(5), systemd.service(5), systemd.resource-control(5), systemd.unit(5)
DIRECTIVES = {
    "Unit": {"Description", "After", "Wants"},
    "Service": {
        "Type", "User", "Group", "ExecStart", "ExecReload", "Restart", "RestartSec", "TimeoutStartSec", "TimeoutStopSec", "LimitNOFILE", "LimitCORE", "UMask", "StateDirectory", "StateDirectoryMode", "NoNewPrivileges",
        "CapabilityBoundingSet", "LockPersonality", "MemoryDenyWriteExecute", "PrivateDevices", "PrivateTmp", "ProtectClock", "ProtectControlGroups", "ProtectHome", "ProtectHostname",
        "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "ProtectProc", "ProtectSystem", "RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime",
        "RestrictSUIDSGID", "SystemCallArchitectures", "SystemCallErrorNumber", "SystemCallFilter"},
    "Install": {"WantedBy"},
}


@pytest.fixture(scope="module")
def exposed(server) -> dict[str, tuple[str, set[str]]]:
    """Type and labels of each metric; of a histogram under the names of its parts, too."""
    metrics: dict[str, tuple[str, set[str]]] = {}
    for line in Client(server, None).get("/metrics").expect(200).body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            metrics[name] = (kind, set())
        elif not line.startswith("#"):
            name, labels = re.match(r"(\w+)(?:\{(.*)\})? ", line).groups()
            whole = name if name in metrics and metrics[name][0] != "part" else re.sub(r"_(bucket|sum|count)$", "", name)
            found = set(re.findall(r'(\w+)="', labels or ""))
            metrics[whole][1].update(found - {"le"})
            metrics.setdefault(name, ("part", set()))[1].update(found)
    return metrics


def alerts() -> list[dict]:
    groups = yaml.safe_load((FILES / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict]:
    return [panel for panel in json.loads((FILES / "grafana.json").read_text())["panels"] if panel["type"] != "row"]


def expressions() -> dict[str, str]:
    found = {f"alert {rule['alert']}": rule["expr"] for rule in alerts()}
    return found | {f"panel {panel['title']} {target['refId']}": target["expr"] for panel in panels() for target in panel["targets"]}


def wrong_with(expr: str, exposed: dict) -> list[str]:
    wrong = [] if expr.count("(") == expr.count(")") and expr.count("{") == expr.count("}") else ["brackets"]
    by = set(label for labels in re.findall(r"\bby \(([^)]*)\)", expr) for label in re.split(r"\s*,\s*", labels))
    used = re.findall(r"\b((?:dialin|process|up)\w*)\{([^}]*)\}", expr)
    bare = re.sub(r"\{[^}]*\}|\"[^\"]*\"", "", expr)
    wrong += [f"{name} without its job" for name in re.findall(r"\b(?:dialin|process)_\w+", bare) if name not in dict(used)]
    for name, matchers in used:
        if name in BY_PROMETHEUS:
            continue
        if name not in exposed:
            wrong.append(f"no metric {name}")
            continue
        known = exposed[name][1] | LABELS_BY_PROMETHEUS
        wrong += [f"{name} has no label {label}" for label in {*re.findall(r"(\w+)(?:=~|!=|=)", matchers), *by} if label not in known]
    return wrong if used else [*wrong, "no metric at all"]


@pytest.mark.parametrize("where", expressions())
def test_an_expression_asks_for_what_there_is(exposed, where):
    assert not wrong_with(expressions()[where], exposed)


@pytest.mark.parametrize("expr", ["dialin_nothing{}", 'sum by (colour) (dialin_ready{job="dialin"})', 'dialin_ready{colour="red"}', "sum(dialin_ready{}", "dialin_ready", "1"])
def test_a_wrong_expression_is_found(exposed, expr):
    assert wrong_with(expr, exposed)


def test_each_alert_says_what_is_wrong_and_where_it_is_explained():
    text = OPERATIONS.read_text()
    explained = re.findall(r"^#### (Dialin\w+)\n(.+)", text, re.MULTILINE)
    assert [name for name, _ in explained] == [rule["alert"] for rule in alerts()]
    for (_, said), rule in zip(explained, alerts()):
        notes = rule["annotations"]
        assert said.startswith(notes["summary"]) and len(said) > len(notes["summary"]) + 40
        assert notes["runbook"] == f"docs/operations.md#{rule['alert'].lower()}" and len(notes["description"]) > 10
        assert rule["labels"]["severity"] in ("critical", "warning") and re.fullmatch(r"\d+[smh]", rule["for"])


def test_the_dashboard_shows_every_panel_in_its_place():
    board = json.loads((FILES / "grafana.json").read_text())
    places = [panel["gridPos"] for panel in board["panels"]]
    taken = [(x, y) for place in places for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])]
    assert len(taken) == len(set(taken)) and all(x < 24 for x, _ in taken)
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_the_table_of_metrics_is_what_is_exposed(exposed):
    rows = re.findall(r"^\| `(\w+)` \| (counter|gauge|histogram) \| ([^|]*) \| (.+) \|$", OPERATIONS.read_text(), re.MULTILINE)
    table = {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels, _ in rows}
    assert table == {name: found for name, found in exposed.items() if found[0] != "part"}


def test_the_unit_starts_the_program_with_options_that_it_has():
    sections: dict[str, list[tuple[str, str]]] = {}
    for line in (FILES / "dialin.service").read_text().splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section.append(tuple(line.split("=", 1)))
    assert {name: {key for key, _ in lines} - DIRECTIVES[name] for name, lines in sections.items()} == {name: set() for name in DIRECTIVES}
    program, command, *words = shlex.split(dict(sections["Service"])["ExecStart"])
    assert (pathlib.Path(program).name, command) == ("dialin", "serve")
    known = run("serve", "--help").stdout
    assert [word for word in words if word.startswith("--") and f"{word} " not in known] == []
