"""docs/security.md says which test shows each guard: each of them is there."""

import re

from tidy.test_house import ROOT, none, tracked

DOCUMENT = ROOT / "docs/security.md"
NAMED = re.compile(r"`(tests/[\w/.]+)::([\w.]+)`")


def is_there(file: str, test: str) -> bool:
    path = ROOT / file
    if not path.is_file():
        return False
    if path.suffix == ".py":
        return re.search(rf"^def {re.escape(test)}\(", path.read_text(), re.MULTILINE) is not None
    suite, _, name = test.partition(".")
    return re.search(rf"^TEST(_F|_P)?\({re.escape(suite)}, {re.escape(name)}\)", path.read_text(), re.MULTILINE) is not None


def test_every_test_that_it_names_exists():
    named = NAMED.findall(DOCUMENT.read_text())
    assert len(named) > 50
    none([f"{file}::{test} is not there" for file, test in named if not is_there(file, test)])


def test_every_file_of_attacks_is_named():
    named = {file for file, _ in NAMED.findall(DOCUMENT.read_text())}
    none([f"docs/security.md does not name {path.name}" for path in tracked("tests/hostile/test_*.py") if f"tests/hostile/{path.name}" not in named])


def test_every_threat_has_a_guard_and_a_test():
    rows = re.findall(r"^\| (?!threat|---)(.+) \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert len(rows) > 25
    none([row[:80] for row in rows if len(cells := row.split(" | ")) != 3 or len(cells[1]) < 15 or not NAMED.search(cells[2])])
