"""GET /events/stream: every event exactly once, in order, whatever the reader does."""

import random
import threading

from live.client import Stream, seed


def test_live_events_look_as_in_history(client, server, tenant):
    stream = Stream(server, tenant.key)
    assert stream.status == 200 and stream.headers["Content-Type"].startswith("text/event-stream")
    made = client.pinless(name_prefix="a")
    client.update(made["id"], name_prefix="b")
    messages = stream.take(2)
    assert [message.data for message in messages] == client.history(made["id"])
    assert [message.id for message in messages] == [message.data["sequence"] for message in messages]
    assert [message.name for message in messages] == ["ConfigCreated", "ConfigUpdated"]
    stream.close()


def test_a_stream_begins_now_and_resumes_where_it_is_told(client, server, tenant):
    before = client.pin(name_prefix="before")
    sequence = client.history(before["id"])[0]["sequence"]
    live = Stream(server, tenant.key)
    resumed = Stream(server, tenant.key, after=sequence)
    whole = Stream(server, tenant.key, after=0)
    by_header = Stream(server, tenant.key, last_event_id=sequence)
    after = client.pin(name_prefix="after")
    for stream in (live, resumed, by_header):
        assert stream.take(1)[0].data["config_id"] == after["id"]
        stream.close()
    assert [message.data["config_id"] for message in whole.take(2)] == [before["id"], after["id"]]
    whole.close()


def test_last_event_id_wins_over_the_query(client, server, tenant):
    """A browser that reconnects sends both: the header is the newer."""
    made = client.pin(name_prefix="1")
    client.update(made["id"], name_prefix="2")
    stream = Stream(server, tenant.key, after=0, last_event_id=client.history(made["id"])[0]["sequence"])
    assert stream.take(1)[0].data["version"] == 2
    stream.close()


def test_a_position_beyond_the_end_is_refused(client, server, tenant):
    client.pin()
    end = client.get("/").sequence
    for after in (str(end + 1_000_000), "x", "-1"):
        client.get("/events/stream", query={"after": after}).refused(400, "invalid-request-error")
    client.get("/events/stream", headers={"Last-Event-ID": "nonsense"}).refused(400, "invalid-request-error")


def test_other_tenants_events_are_not_in_it(client, server, tenant, other):
    stream = Stream(server, tenant.key)
    other.client().pin()
    mine = client.pin()
    assert stream.take(1)[0].data["config_id"] == mine["id"]
    stream.close()


def test_a_reader_that_reconnects_100_times_under_load_sees_every_event_once_in_order(server, tenant):
    drawn = seed()
    print("seed", drawn)
    draw = random.Random(drawn)
    stop = threading.Event()
    troubles = []

    def write() -> None:
        client = tenant.client()
        try:
            made = client.pin(name_prefix="0")
            count = 0
            while not stop.is_set():
                count += 1
                client.update(made["id"], name_prefix=str(count))
        except Exception as trouble:
            troubles.append(trouble)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    try:
        for _ in range(100):
            stream = Stream(server, tenant.key, last_event_id=seen[-1] if seen else 0)
            assert stream.status == 200
            seen += [message.id for message in stream.take(draw.randrange(1, 25))]
            stream.close()
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not troubles, troubles
    rest = tenant.client().all_events(after=seen[-1], limit=1000)
    expected = [event["sequence"] for event in tenant.client().all_events(limit=1000)]
    assert seen + [event["sequence"] for event in rest] == expected


def test_many_slow_readers_hold_nobody_up(client, server, tenant):
    """Readers that never read fill their sockets, not the server: writes and a live reader go on."""
    asleep = [Stream(server, tenant.key) for _ in range(50)]
    live = Stream(server, tenant.key)
    made = client.pin(name_prefix="0")
    for n in range(200):
        client.update(made["id"], name_prefix=str(n) + "x" * 200)
    assert [message.data["version"] for message in live.take(201)] == list(range(1, 202))
    late = asleep[0].take(201)
    assert [message.data["version"] for message in late] == list(range(1, 202)), "it finds everything when it wakes"
    for stream in [*asleep, live]:
        stream.close()
