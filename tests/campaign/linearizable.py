"""Whether the answers, put in order, are those of one service that does one call after the other.

An order is asked for that keeps to real time (what was answered before another call began comes before it) and in which every answer is the right one. In
general that is a search through permutations. Here the chain is a witness: it fixes the order of all calls that stored something, and no other order would do,
because the sequences that were answered promise that one. What is left is to give each call that stored nothing (a strong read, a 404, 409 or 412, an unchanged
PUT, a repetition) a place between them: a prefix of the chain whose state its answer shows, not before anything that was answered before the call began, and
not behind anything that began after its answer.

Every such bound comes from calls that ended before this one began, so began before it. Taken in the order of their beginnings, each call gets the least
place that is possible; by induction no order gives any of them a lesser one. A call that has no place then, or a stored one that stands before what was
answered before it began, has none in any order: the decision is exact, and takes one pass.

A call without an answer, or with `outcome-unknown`, has no end: stored, it may stand anywhere behind its beginning."""

import heapq

from campaign.decide import explains
from campaign.history import Call
from campaign.story import Story


def places(calls: list[Call], story: Story, stored: dict[str, int], repeated: dict[str, int]) -> tuple[dict[str, int], list[str]]:
    """The place of every call that has one, and what cannot be put in order. `stored`: request id → the sequence that the call has on the chain (of a move: the
    second); `repeated`: request id of a repetition → the sequence of what it repeats."""
    in_order = sorted(calls, key=lambda call: call.began)
    behind = bounds_above(in_order, story, stored)
    placed: dict[str, int] = {}
    broken: list[str] = []
    ended: list[tuple[float, int]] = []  # of the placed calls: when they ended, and where they stand
    floor = 0
    for call in in_order:
        while ended and ended[0][0] < call.began:
            floor = max(floor, heapq.heappop(ended)[1])
        if call.request_id in stored:
            place = stored[call.request_id]
            if first_of(place, story) <= floor:
                broken.append(f"stored at {place}, but {floor} was answered before it began: {call}")
        elif call.says_nothing or not speaks_of_now(call):
            continue
        else:
            may_be = (prefix for prefix in range(floor, behind[call.request_id] + 1) if prefix not in story.half)
            place = next((prefix for prefix in may_be if fits(call, story, prefix, repeated)), None)
            if place is None:
                broken.append(f"no prefix from {floor} to {behind[call.request_id]} gives this answer: {call}")
                continue
        placed[call.request_id] = place
        if not call.is_unknown:
            heapq.heappush(ended, (call.ended, place))
    return placed, broken


def speaks_of_now(call: Call) -> bool:
    return call.is_write or call.strong


def fits(call: Call, story: Story, prefix: int, repeated: dict[str, int]) -> bool:
    if call.request_id in repeated:
        return prefix >= repeated[call.request_id]
    if call.strong and prefix < call.sequence:
        return False  # it reflects at least the position that it names
    return explains(call, story, prefix)


def bounds_above(in_order: list[Call], story: Story, stored: dict[str, int]) -> dict[str, int]:
    """Of each answered call: the last prefix before everything stored that began after its answer."""
    bounds: dict[str, int] = {}
    later = sorted((call for call in in_order if call.request_id in stored), key=lambda call: call.began)
    bound = story.end
    for call in sorted((call for call in in_order if call.ended is not None), key=lambda call: -call.ended):
        while later and later[-1].began > call.ended:
            bound = min(bound, first_of(stored[later.pop().request_id], story) - 1)
        bounds[call.request_id] = bound
    return bounds


def first_of(place: int, story: Story) -> int:
    return place - 1 if place - 1 in story.half else place
