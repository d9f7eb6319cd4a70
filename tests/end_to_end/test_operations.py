"""What operators call: health, metrics, documents. No key is asked for."""

import re

from live.client import Client
from live.server import ROOT


def test_health_and_readiness(server, client):
    anyone = Client(server, None)
    anyone.get("/healthz").expect(200)
    client.pin()
    ready = anyone.get("/readyz").expect(200).json
    assert ready["role"] == "leader"
    assert ready["applied"] == ready["end"] > 0 and ready["lag"] == 0
    anyone.get("/v1/readyz").expect(200)


def samples(server) -> dict[str, float]:
    answer = Client(server, None).get("/metrics").expect(200)
    assert answer.headers["Content-Type"].startswith("text/plain")
    found = {}
    for line in answer.body.decode().splitlines():
        if line.startswith("#"):
            assert re.match(r"# (HELP|TYPE) [a-z_:][a-z0-9_:]* ", line), line
        elif line:
            name, value = line.rsplit(" ", 1)
            found[name] = float(value)
    return found


def test_metrics_are_prometheus_text_and_count(server, client):
    client.pin()
    before = samples(server)
    assert before["dialin_log_strays_total"] == 0
    client.pin()
    client.get("/nowhere").expect(404)
    after = samples(server)
    for name in ("dialin_events_appended_total", "dialin_log_end_sequence", "dialin_applied_sequence"):
        assert after[name] == before[name] + 1, name
    for route in ('method="POST",route="/domain-dialin-config",status="2xx"', 'method="other",route="unknown",status="4xx"'):
        name = f"dialin_http_requests_total{{{route}}}"
        assert after[name] > before[name], name
    took = 'dialin_http_request_seconds_count{method="POST",route="/domain-dialin-config"}'
    assert after[took] > before[took]


def test_metrics_tell_the_position_and_readiness_from_the_start(own_server):
    """A dashboard after a restart, before anybody wrote or asked /readyz."""
    figures = samples(own_server.start())
    assert figures["dialin_log_end_sequence"] == figures["dialin_applied_sequence"] == 2
    assert figures["dialin_ready"] == 1


def test_every_metric_that_has_a_name_is_shown(server):
    named = {name for ending in ("h", "cc") for name in re.findall(r'"(dialin_[a-z_]+)"', (ROOT / f"infra/telemetry/metric_names.{ending}").read_text())}
    shown = {re.sub(r"(\{.*|_bucket\{.*|_sum|_count)$", "", name) for name in samples(server)}
    assert len(named) > 25 and named - shown == set()


def test_the_documents_are_served_as_they_lie(server):
    anyone = Client(server, None)
    for name, version in (("openapi", "3.1"), ("asyncapi", "")):
        answer = anyone.get(f"/{name}.json").expect(200)
        assert answer.body == (ROOT / f"docs/{name}.json").read_bytes()
        assert answer.json[name].startswith(version)


def test_no_secret_is_in_the_servers_lines(server, client):
    made = client.pinless()
    client.get("/domain-dialin-config", headers={"Authorization": "Bearer dk_wrong"}).expect(401)
    said = server.output.read_text(errors="replace")
    assert client.key not in said and made["config"]["hmac"] not in said
