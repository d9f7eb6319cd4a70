"""The reasons of /readyz: what the program says, and the table in docs/operations.md that explains it, are the same."""

import dataclasses
import re

import pytest

from tidy.test_house import ROOT, none, tracked

OPEN, CLOSE = "([{", ")]}"


@dataclasses.dataclass(frozen=True)
class Place:
    """Where reasons are made: in `files`, behind each `before`. `means`: what a name there stands for. `hands_on`: what is made at another place."""

    files: str
    before: str
    means: tuple[tuple[str, str], ...] = ()
    hands_on: tuple[str, ...] = ()
    only_with: str = ""  # a last argument, without which it is no reason of /readyz


PLACES = (
    Place("api/http/entrance.h", r"std::string why_ = "),
    Place("api/cli/serve/*.cc", r"\bwaits\(", hands_on=("log.error().text", "why")),
    Place("api/cli/serve/node.cc", r"if \(stopping_\) return \{"),
    Place("api/cli/serve/open_store.cc", r"secrets\.has_key\(key_id\)\) continue;\s*return "),
    Place("api/cli/serve/shared_node.cc", r"\breasons\.(?:push|emplace)_back\(", hands_on=("found.why",)),
    Place("api/service/writer_trouble.cc", r"\bkDoesNotAnswer = "),
    Place("api/service/writer_trouble.cc", r"\bwhy = (?=\")"),
    Place("api/service/writer_*.cc", r"(?<!::)\benter_trouble\(", hands_on=("std::move(why)", "std::string(sentence_of(done.error()))")),
    Place("api/service/catch_up.cc", r"\breturn (?=\")"),
    Place("projections/soundness.cc", r"\breturn \{i - \(ends_move \? 1 : 0\), "),
    Place("infra/log/kafka/refusals.cc", r"\bkSentences = \{"),
    Place("infra/log/kafka/*.cc", r"(?<!::)\bhalt\(", hands_on=("why", "not_rooted()")),
    Place("infra/log/kafka/*.cc", r"::not_rooted\(\) const \{\s*return "),
    Place("infra/log/kafka/*.cc", r"\bwhy_not_leading_ = "),
    Place("infra/log/kafka/*.cc", r"\bbatch\.lost = "),
    Place("infra/log/kafka/topic.cc", r"\bunfit\(", means=(("name", "topic …"),)),
    Place("infra/log/kafka/topic.cc", r"\breturn failure\("),
    Place("infra/log/kafka/topic.cc", r"\bKafkaFailure\{", only_with="true"),
)
# Said by `dialin init` alone.
OF_INIT = {"topic … cannot be made", "Kafka does not answer whether it made topic …"}


def expressions_at(code: str, at: int) -> list[str]:
    """What stands there up to the bracket that closes, or to the end of the statement; one for each comma in between."""
    found, depth, begin = [], 0, at
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[][(){},;]', code[at:]):
        sign, place = token[0], at + token.start()
        if depth == 0 and sign in (*CLOSE, ",", ";"):
            found.append(code[begin:place].strip())
            begin = place + 1
            if sign != ",":
                return found
        depth += sign in OPEN and not sign.startswith('"')
        depth -= sign in CLOSE and not sign.startswith('"')
    raise AssertionError(f"no end of {code[at:at + 60]!r}")


def sentence(expression: str, means: dict[str, str]) -> str:
    """Its texts, and … for whatever differs from case to case."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"|([^"]+)', expression)
    whole = "".join(text if not code else means.get(code.strip(" +"), "" if code.strip() in ("", "std::string(", ")") else "…") for text, code in parts)
    return re.sub(r"…+", "…", whole)


def said_at(place: Place) -> tuple[set[str], set[str]]:
    """Sentences, and expressions that hold none."""
    sentences, others = set(), set()
    for path in tracked(place.files):
        code = re.sub(r"//[^\n]*", "", path.read_text())
        for start in re.finditer(place.before, code):
            expressions = expressions_at(code, start.end())
            if place.only_with and expressions[-1] != place.only_with:
                continue
            with_texts = [one for one in expressions if '"' in one]
            sentences |= {sentence(one, dict(place.means)) for one in with_texts}
            others |= set() if with_texts else {expressions[0]}
    return sentences - OF_INIT, others


def explained() -> list[str]:
    table = (ROOT / "docs/operations.md").read_text().split("### Reasons not to be ready")[1].split("---|\n")[1].split("\n### ")[0]
    return [one for cell in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for one in re.findall(r"`([^`]+)`", cell)]


def explains(row: str, said: str) -> bool:
    """What stands before the last … is all that an unfinished sentence has."""
    pattern = "".join(".+" if piece in ("…", "N", "NAME", "URL") else re.escape(piece) for piece in re.split(r"(…|\bN\b|\bNAME\b|\bURL\b)", row))
    return re.fullmatch(re.sub(r"\.\+$", ".*", pattern), said) is not None


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.files} {place.before}")
def test_every_reason_that_is_said_is_explained(place):
    sentences, others = said_at(place)
    assert sentences or place.hands_on, "nothing is said there any more"
    none([f"{said!r} is in no row of the table" for said in sentences if not any(explains(row, said) for row in explained())])
    none([f"{other}: where is that said" for other in others if other not in place.hands_on])


def test_every_reason_that_is_explained_is_said():
    said = {one for place in PLACES for one in said_at(place)[0]}
    assert len(said) > 25
    none([f"nobody says {row!r}" for row in explained() if not any(explains(row, one) for one in said)])


@pytest.mark.parametrize(("code", "means", "expected"), [
    ('waits("a " + std::to_string(n) + " b");', {}, ["a … b"]),
    ('waits("a; (b)" "c");', {}, ["a; (b)c"]),
    ('waits(std::string("a: ") + f(x, "no")[1]);', {}, ["a: …no…"]),
    ('waits(name + " has " + f({1, 2}));', {"name": "topic …"}, ["topic … has …"]),
    ('waits(why, "b");', {}, ["…", "b"]),
])
def test_sentences_are_found_in_code(code, means, expected):
    assert [sentence(one, means) for one in expressions_at(code, len("waits("))] == expected
