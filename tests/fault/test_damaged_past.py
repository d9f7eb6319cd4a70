"""A byte flipped in a record of the past, under a running server: who asks for it is told that it cannot be had, and nobody is told anything else."""

from fault.segments import records
from fault.test_flips import flip, segment_of
from live.client import Client, fresh_number
from live.past import CONFIGS, with_as_of


def test_a_damaged_record_is_never_answered_from_nor_passed_over(server):
    client = Client(server.start(), server.key)
    number = fresh_number()
    made = client.pinless(phone_number=number, name_prefix="one")
    other = client.pin(name_prefix="bystander")
    changed = client.post(f"{CONFIGS}/{made['id']}", {"name_prefix": "two"}).expect(200)
    client.update(other["id"], name_prefix="later")
    now = client.update(made["id"], name_prefix="three")
    damaged = changed.sequence
    place, size = records(segment_of(server))[damaged - 1]["value"]
    config, history = f"{CONFIGS}/{made['id']}", f"{CONFIGS}/{made['id']}/history"
    needed = [with_as_of(config, damaged + 1), with_as_of(CONFIGS, damaged + 1), with_as_of(f"/numbers/{number}", damaged + 1), with_as_of(config, damaged),
              with_as_of(config, changed.json["updated_at"]), f"{history}?from=1&to=2", f"{history}?from=2&to=3"]
    sound = [config, CONFIGS, f"/numbers/{number}", with_as_of(config, damaged - 1), with_as_of(CONFIGS, damaged - 1), with_as_of(config, damaged + 2),
             with_as_of(f"{CONFIGS}/{other['id']}", damaged + 1), f"/numbers/{number}/history", with_as_of(f"/numbers/{number}/history", damaged + 1),
             f"{history}?from=1&to=3", with_as_of(config, now["updated_at"])]
    whole = {path: client.get(path).expect(200).body for path in needed + sound}

    flip(segment_of(server), place + size // 2, 1)
    for path in needed:
        client.get(path).refused(500, "internal-error")
    for path in sound:
        assert client.get(path).expect(200).body == whole[path], path
    assert client.update(made["id"], name_prefix="four")["version"] == 4, "numbers ring on"
    assert server.said().count(f"the log is damaged: record {damaged} (") == 1

    flip(segment_of(server), place + size // 2, 1)
    for path in needed:
        assert client.get(path).expect(200).body == whole[path], path
