#!/usr/bin/env python3
"""Prints the records of a dialin log on Kafka, strays left out, a line each: OFFSET ID SEQUENCE TYPE SUBJECT.

    consume.py BROKERS TOPIC [--after OFFSET ID] [--until-end] [--prove]

The first two words of a line are the place behind its record: keep them with what you make of the record, and give them to --after to go on there.
--until-end stops at the present end; --prove also checks each record's hash. Status 1: the topic is not, or no longer, the log that was being read.
Needs the package confluent-kafka.
"""

import argparse
import datetime
import hashlib
import re
import sys
import uuid

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

BEFORE_THE_FIRST = b"0" * 64
OWN = ("ce_id", "ce_previousid", "ce_sequence", "ce_type", "ce_time")
PASSING = (KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN, KafkaError._RESOLVE, KafkaError._TIMED_OUT)


class Stop(Exception):
    """Nothing that comes can be believed."""


def headers_of(message) -> dict[str, bytes | None]:
    """Of a name that stands twice the last one counts. Not decoded: a stray may hold any bytes."""
    try:
        return dict(message.headers() or [])
    except SystemError:
        return {}  # confluent-kafka's answer to a name that is not UTF-8; dialin writes none


def id_of(headers: dict[str, bytes | None], value: bytes) -> bytes:
    """The hash over previous id, sequence, type, tenant, config id, time and value, each behind its length in 32 bits."""
    text = {name: (headers.get(name) or b"").decode() for name in (*OWN, "ce_tenant", "ce_subject")}
    time = datetime.datetime.strptime(text["ce_time"], "%Y-%m-%dT%H:%M:%S.%fZ") - datetime.datetime(1970, 1, 1)
    numbers = int(text["ce_sequence"]), time // datetime.timedelta(microseconds=1)
    sequence, time_us = (number.to_bytes(8, "little") for number in numbers)
    tenant, config = (uuid.UUID(text[name]).bytes if text[name] else b"" for name in ("ce_tenant", "ce_subject"))
    fields = bytes.fromhex(text["ce_previousid"]), sequence, text["ce_type"].encode(), tenant, config, time_us, value
    return hashlib.sha256(b"".join(len(field).to_bytes(4, "little") + field for field in fields)).hexdigest().encode()


def check(message, prove: bool) -> None:
    """A record that stands where the next one belongs, but is none: dialin's own nodes halt there, too."""
    names = [name for name, _ in message.headers()]
    headers = headers_of(message)
    whole = all(names.count(name) == 1 and headers[name] for name in OWN) and message.value() is not None
    if not whole or not re.fullmatch(rb"[0-9a-f]{64}", headers["ce_id"]):
        raise Stop(f"the record at offset {message.offset()} is none")
    if prove and headers["ce_id"] != id_of(headers, message.value()):
        raise Stop(f"the record at offset {message.offset()} is not what its hash says")


def messages(options: argparse.Namespace, offset: int):
    """All records of the topic from `offset` on, strays too; None each time that the end is reached."""
    consumer = Consumer({
        "bootstrap.servers": options.brokers,
        "group.id": "unused: places are kept by whoever consumes",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
        "auto.offset.reset": "error",  # never silently to somewhere else
        "isolation.level": "read_uncommitted",  # else an open transaction of anybody hides the end
    })
    try:
        missing = consumer.list_topics(options.topic, 30).topics[options.topic].error
        if missing:
            raise Stop(missing.str())
        consumer.assign([TopicPartition(options.topic, 0, offset)])
        while True:
            message = consumer.poll(1)
            if message is None:
                continue
            error = message.error()
            if error is None:
                yield message
            elif error.code() == KafkaError._PARTITION_EOF:
                yield None
            elif error.code() not in PASSING:
                raise Stop(error.str())
    finally:
        consumer.close()


def consume(options: argparse.Namespace) -> None:
    last, saved = BEFORE_THE_FIRST, None
    if options.after:
        saved, last = int(options.after[0]), options.after[1].encode()
    for message in messages(options, saved or 0):
        if saved is not None:
            if message is None or message.offset() != saved or headers_of(message).get("ce_id") != last:
                raise Stop(f"the record at offset {saved} is not the one that was accepted there")
            saved = None
        elif message is None:
            if options.until_end:
                return
        elif headers_of(message).get("ce_previousid") == last:  # the rule
            check(message, options.prove)
            headers = headers_of(message)
            last = headers["ce_id"]
            words = (headers[name] for name in ("ce_id", "ce_sequence", "ce_type"))
            print(message.offset(), *(word.decode() for word in words), (headers.get("ce_subject") or b"-").decode(), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("brokers")
    parser.add_argument("topic")
    parser.add_argument("--after", nargs=2, metavar=("OFFSET", "ID"))
    parser.add_argument("--until-end", action="store_true")
    parser.add_argument("--prove", action="store_true")
    options = parser.parse_args()
    if options.after and not options.after[0].isdecimal():
        parser.error(f"{options.after[0]} is no offset")
    try:
        consume(options)
    except (Stop, KafkaException) as why:
        print(f"consume.py: {why}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
