"""Which configured endpoint a request belongs to: a dict for literal paths, one regular expression for the rest."""

import re
from collections.abc import Iterable, Mapping
from typing import Protocol

_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(:path)?\}")
_NONE: Mapping[str, str] = {}


class Target(Protocol):
    """What a router routes to."""

    path: str
    methods: tuple[str, ...]


Match = tuple[Target, Mapping[str, str]]


class Router:
    """Finds targets by method and path. A literal path beats one with parameters, then the first given wins."""

    __slots__ = ("_literals", "_pattern", "_starts", "_targets")

    def __init__(self, targets: Iterable[Target]) -> None:
        self._literals: dict[str, dict[str, Match]] = {}
        self._targets: list[tuple[Target, list[str]]] = []
        patterns = []
        for target in targets:
            names = [found[1] for found in _PARAMETER.finditer(target.path)]
            if names:
                self._targets.append((target, names))
                patterns.append(f"({_to_pattern(target.path)})")
            else:
                by_method = self._literals.setdefault(target.path, {})
                for method in target.methods:
                    by_method.setdefault(method, (target, _NONE))
        self._pattern = re.compile("|".join(patterns)) if patterns else None
        self._starts = self._group_starts()

    def match(self, method: str, path: str) -> Match | None:
        """Return the target and its path parameters, or None when the request is not ours."""
        by_method = self._literals.get(path)
        if by_method is not None:
            return by_method.get(method)
        return None if self._pattern is None else self._match_pattern(method, path)

    def _match_pattern(self, method: str, path: str) -> Match | None:
        found = self._pattern.fullmatch(path) if self._pattern else None
        if found is None:
            return None
        groups = found.groups()
        for (target, names), start in zip(self._targets, self._starts, strict=True):
            if groups[start] is not None and method in target.methods:
                return target, dict(zip(names, groups[start + 1 : start + 1 + len(names)], strict=True))
        return None

    def _group_starts(self) -> list[int]:
        starts, at = [], 0
        for _, names in self._targets:
            starts.append(at)
            at += 1 + len(names)
        return starts


def _to_pattern(path: str) -> str:
    pattern, at = "", 0
    for found in _PARAMETER.finditer(path):
        pattern += re.escape(path[at : found.start()]) + ("(.+)" if found[2] else "([^/]+)")
        at = found.end()
    return pattern + re.escape(path[at:])
