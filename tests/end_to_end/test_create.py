"""POST /domain-dialin-config: what a config is made of."""

import base64
import re

import pytest

from live.client import fresh_number

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"


def test_a_pinless_config_gets_a_secret_and_a_sip_uri(client):
    number = fresh_number()
    answer = client.post("/domain-dialin-config", {"type": "pinless_dialin", "phone_number": number, "name_prefix": "Front desk"}).expect(200)
    made = answer.json
    assert set(made) == {"id", "type", "config", "version", "created_at", "updated_at"}
    assert re.fullmatch(UUID, made["id"])
    assert re.fullmatch(TIME, made["created_at"]) and made["updated_at"] == made["created_at"]
    assert made["type"] == "pinless_dialin" and made["version"] == 1
    config = made["config"]
    assert config["phone_number"] == number and config["name_prefix"] == "Front desk"
    assert config["type"] == "pinless_dialin", "`config` echoes `type`"
    assert len(base64.b64decode(config["hmac"], validate=True)) == 32
    assert re.fullmatch(r"sip:[^@:]+@[^@]+", config["sip_uri"])
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Location"].endswith(f"/domain-dialin-config/{made['id']}")
    assert answer.sequence > 0 and answer.headers["X-Request-Id"]
    read = client.get(answer.headers["Location"]).expect(200)
    assert read.json == made and read.etag == answer.etag


def test_a_pin_config_needs_nothing_and_has_no_secret(client):
    config = client.pin()["config"]
    assert config["sip_uri"] is None
    assert "hmac" not in config and "phone_number" not in config


def test_every_property_comes_back_as_it_was_sent(client):
    wishes = {
        "phone_number": fresh_number(), "name_prefix": "Zürich ☎ 東京", "hmac": base64.b64encode(b"k" * 32).decode(),
        "room_creation_api": "https://example.com/rooms?x=%20y", "hold_music_url": "https://cdn.example.com/hold.mp3",
        "timeout_config": {"message": 'Nobody "came".\n\tBye \\ \u0001'},
    }
    config = client.create(type="pinless_dialin", **wishes)["config"]
    assert {name: config[name] for name in wishes} == wishes
    pin = client.create(type="pin_dialin", phone_number=fresh_number(), ivr_greeting={"message": "Hello"}, timeout_config={"message": "Bye"})
    assert pin["config"]["ivr_greeting"] == {"message": "Hello"}
    assert client.config(pin["id"]) == pin


def test_the_type_follows_from_a_property_that_only_one_category_has(client):
    assert client.create(ivr_greeting={"message": "Hi"})["type"] == "pin_dialin"
    assert client.create(phone_number=fresh_number(), room_creation_api="https://example.com/")["type"] == "pinless_dialin"
    client.post("/domain-dialin-config", {"name_prefix": "either"}).refused(400, "invalid-request-error")
    client.post("/domain-dialin-config", {"ivr_greeting": {"message": "Hi"},
                                          "hold_music_url": "https://example.com/a.mp3"}).refused(400, "invalid-request-error")


@pytest.mark.parametrize("spelling", ["{0} {1}", "tel:{0}{1}", "TEL:{0}.{1}", "({0}) {1}", "[{0}]-{1}", " {0}{1} "])
def test_numbers_are_stored_normalised(client, spelling):
    number = fresh_number()
    made = client.pinless(phone_number=spelling.format(number[:5], number[5:]))
    assert made["config"]["phone_number"] == number


@pytest.mark.parametrize("number", ["2025550123", "+0123456", "+1", "+1234567890123456", "+12x4", "", "+", "tel:", "+1+2", "００４", 12025550123, None, True, [],
                                    {}])
def test_a_number_that_is_none_is_refused(client, number):
    problem = client.post("/domain-dialin-config", {"type": "pinless_dialin", "phone_number": number}).refused(400, "invalid-request-error")
    assert [violation["property"] for violation in problem["violations"]] == ["phone_number"]


def test_no_numbering_plan_is_asked(client):
    tried = client.post("/domain-dialin-config", {"type": "pinless_dialin", "phone_number": "+12555599999"}, query={"dry_run": "true"})
    tried.expect(200)


REFUSED = [
    ({"type": "pinless_dialin"}, "phone_number"),
    ({"type": "conference"}, "type"),
    ({"type": None}, "type"),
    ({"type": "pin_dialin", "hmac": "AAAAAAAAAAAAAAAAAAAAAA=="}, "hmac"),
    ({"type": "pin_dialin", "room_creation_api": "https://example.com"}, "room_creation_api"),
    ({"type": "pin_dialin", "hold_music_url": "https://example.com/a.mp3"}, "hold_music_url"),
    ({"type": "pinless_dialin", "phone_number": "+15550001", "ivr_greeting": {"message": "x"}}, "ivr_greeting.message"),
    ({"type": "pin_dialin", "name_prefix": ""}, "name_prefix"),
    ({"type": "pin_dialin", "name_prefix": "x" * 257}, "name_prefix"),
    ({"type": "pin_dialin", "name_prefix": "a\u0000b"}, "name_prefix"),
    ({"type": "pin_dialin", "name_prefix": 7}, "name_prefix"),
    ({"type": "pin_dialin", "timeout_config": {"message": ""}}, "timeout_config.message"),
    ({"type": "pin_dialin", "timeout_config": {"message": "x" * 4097}}, "timeout_config.message"),
    ({"type": "pin_dialin", "ivr_greeting": {"message": ["x"]}}, "ivr_greeting.message"),
    ({"type": "pinless_dialin", "phone_number": "+15550001", "hmac": "short"}, "hmac"),
    ({"type": "pinless_dialin", "phone_number": "+15550001", "hmac": base64.b64encode(b"x" * 15).decode()}, "hmac"),
    ({"type": "pinless_dialin", "phone_number": "+15550001", "hmac": base64.b64encode(b"x" * 65).decode()}, "hmac"),
    ({"type": "pinless_dialin", "phone_number": "+15550001", "room_creation_api": "ftp://example.com/"}, "room_creation_api"),
    ({"type": "pinless_dialin", "phone_number": "+15550001", "room_creation_api": "/rooms"}, "room_creation_api"),
    ({"type": "pinless_dialin", "phone_number": "+15550001", "room_creation_api": "https://"}, "room_creation_api"),
    ({"type": "pinless_dialin", "phone_number": "+15550001", "room_creation_api": "https://me:secret@example.com/"}, "room_creation_api"),
    ({"type": "pinless_dialin", "phone_number": "+15550001", "hold_music_url": "https://example.com/" + "x" * 2040}, "hold_music_url"),
    ({"type": "pinless_dialin", "phone_number": "+15550001", "sip_uri": "sip:me@example.com"}, "sip_uri"),
]


@pytest.mark.parametrize("wishes,property", REFUSED, ids=[f"{n}-{name}" for n, (_, name) in enumerate(REFUSED)])
def test_a_broken_rule_names_its_property_and_stores_nothing(client, wishes, property):
    problem = client.post("/domain-dialin-config", wishes).refused(400, "invalid-request-error")
    assert property in [violation["property"] for violation in problem["violations"]]
    assert all(violation["rule"] for violation in problem["violations"])
    assert property in problem["info"]
    assert client.page()["total_count"] == 0


def test_lengths_count_characters_not_bytes(client):
    assert client.pin(name_prefix="☎" * 256)["config"]["name_prefix"] == "☎" * 256
    assert len(client.pin(ivr_greeting={"message": "ü" * 4096})["config"]["ivr_greeting"]["message"]) == 4096


def test_all_violations_are_named_at_once(client):
    wishes = {"type": "pin_dialin", "phone_number": "555", "name_prefix": "", "hmac": "x", "timeout_config": {"message": 1}}
    problem = client.post("/domain-dialin-config", wishes).refused(400, "invalid-request-error")
    assert {violation["property"] for violation in problem["violations"]} >= {"phone_number", "name_prefix", "hmac", "timeout_config.message"}


def test_an_unknown_property_is_named_with_the_nearest_known_one(client):
    problem = client.post("/domain-dialin-config", {"type": "pin_dialin", "name_prefx": "x"}).refused(400, "invalid-request-error")
    [violation] = problem["violations"]
    assert violation["property"] == "name_prefx" and "name_prefix" in violation["rule"]


def test_a_body_wrapped_in_config_is_refused_with_advice(client):
    problem = client.post("/domain-dialin-config", {"type": "pin_dialin", "config": {"name_prefix": "x"}}).refused(400, "invalid-request-error")
    assert "top level" in problem["info"] + str(problem["violations"]) or "flat" in problem["info"] + str(problem["violations"])


def test_the_version_prefix_makes_no_difference(client):
    made = client.post("/v1/domain-dialin-config", {"type": "pin_dialin"}).expect(200).json
    assert client.get(f"/v1/domain-dialin-config/{made['id']}").expect(200).body == client.get(f"/domain-dialin-config/{made['id']}").expect(200).body
