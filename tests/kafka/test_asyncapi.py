"""docs/asyncapi.json tells the truth about the topic: each record of a real one fits its message, and holds nothing that is not described."""

import copy
import json

import jsonschema_rs
import pytest
from confluent_kafka.admin import AdminClient, ConfigResource

from kafka.strays import Raw
from live.server import ROOT

DOCUMENT = json.loads((ROOT / "docs/asyncapi.json").read_text())
MESSAGES = {message["name"]: message for message in DOCUMENT["components"]["messages"].values()}


def closed(schema):
    """Fields are only ever added, so readers are told to expect more; a test wants to hear of each that is not described."""
    if isinstance(schema, dict):
        return {name: False if name == "additionalProperties" else closed(inner) for name, inner in schema.items()}
    return [closed(inner) for inner in schema] if isinstance(schema, list) else schema


def faults(schema: dict, instance) -> list[str]:
    whole = {**closed(schema), "components": closed(DOCUMENT["components"])}
    return [f"{'/'.join(map(str, fault.instance_path))}: {fault.message}"
            for fault in jsonschema_rs.Draft202012Validator(whole, validate_formats=True).iter_errors(instance)]


def text_headers(record: Raw) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}


def parts(record: Raw) -> dict[str, tuple[dict, object]]:
    """What is described of its message, each with what the record has."""
    message = MESSAGES[record.header("ce_type").decode()]
    return {
        "headers": ({**message["headers"], "unevaluatedProperties": False}, text_headers(record)),
        "key": (message["bindings"]["kafka"]["key"], record.key.decode() if record.key else None),
        "value": (message["payload"], json.loads(record.value) if record.value else None),
    }


def test_every_reference_leads_somewhere():
    def references(node):
        if isinstance(node, dict):
            yield from (value for name, value in node.items() if name == "$ref")
            node = list(node.values())
        if isinstance(node, list):
            for inner in node:
                yield from references(inner)

    found = set(references(DOCUMENT))
    assert len(found) > 20
    for reference in found:
        at = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            assert step in at, reference
            at = at[step]


def test_each_record_fits_its_message(history):
    records = [*history.chain(), *history.marks()]
    names = [reference["$ref"].rsplit("/", 1)[1] for reference in DOCUMENT["channels"]["log"]["messages"].values()]
    assert {record.header("ce_type").decode() for record in records} == {DOCUMENT["components"]["messages"][name]["name"] for name in names}
    for record in records:
        for part, (schema, instance) in parts(record).items():
            assert not faults(schema, instance), f"{part} of {text_headers(record)}"


def test_the_schemas_refuse_what_is_not_so(history):
    """Each part of each record with one thing left out that is required, or one thing added that is not described."""
    for record in [*history.chain(), *history.marks()]:
        described = parts(record)
        for part in ("headers", "value"):
            schema, instance = described[part]
            assert faults(schema, {**(instance or {}), "surprise": "x"}), part
        headers_schema, headers = described["headers"]
        for name in headers:
            assert faults(headers_schema, {other: value for other, value in headers.items() if other != name}), name
            assert faults(headers_schema, {**headers, name: "x"}), name
        key_schema, key = described["key"]
        assert faults(key_schema, None if key else "x")


def test_what_rest_and_the_stream_show_fits_too(history):
    events = history.events()
    assert len(events) > 12
    for event in events:
        assert not faults(MESSAGES["event"]["payload"], event)
        secret = copy.deepcopy(event)
        secret["config"]["hmac"] = "Zool2Dsbj/46ZUlz2PN0Cr5NR+j/SROPyhrQHN6hjC8="
        assert faults(MESSAGES["event"]["payload"], secret)


def test_the_examples_fit():
    examples = [(message, example) for message in MESSAGES.values() for example in message.get("examples", [])]
    assert examples
    for message, example in examples:
        assert not faults(message["payload"], example["payload"])


@pytest.fixture
def founded(log, kafka, topic) -> AdminClient:
    log.init()
    return AdminClient({"bootstrap.servers": kafka.bootstrap})


def test_the_topic_is_made_as_the_channel_says(founded, topic):
    described = DOCUMENT["channels"]["log"]["bindings"]["kafka"]
    asked = ConfigResource(ConfigResource.Type.TOPIC, topic)
    settings = founded.describe_configs([asked])[asked].result(30)
    for name, value in described["topicConfiguration"].items():
        assert settings[name].value == (",".join(value) if isinstance(value, list) else str(value)), name
    assert len(founded.list_topics(topic, 30).topics[topic].partitions) == described["partitions"]
