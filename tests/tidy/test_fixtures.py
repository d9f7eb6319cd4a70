"""Whatever type of record the program knows, one that an earlier version has written is kept (tests/fixtures/README.md)."""

import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
EVENTS = ROOT / "tests/fixtures/events"
TYPE = re.compile(r'"(dialin\.[a-z]+\.[a-z]+\.v[0-9]+)"')


def known_types() -> set[str]:
    return {found for source in (*ROOT.glob("domain/*.h"), *ROOT.glob("domain/*.cc")) for found in TYPE.findall(source.read_text())}


def test_every_type_of_record_has_its_fixture():
    assert {"dialin.config.created.v1", "dialin.log.opened.v1", "dialin.log.confirmed.v1"} <= known_types()
    for record_type in known_types():
        kept = json.loads((EVENTS / f"{record_type.removeprefix('dialin.')}.json").read_text())
        types = {line["record"]["type"] if "record" in line else line["headers"]["ce_type"] for line in kept}
        assert types == {record_type}


def test_every_fixture_is_of_a_type_that_is_still_read():
    kept = {f"dialin.{path.stem}" for path in EVENTS.glob("*.v*.json")}
    assert kept and kept <= known_types(), kept - known_types()


def test_each_schema_before_this_one_has_left_a_directory():
    schema = int(re.search(r"kSchema = (\d+);", (ROOT / "projections/keys.h").read_text())[1])
    for older in range(1, schema):
        assert (ROOT / f"tests/fixtures/schema-{older}.tar.xz").stat().st_size < 300_000
