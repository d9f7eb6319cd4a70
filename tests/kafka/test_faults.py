"""Three nodes under load, and one fault at a time: what must hold afterwards is what tests/campaign looks at after any run."""

import pytest

from campaign.faults import BROKER, LEADER, Fault, Plan
from campaign.run import Report, play
from campaign.stage import can_mount

LOAD_S = 4.5
AT_S = 1.0
PAST_THE_SESSION_S = 2.6


def held(brokers, tmp_path, *faults: Fault, small_disk: int | None = None, strange_clock: int | None = None, leads: int = 1) -> Report:
    report = play(Plan(7, 3, LOAD_S, list(faults), small_disk, strange_clock), brokers, tmp_path)
    assert not report.broken, "\n".join([*report.broken, *report.done])
    assert report.done, "no fault happened"
    assert report.counts["answered"] > 20, "the load was none"
    assert report.counts["leads"] >= leads, "nobody else has led"
    return report


def test_the_leader_is_killed(brokers, tmp_path):
    held(brokers, tmp_path, Fault(AT_S, "kill", LEADER, 1), leads=2)


def test_a_leader_that_sleeps_past_its_session_wakes_and_follows(brokers, tmp_path):
    """What it had under way lands behind the other's `opened`: strays at most."""
    held(brokers, tmp_path, Fault(AT_S, "pause", LEADER, PAST_THE_SESSION_S), leads=2)


def test_the_lead_goes_from_one_sleeper_to_the_next(brokers, tmp_path):
    held(brokers, tmp_path, *(Fault(0.5 + again, "pause", LEADER, PAST_THE_SESSION_S) for again in range(3)), leads=2)


def test_a_follower_is_killed(brokers, tmp_path):
    held(brokers, tmp_path, *(Fault(AT_S, "kill", node, 1) for node in range(2)))


def test_the_broker_is_killed_in_the_middle_of_writes(brokers, tmp_path):
    held(brokers, tmp_path, Fault(AT_S, "kill", BROKER, 0.3))


def test_the_broker_sleeps(brokers, tmp_path):
    held(brokers, tmp_path, Fault(AT_S, "pause", BROKER, PAST_THE_SESSION_S))


def test_leader_and_broker_are_killed_together(brokers, tmp_path):
    held(brokers, tmp_path, Fault(AT_S, "kill", BROKER, 0.3), Fault(AT_S + 0.01, "kill", LEADER, 0.5), leads=2)


def test_the_leader_loses_its_connections(brokers, tmp_path):
    held(brokers, tmp_path, Fault(AT_S, "cut", LEADER, PAST_THE_SESSION_S), leads=2)


def test_the_leaders_acknowledgements_are_lost(brokers, tmp_path):
    """It cannot know that they were stored, and whoever leads next reads them."""
    held(brokers, tmp_path, Fault(AT_S, "deaf", LEADER, PAST_THE_SESSION_S), leads=2)


def test_the_leader_leaves(brokers, tmp_path):
    report = held(brokers, tmp_path, Fault(AT_S, "leave", LEADER, 1), leads=2)
    assert any("left with status 0" in one for one in report.done), report.done


def test_a_node_joins(brokers, tmp_path):
    held(brokers, tmp_path, Fault(AT_S, "join", 3, 0))


@pytest.mark.parametrize("node", range(2))
def test_the_disk_of_one_node_is_full(brokers, tmp_path, node):
    if not can_mount(tmp_path):
        pytest.skip("NOT TESTED: a full disk needs root and leave to mount a tmpfs")
    held(brokers, tmp_path, Fault(AT_S, "full disk", node, 2), small_disk=node)


@pytest.mark.parametrize("by_s", [-5, 5])
def test_a_clock_jumps(brokers, tmp_path, by_s):
    held(brokers, tmp_path, Fault(AT_S, "clock", 0, 2, by_s), strange_clock=0)
