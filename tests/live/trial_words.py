"""What script/cluster prints once its nodes are ready: what runs where, and lines to type in another terminal."""

from typing import NamedTuple

CONFIGS = "domain-dialin-config"
NUMBER = "+12555550100"
AUTHORIZED = 'curl -s -H "Authorization: Bearer $KEY"'
WRITE = f"{AUTHORIZED} -H 'Content-Type: application/json'"
STRONG = "-H 'Dialin-Consistency: strong'"


class Standing(NamedTuple):
    name: str
    url: str
    pid: int
    role: str


def what_runs(nodes: list[Standing]) -> list[str]:
    return [f"  {node.name}  {node.url}  pid {node.pid}  {node.role}" for node in nodes]


def what_to_try(nodes: list[Standing], key: str) -> list[str]:
    """As a shell takes it, from top to bottom; it ends by itself after some 20 s."""
    leader = next(node for node in nodes if node.role == "leader")
    others = [node for node in nodes if node is not leader] or [leader]
    follower, reader = others[0], others[-1]
    return [
        f"KEY={key}",
        f"# Make a config at {follower.name}, which sends the write on to the one that leads, and read it at {reader.name}:",
        f"{WRITE} -d '{{\"type\": \"pin_dialin\", \"phone_number\": \"{NUMBER}\"}}' {follower.url}/{CONFIGS} | jq .",
        f"ID=$({AUTHORIZED} {STRONG} {reader.url}/numbers/{NUMBER} | jq -r .id)",
        f"{WRITE} -X PUT -d '{{\"name_prefix\": \"Front desk\"}}' {follower.url}/{CONFIGS}/$ID | jq .version",
        f"{AUTHORIZED} {STRONG} {reader.url}/{CONFIGS}/$ID | jq .config",
        "# Kill the one that leads, and see another take the lead, and this one come back:",
        f"kill -9 {leader.pid}",
        "for second in $(seq 20); do",
        f"  for url in {' '.join(node.url for node in nodes)}; do curl -s $url/readyz | jq -rj 'select(.node) | \"\\(.node) \\(.role) of term \\(.term), "
        "\\(.applied) of \\(.end)   \"'; done; echo; sleep 1",
        "done",
        "# Nothing is lost:",
        f"{AUTHORIZED} {STRONG} {follower.url}/{CONFIGS}/$ID | jq .version",
    ]
