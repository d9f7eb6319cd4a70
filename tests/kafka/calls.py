"""What the tests of nodes on Kafka ask them."""

import http.client
import json
import re
import urllib.error
import urllib.request

from live.client import Answer, Client, fresh_number
from live.cluster import asked, until
from live.server import Server

CONFIGS = "/v1/domain-dialin-config"
STRONG = {"Dialin-Consistency": "strong"}


def pinless(number: str | None = None, **more) -> dict:
    return {"type": "pinless_dialin", "phone_number": number or fresh_number(), "name_prefix": "Front desk", **more}


def created(caller: Client, headers: dict | None = None, **more) -> dict:
    """A config, as soon as the node takes writes."""
    body = pinless(**more)

    def answer() -> Answer | None:
        given = caller.call("POST", CONFIGS, body, headers)
        if given.status == 503:
            assert given.json["error"] in ("unavailable", "outcome-unknown"), given.json
            return None
        return given.expect(200)

    return until(answer).json


def reasons(node: Server) -> list[str]:
    """Why it is not ready; empty when it is, or does not answer."""
    told = asked(node)
    return told[1]["reasons"] if told and told[0] == 503 else []


def readiness(node: Server) -> tuple[int, dict]:
    """Of a node that answers."""
    try:
        with urllib.request.urlopen(f"http://{node.host}:{node.port}/readyz", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def role(node: Server) -> str | None:
    told = asked(node)
    return told[1]["role"] if told else None


def metric(node: Server, name: str) -> float:
    connection = http.client.HTTPConnection(node.host, node.port, timeout=5)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])


def halts(node: Server, because: str) -> str:
    """Waits until it says so; the reason."""
    def reason() -> str | None:
        return next((one for one in reasons(node) if re.search(because, one)), None)
    return until(reason, why=lambda: f"does it halt: {asked(node)}")


def serves_the_past_alone(caller: Client, config: dict) -> None:
    """A node that halted: plain reads go on, whatever speaks of the present does not."""
    path = f"{CONFIGS}/{config['id']}"
    assert caller.call("GET", path).expect(200).json == config
    assert caller.call("GET", path, query={"as_of": config["updated_at"]}).expect(200).json == config
    caller.call("GET", path, query={"as_of": "9999-12-31T23:59:59Z"}).refused(503, "unavailable")
    caller.call("GET", path, headers=STRONG).refused(503, "unavailable")
    caller.call("POST", CONFIGS, pinless()).refused(503, "unavailable")
    caller.call("PUT", path, {"name_prefix": config["config"]["name_prefix"]}).refused(503, "unavailable")
    caller.call("POST", CONFIGS, pinless(), query={"dry_run": "true"}).refused(503, "unavailable")
