"""The two bodies of an exchange, each parsed when a path first looks into it."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Literal

from graphsignal_mw.mapping.body import parse
from graphsignal_mw.mapping.instances import Row
from graphsignal_mw.mapping.jsonpath import Path
from graphsignal_mw.mapping.unparsed import UnparsedError
from graphsignal_mw.records import Exchange

Side = Literal["request", "response"]

_OTHER: dict[Side, Side] = {"request": "response", "response": "request"}
_BODILESS = frozenset({204, 205})  # statuses of success that have no body: its absence is no error


class Bodies:
    """Finds values in ``exchange``; ``counters`` say what was not parsed and not found. ``read`` parses a body."""

    def __init__(self, exchange: Exchange, counters: Counter[str], read: Callable[..., Any] = parse) -> None:
        self.exchange, self.counters, self._read = exchange, counters, read
        self._parsed: dict[Side, Any] = {}
        self._reasons: dict[Side, str] = {}
        self._expected: set[Side] = set()

    def find(self, path: Path | None, field: str, first: Side = "request") -> list[Any]:
        """Return what ``path`` finds in the body where ``field`` is expected, or else in the other one.

        Nothing is counted as ``unmatched``. A body that cannot be parsed is counted instead, once, where something is
        expected in it.
        """
        if path is None:
            return []
        self._expect(first)
        found = self._look(path, first) or self._look(path, _OTHER[first])
        if not found and first not in self._reasons:
            self.counters[f"unmatched.{field}"] += 1
        return found

    def rows(self, side: Side, field: str, extract: Callable[[Any], list[Row] | None]) -> list[Row] | None:
        """Return what ``extract`` makes of the whole body on ``side``; None is counted as ``unmatched``."""
        self._expect(side)
        if side not in self._parsed:
            return None
        try:
            found = extract(self._parsed[side])
        except UnparsedError as error:
            self.counters[f"unparsed.{error.reason}"] += 1
            return None
        if found is None:
            self.counters[f"unmatched.{field}"] += 1
        return found

    def parsed(self, side: Side) -> Any:
        """Return the whole body on ``side`` where it has been parsed already, else None."""
        return self._parsed.get(side)

    def _look(self, path: Path, side: Side) -> list[Any]:
        self._parse(side)
        return path.find(self._parsed[side]) if side in self._parsed else []

    def _expect(self, side: Side) -> None:
        if side in self._expected:
            return
        self._expected.add(side)
        self._parse(side)
        if side in self._reasons and not self._is_bodiless(side):
            self.counters[f"unparsed.{self._reasons[side]}"] += 1

    def _parse(self, side: Side) -> None:
        if side in self._parsed or side in self._reasons:
            return
        exchange = self.exchange
        try:
            if side == "request":
                parsed = self._read(exchange.request_body, exchange.request_state, exchange.request_headers)
            else:
                parsed = self._read(exchange.response_body, exchange.response_state, exchange.response_headers)
            self._parsed[side] = parsed
        except UnparsedError as error:
            self._reasons[side] = error.reason

    def _is_bodiless(self, side: Side) -> bool:
        return side == "response" and self.exchange.status in _BODILESS
