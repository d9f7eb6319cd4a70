"""Reads expressions of Prometheus (https://prometheus.io/docs/prometheus/latest/querying/basics/) and holds them against the metrics that there are.

Of the language what alerts and dashboards use: no subqueries, no @, no grouping of many to one. What is beyond that is wrong here, too.
"""

import dataclasses
import re

TOKEN = re.compile(r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]))|(?P<word>[a-zA-Z_:][\w:]*)|(?P<string>"(?:[^"\\]|\\.)*")
                       |\[(?P<range>\d+(?:ms|[smhdwy])|\$__rate_interval)\]|(?P<sign>=~|!~|!=|==|<=|>=|[-+*/%^<>=(){},]))""", re.VERBOSE)
# The higher binds the closer.
OPERATORS = {"or": 1, "and": 2, "unless": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5, "^": 6}
AGGREGATIONS = {"sum": (), "min": (), "max": (), "avg": (), "count": (), "group": (), "stddev": (), "stdvar": (), "topk": ("scalar",), "bottomk": ("scalar",),
                "quantile": ("scalar",), "count_values": ("string",)}
OF_COUNTERS = {"rate", "irate", "increase", "resets"}
OF_GAUGES = {"delta", "idelta", "deriv"}
OF_RANGES = {*OF_COUNTERS, *OF_GAUGES, "changes", "avg_over_time", "min_over_time", "max_over_time", "sum_over_time", "count_over_time", "last_over_time",
             "present_over_time"}
OF_VECTORS = {"abs", "ceil", "floor", "sqrt", "exp", "ln", "log2", "log10", "sgn", "sort", "sort_desc", "timestamp", "absent"}
FUNCTIONS = {**{name: ("range",) for name in OF_RANGES}, **{name: ("vector",) for name in OF_VECTORS}, "time": (), "scalar": ("vector",), "vector": ("scalar",),
             "histogram_quantile": ("scalar", "vector"), "clamp_min": ("vector", "scalar"), "clamp_max": ("vector", "scalar")}
GIVES = {"time": "scalar", "scalar": "scalar"}


class Wrong(Exception):
    """What is wrong with an expression, in a few words."""


@dataclasses.dataclass
class Value:
    kind: str  # scalar, string, vector, range
    labels: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()  # of the metrics that it stands on: counter, gauge


class Expression:
    """`metrics`: type and labels of each, a histogram's parts being counters. `given`: labels that Prometheus adds; each selector must name the first."""

    def __init__(self, text: str, metrics: dict[str, tuple[str, set[str]]], given: tuple[str, ...] = ("job", "instance")):
        self.metrics, self.given = metrics, given
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            found = TOKEN.match(text, at)
            if not found:
                raise Wrong(f"at {text[at:at + 20]!r}")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self.value = self.binary(1)
        if self.tokens:
            raise Wrong(f"{self.tokens[0][1]!r} is too much")
        if self.value.kind != "vector" or not self.value.types:
            raise Wrong("it asks for no metric")

    def next_is(self, *texts: str) -> bool:
        return bool(self.tokens) and self.tokens[0][0] in ("word", "sign") and self.tokens[0][1] in texts

    def take(self, *kinds: str) -> tuple[str, str]:
        if not self.tokens or self.tokens[0][0] not in kinds:
            raise Wrong(f"{self.tokens[0][1] if self.tokens else 'the end'!r} where a {kinds[0]} belongs")
        return self.tokens.pop(0)

    def expect(self, sign: str) -> None:
        if not self.next_is(sign):
            raise Wrong(f"{self.tokens[0][1] if self.tokens else 'the end'!r} where {sign!r} belongs")
        self.tokens.pop(0)

    def names(self) -> list[str]:
        self.expect("(")
        found = [self.take("word")[1]]
        while self.next_is(","):
            self.expect(",")
            found.append(self.take("word")[1])
        self.expect(")")
        return found

    def binary(self, least: int) -> Value:
        left = self.one()
        while self.tokens and OPERATORS.get(self.tokens[0][1], 0) >= least:
            operator = self.tokens.pop(0)[1]
            left = self.joined(left, operator, self.binary(OPERATORS[operator] + 1))
        return left

    def joined(self, left: Value, operator: str, right: Value) -> Value:
        if {left.kind, right.kind} - {"scalar", "vector"}:
            raise Wrong(f"{operator} takes no {left.kind} and {right.kind}")
        if left.kind == right.kind == "vector":
            if left.labels != right.labels and operator != "or":
                raise Wrong(f"{operator} never matches {sorted(left.labels)} with {sorted(right.labels)}")
        elif OPERATORS[operator] < 3:
            raise Wrong(f"{operator} joins vectors alone")
        vectors = [value for value in (left, right) if value.kind == "vector"]
        return Value("vector" if vectors else "scalar", frozenset().union(*(value.labels for value in vectors)), left.types | right.types)

    def one(self) -> Value:
        if self.next_is("-"):
            self.expect("-")
            return self.one()
        if self.next_is("("):
            self.expect("(")
            value = self.binary(1)
            self.expect(")")
            return value
        kind, text = self.take("number", "word", "string")
        if kind != "word":
            return Value({"number": "scalar"}.get(kind, kind))
        if text in AGGREGATIONS:
            return self.aggregation(text)
        return self.call(text) if self.next_is("(") else self.selector(text)

    def arguments(self, name: str, kinds: tuple[str, ...]) -> list[Value]:
        self.expect("(")
        values: list[Value] = []
        while not self.next_is(")"):
            values.append(self.binary(1))
            if not self.next_is(")"):
                self.expect(",")
        self.expect(")")
        if tuple(value.kind for value in values) != kinds:
            raise Wrong(f"{name}() takes {', '.join(kinds) or 'nothing'}")
        return values

    def aggregation(self, name: str) -> Value:
        by = self.grouping()
        *_, of = self.arguments(name, (*AGGREGATIONS[name], "vector"))
        by = by or self.grouping() or ("by", [])
        if unknown := set(by[1]) - of.labels:
            raise Wrong(f"{name} {by[0]} {sorted(unknown)}: its metrics have {sorted(of.labels)}")
        return Value("vector", frozenset(by[1]) if by[0] == "by" else of.labels - set(by[1]), of.types)

    def grouping(self) -> tuple[str, list[str]] | None:
        return (self.take("word")[1], self.names()) if self.next_is("by", "without") else None

    def call(self, name: str) -> Value:
        if name not in FUNCTIONS:
            raise Wrong(f"there is no function {name}()")
        values = self.arguments(name, FUNCTIONS[name])
        of = values[-1] if values else Value("scalar")
        if wanted := {"counter"} if name in OF_COUNTERS else {"gauge"} if name in OF_GAUGES else None:
            if of.types != wanted:
                raise Wrong(f"{name}() of a {'/'.join(of.types)}")
        if name == "histogram_quantile" and "le" not in of.labels:
            raise Wrong("histogram_quantile() of what has no le")
        return Value(GIVES.get(name, "vector"), of.labels - {"le"} if name == "histogram_quantile" else of.labels, of.types)

    def selector(self, name: str) -> Value:
        if name not in self.metrics:
            raise Wrong(f"there is no metric {name}")
        metric_type, own = self.metrics[name]
        labels, matched = own | set(self.given), set()
        if self.next_is("{"):
            self.expect("{")
            while not self.next_is("}"):
                label = self.take("word")[1]
                if label not in labels:
                    raise Wrong(f"{name} has no label {label}")
                if self.take("sign")[1] not in ("=", "!=", "=~", "!~"):
                    raise Wrong(f"{name} with a label that is matched by no operator")
                self.take("string")
                matched.add(label)
                if not self.next_is("}"):
                    self.expect(",")
            self.expect("}")
        if self.given[0] not in matched:
            raise Wrong(f"{name} without its {self.given[0]}")
        has_range = bool(self.tokens) and self.tokens[0][0] == "range" and bool(self.tokens.pop(0))
        return Value("range" if has_range else "vector", frozenset(labels), frozenset({metric_type}))
