"""Readers of the event stream, one after the other at whatever node: whoever goes on behind the last event that it had, anywhere, gets each event once."""

import http.client
import random
import threading
import time

from campaign.story import Story
from live.client import Stream
from live.server import Server

SILENCE_S = 1.5  # then it goes to another node, too
PAUSE_S = 0.1
OF_EACH_TENANT = 2


class Listener(threading.Thread):
    """`nodes` may grow meanwhile. Ends once it has had the event that finish() names."""

    def __init__(self, tenant: str, key: str, nodes: list[Server], draw: random.Random):
        super().__init__(daemon=True)
        self.tenant, self.key, self.nodes, self.draw = tenant, key, nodes, draw
        self.heard: list[tuple[int, str, str]] = []  # sequence, id and name
        self.streams = 0
        self.refused: list[str] = []
        self.until: int | None = None
        self.deadline = float("inf")
        self.trouble: Exception | None = None

    @property
    def at(self) -> int:
        return self.heard[-1][0] if self.heard else 0

    def is_over(self) -> bool:
        return (self.until is not None and self.at >= self.until) or time.monotonic() > self.deadline

    def run(self) -> None:
        try:
            while not self.is_over():
                self.listen(self.draw.choice(self.nodes), self.draw.randint(1, 60))
                time.sleep(PAUSE_S)
        except Exception as trouble:
            self.trouble = trouble

    def listen(self, node: Server, events_max: int) -> None:
        try:
            stream = Stream(node, self.key, last_event_id=self.at, timeout=SILENCE_S)
        except (OSError, http.client.HTTPException):
            return  # it is down, or asleep
        try:
            if stream.status != 200:
                if stream.status != 503:
                    self.refused.append(f"{node.home.name} refused a reader at {self.at} with {stream.status}: {stream.answer.read()!r}")
                return
            self.streams += 1
            for _ in range(events_max):
                message = stream.next()
                if message is None:
                    return
                self.heard.append((message.id, message.data["event_id"], message.name))
                if self.is_over():
                    return
        except (OSError, http.client.HTTPException):
            return  # cut off, or silent
        finally:
            stream.close()


def not_the_chain(heard: list[tuple[int, str, str]], tenant: str, story: Story) -> list[str]:
    wanted = [(record.sequence, record.id, record.json["name"]) for record in story.chain if record.tenant == tenant]
    if heard == wanted:
        return []
    at = next((place for place, pair in enumerate(zip(heard, wanted)) if pair[0] != pair[1]), min(len(heard), len(wanted)))
    return [f"a reader of {tenant} heard {len(heard)} events of {len(wanted)}; the first that differs: {heard[at:at + 1]} instead of {wanted[at:at + 1]}"]


class Listeners:
    def __init__(self, keys: dict[str, str], nodes: list[Server], draw: random.Random):
        self.all = [Listener(tenant, key, nodes, random.Random(draw.random())) for tenant, key in keys.items() for _ in range(OF_EACH_TENANT)]

    def start(self) -> None:
        for listener in self.all:
            listener.start()

    def finish(self, story: Story, patience_s: float) -> list[str]:
        """Waits until they have had all there is, and tells what any of them heard that is not exactly the chain."""
        broken = []
        for listener in self.all:
            listener.deadline = time.monotonic() + patience_s
            listener.until = max((record.sequence for record in story.chain if record.tenant == listener.tenant), default=0)
        for listener in self.all:
            listener.join(2 * patience_s)
            assert not listener.is_alive(), "a reader waits beyond its own patience"
            if listener.trouble:
                raise listener.trouble
            broken += listener.refused + not_the_chain(listener.heard, listener.tenant, story)
        return broken

    def stop(self) -> None:
        """Whatever they have; a run that broke off has no end to wait for."""
        for listener in self.all:
            listener.deadline = 0
