"""Which configured endpoint a request belongs to: a dict for literal paths, one regular expression for the rest."""

import re
from collections.abc import Iterable, Mapping
from typing import Protocol

PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(:path)?\}")
_BODILESS = frozenset({"HEAD", "OPTIONS"})
_NONE: Mapping[str, str] = {}


class Target(Protocol):
    """What a router routes to; ``headers`` are the names (lower case) that it wants to know, besides the body's own.

    ``takes_lines``: JSON Lines are bodies like others, and not skipped as the streams that they may be.
    """

    path: str
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    takes_lines: bool


Match = tuple[Target, Mapping[str, str]]


class Router:
    """Finds targets by method and path. A literal path beats one with parameters, then the first given wins.

    HEAD and OPTIONS have no body, and so are no predictions: they are never matched. ``literals`` are targets by path
    and method, for who would save the call; where one has nothing there, it asks :meth:`match` if there are patterns.
    """

    __slots__ = ("_patterns", "has_patterns", "literals")

    def __init__(self, targets: Iterable[Target]) -> None:
        self.literals: dict[str, dict[str, Match]] = {}
        by_method: dict[str, list[Target]] = {}
        for target in targets:
            for method in set(target.methods) - _BODILESS:
                if PARAMETER.search(target.path):
                    by_method.setdefault(method, []).append(target)
                else:
                    self.literals.setdefault(target.path, {}).setdefault(method, (target, _NONE))
        self._patterns = {method: _Patterns(found) for method, found in by_method.items()}
        self.has_patterns = bool(self._patterns)

    def match(self, method: str, path: str) -> Match | None:
        """Return the target and its path parameters, or None when the request is not ours."""
        by_method = self.literals.get(path)
        if by_method is not None and method in by_method:
            return by_method[method]
        patterns = self._patterns.get(method)
        return None if patterns is None else patterns.match(path)


class _Patterns:
    """The paths with parameters of one method, in one regular expression."""

    __slots__ = ("_fullmatch", "_targets")

    def __init__(self, targets: Iterable[Target]) -> None:
        self._targets: dict[int, tuple[Target, list[str]]] = {}
        patterns, group = [], 1
        for target in targets:
            names = [found[1] for found in PARAMETER.finditer(target.path)]
            self._targets[group] = (target, names)
            patterns.append(f"({_to_pattern(target.path)})")
            group += 1 + len(names)
        self._fullmatch = re.compile("|".join(patterns), re.DOTALL).fullmatch

    def match(self, path: str) -> Match | None:
        found = self._fullmatch(path)
        if found is None:
            return None
        group = found.lastindex or 0  # the group around the whole path closes last
        target, names = self._targets[group]
        return target, dict(zip(names, found.groups()[group : group + len(names)], strict=True))


def _to_pattern(path: str) -> str:
    pattern, at = "", 0
    for found in PARAMETER.finditer(path):
        pattern += re.escape(path[at : found.start()]) + ("(.*)" if found[2] else "([^/]+)")
        at = found.end()
    return pattern + re.escape(path[at:])
