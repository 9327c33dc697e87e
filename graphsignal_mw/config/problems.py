"""Collecting what is wrong with a configuration, each with its place, so that all of it is said at once."""

import difflib
from collections.abc import Iterable
from typing import Any

from graphsignal_mw.errors import ConfigError


class Problems:
    """Problems of one source; ``lines`` maps the path of a key to its line in the file, from 1."""

    def __init__(self, source: str, lines: dict[tuple[str | int, ...], int] | None = None) -> None:
        self.source = source
        self.lines = lines or {}
        self.found: list[str] = []

    def add(self, path: tuple[str | int, ...], message: str) -> None:
        """Remember a problem at ``path``."""
        line = next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), None)
        place = f"{self.source}:{line}" if line else self.source
        self.found.append(f"{place}: {dotted(path)}: {message}" if path else f"{place}: {message}")

    def wrong(self, path: tuple[str | int, ...], value: Any, expected: str) -> None:
        """Remember that the value at ``path`` is not what was expected."""
        self.add(path, f"{shown(value)}; expected {expected}")

    def unknown(self, path: tuple[str | int, ...], known: Iterable[str]) -> None:
        """Remember a key that does not exist, with the nearest that does."""
        names = sorted(known)
        near = difflib.get_close_matches(str(path[-1]), names, 1, 0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(names)}"
        self.add(path, f"unknown key; {hint}")

    def check(self) -> None:
        """Raise what was found.

        Raises:
            ConfigError: with every problem.

        """
        if self.found:
            raise ConfigError(self.found)


def dotted(path: tuple[str | int, ...]) -> str:
    """Return a path as people write it: ``endpoints[0].features``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def shown(value: Any) -> str:
    """Return a value for a message, shortened."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
