"""Which features are recorded: never those that are dropped, and only those allowed where a list says so."""

from collections.abc import Mapping, Sequence
from typing import Any


class Choice:
    """``dropped`` names and, unless empty, ``allowed`` ones; ``a.b`` is ``b`` inside the object ``a``, ``a`` all of it.

    False where everything is recorded.
    """

    __slots__ = ("_allowed", "_dropped", "_inner")

    def __init__(self, dropped: Sequence[str] = (), allowed: Sequence[str] = ()) -> None:
        self._dropped, self._allowed = frozenset(dropped), frozenset(allowed)
        parts = [name.split(".") for name in (*dropped, *allowed)]
        self._inner = frozenset(".".join(names[:depth]) for names in parts for depth in range(1, len(names)))

    def __bool__(self) -> bool:
        return bool(self._dropped or self._allowed)

    def row(self, features: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is recorded of one instance."""
        return self._inside(features, "", allowed=not self._allowed)

    def table(self, data: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]]) -> Any:
        """Return what is recorded of columns, or of rows."""
        if not isinstance(data, Mapping):
            return [self.row(row) for row in data]
        kept: dict[str, Sequence[Any]] = {}
        for name, values in data.items():
            if name in self._inner:
                rows = [self.row({name: value}) for value in values]
                if any(rows):
                    kept[name] = [row.get(name) for row in rows]
            elif self.row({name: None}):
                kept[name] = values
        return kept

    def _inside(self, features: Mapping[str, Any], prefix: str, *, allowed: bool) -> dict[str, Any]:
        kept = {}
        for key, value in features.items():
            name = f"{prefix}{key}"
            if name in self._dropped:
                continue
            is_allowed = allowed or name in self._allowed
            if name in self._inner and isinstance(value, Mapping):
                inner = self._inside(value, f"{name}.", allowed=is_allowed)
                if inner or (is_allowed and not value):
                    kept[key] = inner
            elif is_allowed:
                kept[key] = value
        return kept
