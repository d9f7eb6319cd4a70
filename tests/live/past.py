"""What callers saw after every one of their writes, kept, so that the past can be asked for it again: same status, same bytes, same ETag."""

import bisect
import dataclasses
import datetime
import random
import urllib.parse

from live.client import Answer, Client, fresh_number

CONFIGS = "/domain-dialin-config"
NAMES = ("Desk", "Desk 2", "Lobby", "Lobby bar")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


@dataclasses.dataclass(frozen=True)
class Seen:
    status: int
    body: bytes
    etag: str | None

    @classmethod
    def of(cls, answer: Answer) -> "Seen":
        return cls(answer.status, answer.body, answer.headers["ETag"])


@dataclasses.dataclass
class Moment:
    """After one write: `seen` by path (with its query) and tenant. Good from its first event on, until the next moment's first."""

    sequence: int
    first_event: int
    begin_us: int  # time of that event
    seen: dict[tuple[int, str], Seen]


def us_of(rfc3339: str) -> int:
    return round((datetime.datetime.fromisoformat(rfc3339.replace("Z", "+00:00")) - EPOCH) / datetime.timedelta(microseconds=1))


def written(time_us: int, draw: random.Random) -> str:
    """As one of the many texts that RFC 3339 has for it, encoded for a query or not."""
    offset = datetime.timezone(datetime.timedelta(minutes=draw.choice((0, 0, 120, -330, 825))))
    text = (EPOCH + datetime.timedelta(microseconds=time_us)).astimezone(offset).isoformat(timespec="microseconds")
    stem, zone = text[:-6], text[-6:]
    stem += draw.choice(("", "0", "999"))  # nanoseconds are cut
    if zone == "+00:00":
        zone = draw.choice(("Z", "z", "+00:00", "-00:00"))
    return draw.choice((urllib.parse.quote, str))(stem + zone)


def with_as_of(path: str, as_of) -> str:
    return f"{path}{'&' if '?' in path else '?'}as_of={as_of}"


class Recording:
    """Random writes of several tenants on one log that nobody else writes to. `draw` decides everything but ids and times."""

    def __init__(self, draw: random.Random, tenants: int, numbers: int = 6):
        self.draw = draw
        self.numbers = [fresh_number() for _ in range(numbers)]
        self.ids: list[list[str]] = [[] for _ in range(tenants)]  # all there ever were, by tenant
        self.usernames: list[list[str]] = [[] for _ in range(tenants)]
        self.moments: list[Moment] = []

    def begin(self, clients: list[Client]) -> None:
        """The moment before everything."""
        seen = {}
        for tenant, client in enumerate(clients):
            self._see(client, tenant, seen, [CONFIGS, *self._number_paths()])
        end = clients[0].get("/").sequence
        self.moments.append(Moment(end, 0, 0, seen))

    def write(self, clients: list[Client]) -> None:
        """One write that was stored, by one of the tenants, each of which has a client here."""
        while True:
            tenant = self.draw.randrange(len(clients))
            answer, touched = self._command(clients[tenant], tenant)
            assert answer.status in (200, 400, 404, 409), answer.body
            # A write that changes nothing is answered, too, at a position that may be new: that of a node's opening.
            if answer.status == 200 and (events := clients[tenant].all_events(after=self.moments[-1].sequence)):
                assert events[-1]["sequence"] == answer.sequence
                return self._keep(clients[tenant], tenant, answer, touched, events[0])

    def _command(self, client: Client, tenant: int) -> tuple[Answer, list[str]]:
        draw, ids = self.draw, self.ids[tenant]
        kind = draw.random()
        if kind < 0.25 or not ids:
            wishes = {"type": draw.choice(("pin_dialin", "pinless_dialin")), "name_prefix": draw.choice(NAMES), "phone_number": draw.choice(self.numbers)}
            if wishes["type"] == "pin_dialin" and draw.random() < 0.5:
                del wishes["phone_number"]
            return client.post(CONFIGS, wishes), []
        config_id = draw.choice(ids[-8:])
        path = f"{CONFIGS}/{config_id}"
        if kind < 0.5:
            change = draw.choice(({"name_prefix": draw.choice((*NAMES, None))}, {"phone_number": draw.choice((*self.numbers, None))},
                                  {"timeout_config": {"message": draw.choice("abc")}}))
            return client.put(path, change), [config_id]
        if kind < 0.65:
            return client.delete(path), [config_id]
        if kind < 0.8:
            return client.post(f"{path}/move", {"type": draw.choice(("pin_dialin", "pinless_dialin"))}), [config_id]
        return client.post(f"{path}/restore", {"version": draw.randint(1, 4)}), [config_id]

    def _keep(self, client: Client, tenant: int, answer: Answer, touched: list[str], first_event: dict) -> None:
        if answer.json["id"] not in self.ids[tenant]:
            self.ids[tenant].append(answer.json["id"])
            touched = [*touched, answer.json["id"]]
            if uri := answer.json["config"].get("sip_uri"):
                self.usernames[tenant].append(uri.removeprefix("sip:").split("@")[0])
        seen = {(one, path): was for (one, path), was in self.moments[-1].seen.items() if one != tenant or not path.startswith(CONFIGS + "?")}
        paths = [CONFIGS, *self._number_paths()]
        for config_id in touched:
            paths += [f"{CONFIGS}/{config_id}", f"{CONFIGS}/{config_id}/history?limit=1000"]
        self._see(client, tenant, seen, paths + self._list_paths(tenant))
        self.moments.append(Moment(answer.sequence, first_event["sequence"], us_of(first_event["time"]), seen))

    def _number_paths(self) -> list[str]:
        return [f"/numbers/{number}{tail}" for number in self.numbers for tail in ("", "/history")]

    def _list_paths(self, tenant: int) -> list[str]:
        """Some pages with random filters and cursors."""
        draw = self.draw
        filters = [{}, {"name_prefix": draw.choice(NAMES)}, {"type": draw.choice(("pin_dialin", "pinless_dialin"))},
                   {"phone_number": draw.choice(self.numbers)},
                   {"phone_numbers": ",".join(number[-draw.randint(1, 3):] for number in draw.sample(self.numbers, 2))}]
        if self.usernames[tenant]:
            filters.append({"sip_username": draw.choice(self.usernames[tenant])})
        paths = []
        for query in draw.sample(filters, 3):
            query = {**query, "limit": draw.randint(1, 6)}
            if draw.random() < 0.7:
                query[draw.choice(("starting_after", "ending_before"))] = draw.choice(self.ids[tenant])
            paths.append(f"{CONFIGS}?{urllib.parse.urlencode(query)}")
        return paths

    @staticmethod
    def _see(client: Client, tenant: int, seen: dict, paths: list[str]) -> None:
        for path in paths:
            seen[tenant, path] = Seen.of(client.get(path))

    # The past.

    def expected(self, moment: Moment) -> dict[tuple[int, str], Seen]:
        """What every path was answered; of configs that came later, that they are not there."""
        last = self.moments[-1].seen
        gone = next(seen for moment in self.moments for (_, path), seen in moment.seen.items() if path.startswith(CONFIGS + "/") and seen.status == 404)
        later = {key: gone for key in last if key not in moment.seen and key[1].startswith(CONFIGS + "/")}
        return {**later, **moment.seen}

    def at_sequence(self, sequence: int) -> tuple[int, Moment]:
        """The sequence that an answer stands for, and the moment: both halves of a move or neither."""
        for moment in self.moments:
            if moment.first_event <= sequence < moment.sequence:
                return moment.sequence, moment
        return sequence, self.moments[bisect.bisect_right([moment.sequence for moment in self.moments], sequence) - 1]

    def check_sequences(self, clients: list[Client]) -> int:
        """All of them, and everything at each; how many answers were compared."""
        compared = 0
        for sequence in range(self.moments[0].sequence, self.moments[-1].sequence + 1):
            stands_for, moment = self.at_sequence(sequence)
            for (tenant, path), seen in self.expected(moment).items():
                answer = clients[tenant].get(with_as_of(path, sequence))
                assert Seen.of(answer) == seen, (path, sequence, answer.body, seen)
                assert answer.sequence == stands_for, (path, sequence)
                compared += 1
        return compared

    def check_times(self, clients: list[Client], share: float = 0.2) -> int:
        """The first and the last microsecond of every moment and one between, for a share of the paths."""
        compared = 0
        for moment, then in zip(self.moments, self.moments[1:]):
            begin_us = moment.begin_us or then.begin_us - 1
            for time_us in {begin_us, then.begin_us - 1, self.draw.randint(begin_us, then.begin_us - 1)}:
                for (tenant, path), seen in self.expected(moment).items():
                    if self.draw.random() >= share:
                        continue
                    answer = clients[tenant].get(with_as_of(path, written(time_us, self.draw)))
                    assert Seen.of(answer) == seen, (path, time_us, answer.body, seen)
                    assert moment.sequence <= answer.sequence < then.first_event, (path, time_us)
                    compared += 1
        return compared

    def check_conditions(self, clients: list[Client], count: int = 100) -> None:
        """HEAD, and If-None-Match with the tag of then."""
        for _ in range(count):
            moment = self.draw.choice(self.moments)
            (tenant, path), seen = self.draw.choice(list(moment.seen.items()))
            at = with_as_of(path, moment.sequence)
            head = clients[tenant].call("HEAD", at)
            assert (head.status, head.headers["ETag"], head.headers["Content-Length"]) == (seen.status, seen.etag, str(len(seen.body)))
            if seen.etag:
                same = clients[tenant].get(at, headers={"If-None-Match": seen.etag}).expect(304)
                assert same.body == b"" and same.etag == seen.etag and same.sequence == moment.sequence
                clients[tenant].get(at, headers={"If-None-Match": '"999"'}).expect(200)
