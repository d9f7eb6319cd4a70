"""What operators call: health, metrics, documents. No key is asked for."""

import re

from live.client import Client


def test_health_and_readiness(server, client):
    anyone = Client(server, None)
    anyone.get("/healthz").expect(200)
    client.pin()
    ready = anyone.get("/readyz").expect(200).json
    assert ready["role"] == "leader"
    assert ready["applied"] == ready["end"] > 0 and ready["lag"] == 0
    anyone.get("/v1/readyz").expect(200)


def test_metrics_are_prometheus_text_and_count(server, client):
    anyone = Client(server, None)

    def samples() -> dict[str, float]:
        answer = anyone.get("/metrics").expect(200)
        assert answer.headers["Content-Type"].startswith("text/plain")
        found = {}
        for line in answer.body.decode().splitlines():
            if line.startswith("#"):
                assert re.match(r"# (HELP|TYPE) [a-z_:][a-z0-9_:]* ", line), line
            elif line:
                name, value = line.rsplit(" ", 1)
                found[name] = float(value)
        return found

    before = samples()
    for name in ("dialin_log_strays_total", "dialin_log_end", "dialin_applied"):
        assert any(sample.startswith(name) for sample in before), name
    client.pin()
    after = samples()
    assert sum(after.values()) > sum(before.values())
    assert after["dialin_log_end"] == before["dialin_log_end"] + 1


def test_the_documents_are_served_as_they_lie(server):
    from live.server import ROOT
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
