"""Takes a session out of README.md: what is typed, and what is answered."""

import re

from live.server import ROOT

# What is made at random or by the clock, longest forms first.
DIFFERS = [
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", "<uuid>"),
    (r"\b[0-9a-f]{64}\b", "<hash>"),
    (r"\b[0-9a-f]{32}\b", "<sip username>"),
    (r"\bkey_[0-9a-f]{16}\b", "<key id>"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "<time>"),
    (r'"[A-Za-z0-9+/]{43}="', '"<secret>"'),
]


def normalised(text: str) -> str:
    for pattern, name in DIFFERS:
        text = re.sub(pattern, name, text)
    return text.strip()


def section(title: str) -> str:
    return re.search(rf"^## {title}$(.*?)^## ", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)[1]


def steps(title: str) -> list[tuple[str, str]]:
    """(commands, answer) of the section, in order."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)
    kinds = [kind for kind, _ in blocks]
    assert kinds[::2] == ["sh"] * len(kinds[::2]) and not set(kinds[1::2]) - {"json", "text"}, "each block of commands has its answer behind it"
    return [(blocks[n][1], blocks[n + 1][1]) for n in range(0, len(blocks), 2)]
