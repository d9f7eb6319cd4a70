"""What operators are given beside the program: rules for alerts, a dashboard, a unit for systemd, and the table of metrics. All of it names what there is."""

import json
import pathlib
import re
import shlex

import pytest
import yaml

from live.metrics import metrics_of, table_of_metrics, whole
from live.promql import Expression, Wrong
from live.server import ROOT, run

OPERATIONS = ROOT / "docs/operations.md"
FILES = ROOT / "docs/operations"
BY_PROMETHEUS = {"up": ("gauge", set())}
# systemd.exec(5), systemd.service(5), systemd.resource-control(5), systemd.unit(5)
DIRECTIVES = {
    "Unit": {"Description", "After", "Wants"},
    "Service": {
        "Type", "User", "Group", "ExecStart", "ExecReload", "Restart", "RestartSec", "TimeoutStartSec", "TimeoutStopSec", "LimitNOFILE", "LimitCORE", "UMask",
        "StateDirectory", "StateDirectoryMode", "NoNewPrivileges", "CapabilityBoundingSet", "LockPersonality", "MemoryDenyWriteExecute", "PrivateDevices",
        "PrivateTmp", "ProtectClock", "ProtectControlGroups", "ProtectHome", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules",
        "ProtectKernelTunables", "ProtectProc", "ProtectSystem", "RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime",
        "RestrictSUIDSGID", "SystemCallArchitectures", "SystemCallErrorNumber", "SystemCallFilter"},
    "Install": {"WantedBy"},
}


@pytest.fixture(scope="module")
def exposed(server) -> dict[str, tuple[str, set[str]]]:
    return metrics_of(server)


def alerts() -> list[dict]:
    groups = yaml.safe_load((FILES / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict]:
    return [panel for panel in json.loads((FILES / "grafana.json").read_text())["panels"] if panel["type"] != "row"]


def expressions() -> dict[str, str]:
    found = {f"alert {rule['alert']}": rule["expr"] for rule in alerts()}
    return found | {f"panel {panel['title']} {target['refId']}": target["expr"] for panel in panels() for target in panel["targets"]}


def reading(expr: str, exposed: dict) -> Expression:
    """A histogram is asked for by its parts, which count."""
    known = {name: ("counter" if kind == "part" else kind, labels) for name, (kind, labels) in exposed.items() if kind != "histogram"}
    return Expression(expr, known | BY_PROMETHEUS)


@pytest.mark.parametrize("where", expressions())
def test_an_expression_asks_for_what_there_is(exposed, where):
    reading(expressions()[where], exposed)


@pytest.mark.parametrize(("expr", "because"), {
    'dialin_nothing{job="dialin"}': "there is no metric dialin_nothing",
    'dialin_append_seconds{job="dialin"}': "there is no metric dialin_append_seconds",
    'dialin_ready{job="dialin", colour="red"}': "dialin_ready has no label colour",
    'dialin_ready': "dialin_ready without its job",
    'sum(dialin_ready{job="dialin"}': "'the end' where ',' belongs",
    'dialin_ready{job="dialin"': "'the end' where ',' belongs",
    'dialin_ready{job="dialin"})': "')' is too much",
    'dialin_ready{job=dialin}': "'dialin' where a string belongs",
    'speed(dialin_events_appended_total{job="dialin"}[5m])': "there is no function speed()",
    'Sum(dialin_ready{job="dialin"})': "there is no function Sum()",
    'rate(dialin_events_appended_total{job="dialin"})': "rate() takes range",
    'rate(dialin_events_appended_total{job="dialin"}[5 minutes])': "at '[5 minutes])'",
    'sum(dialin_ready{job="dialin"}[5m])': "sum() takes vector",
    'rate(dialin_ready{job="dialin"}[5m])': "rate() of a gauge",
    'delta(dialin_events_appended_total{job="dialin"}[5m])': "delta() of a counter",
    'sum by (route) (dialin_ready{job="dialin"})': "sum by ['route']: its metrics have ['instance', 'job']",
    'sum by (status) (rate(dialin_http_request_seconds_count{job="dialin"}[5m]))': "sum by ['status']: its metrics have ['instance', 'job', 'method', 'route']",
    'sum(dialin_ready{job="dialin"}) by (colour)': "sum by ['colour']: its metrics have ['instance', 'job']",
    'histogram_quantile(0.9, sum by (route) (rate(dialin_http_request_seconds_bucket{job="dialin"}[5m])))': "histogram_quantile() of what has no le",
    'histogram_quantile(rate(dialin_append_seconds_bucket{job="dialin"}[5m]))': "histogram_quantile() takes scalar, vector",
    'sum(dialin_leads{job="dialin"}) == 0 and dialin_term{job="dialin"} > 0': "and never matches [] with ['instance', 'job']",
    'dialin_ready{job="dialin"} == "1"': "== takes no vector and string",
    'dialin_ready{job="dialin"} and 1': "and joins vectors alone",
    'dialin_ready{job="dialin"} 1': "'1' is too much",
    "1": "it asks for no metric",
    "time() - 1 > 0": "it asks for no metric",
}.items())
def test_a_wrong_expression_is_found(exposed, expr, because):
    with pytest.raises(Wrong) as found:
        reading(expr, exposed)
    assert str(found.value) == because


def test_what_alerts_say_names_labels_that_their_expressions_leave(exposed):
    for rule in alerts():
        named = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
        assert named <= reading(rule["expr"], exposed).value.labels, rule["alert"]
    for panel in panels():
        for target in panel["targets"]:
            named = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", target.get("legendFormat", "")))
            assert named <= reading(target["expr"], exposed).value.labels, panel["title"]


def test_the_dashboard_fills_in_each_name_that_its_expressions_leave_open():
    board = json.loads((FILES / "grafana.json").read_text())
    known = {variable["name"] for variable in board["templating"]["list"]} | {"__rate_interval"}
    used = {name for panel in panels() for target in panel["targets"] for name in re.findall(r"\$(\w+)", target["expr"])}
    assert used <= known and used, used - known
    assert not [rule["alert"] for rule in alerts() if "$" in rule["expr"]]


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
    assert table_of_metrics() == whole(exposed)


def test_the_table_of_metrics_names_each_class_of_status():
    """Most of them are seldom exposed, so the table's labels alone would not show that one is missing."""
    listed = re.search(r"kStatusClasses = \{(.*)\}", (ROOT / "infra/telemetry/metric_names.h").read_text())[1]
    row = re.search(r"^\| `dialin_http_requests_total` .*", OPERATIONS.read_text(), re.MULTILINE)[0]
    assert [name for name in re.findall(r"\w+", listed) if f"`{name}`" not in row] == []


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
