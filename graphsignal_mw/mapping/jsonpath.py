"""JSONPath (RFC 9535): names, indices, slices and wildcards, compiled once to a chain of functions.

Descendants (``..``) and filters (``?``) are rare, and left to a library: :mod:`graphsignal_mw.mapping.rare`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from graphsignal_mw.mapping.rare import RareError, compile_rare

MAX_INTEGER = 2**53 - 1

_SPACE = " \t\n\r"
_NAME = re.compile(r"[A-Za-z_\u0080-\ud7ff\ue000-\U0010ffff][0-9A-Za-z_\u0080-\ud7ff\ue000-\U0010ffff]*")
_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "/": "/", "\\": "\\"}
_HEX = re.compile(r"[0-9A-Fa-f]{4}")

EACH = None
"""The step of ``[*]``: not one item, but each of them."""

Selector = Callable[[Any], Iterator[Any]]
Step = str | int | None


class JSONPathError(ValueError):
    """A path that is not valid or not supported; the message says where and why."""


class _RareSelectorError(JSONPathError):
    """The path has a selector that is not ours, so it is not known yet whether it is valid."""


class Path(NamedTuple):
    """A compiled path.

    ``singular``: it finds at most one value; ``name``: its last name, if it ends in one; ``steps``: where every one of
    them is a name, but for one ``[*]`` at most.
    """

    text: str
    segments: tuple[tuple[Selector, ...], ...]
    singular: bool
    name: str | None
    steps: tuple[Step, ...] | None

    def find(self, value: Any) -> list[Any]:
        """Return what the path finds in ``value``, a parsed JSON document, in document order."""
        nodes = [value]
        for selectors in self.segments:
            nodes = [found for node in nodes for select in selectors for found in select(node)]
        return nodes


def compile_path(text: str) -> Path:
    """Return the compiled ``text``.

    Raises:
        JSONPathError: when it is not valid RFC 9535, or not supported.

    """
    parser = _Parser(text)
    try:
        return parser.parse()
    except _RareSelectorError:
        return parser.by_library()


def _select_name(name: str) -> Selector:
    def select(node: Any) -> Iterator[Any]:
        if isinstance(node, Mapping) and name in node:
            yield node[name]

    return select


def _select_index(index: int) -> Selector:
    def select(node: Any) -> Iterator[Any]:
        if isinstance(node, list) and -len(node) <= index < len(node):
            yield node[index]

    return select


def _select_slice(start: int | None, stop: int | None, step: int) -> Selector:
    def select(node: Any) -> Iterator[Any]:
        if isinstance(node, list) and step:
            yield from node[start:stop:step]

    return select


def _select_all(node: Any) -> Iterator[Any]:
    if isinstance(node, Mapping):
        yield from node.values()
    elif isinstance(node, list):
        yield from node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.singular = True
        self.name: str | None = None
        self.steps: list[Step] = []

    def parse(self) -> Path:
        self._take("$", "a path that begins with $")
        segments = []
        while self.at < len(self.text):
            before = self.at
            self._skip()
            if self.at == len(self.text) and before != self.at:
                raise self._error("no space at the end")
            segments.append(self._segment())
            self.steps.append(EACH if segments[-1] == (_select_all,) else -1 if self.name is None else self.name)
        is_plain = -1 not in self.steps and self.steps.count(EACH) < 2
        return Path(self.text, tuple(segments), self.singular, self.name, tuple(self.steps) if is_plain else None)

    def by_library(self) -> Path:
        try:
            select, name = compile_rare(self.text)
        except RareError as error:
            raise self._error(str(error)) from None
        return Path(self.text, ((select,),), singular=False, name=name, steps=None)

    def _segment(self) -> tuple[Selector, ...]:
        if self._peek("["):
            return self._bracketed()
        self._take(".", ". or [")
        if self._peek("."):
            raise _RareSelectorError
        if self._peek("*"):
            return (self._wildcard(),)
        match = _NAME.match(self.text, self.at)
        if match is None:
            raise self._error("a name or * after the dot")
        self.at = match.end()
        self.name = match.group()
        return (_select_name(self.name),)

    def _bracketed(self) -> tuple[Selector, ...]:
        self._take("[", "[")
        selectors = [self._selector()]
        while self._peek(","):
            self.at += 1
            selectors.append(self._selector())
        self._take("]", "] or ,")
        if len(selectors) > 1:
            self.singular, self.name = False, None
        return tuple(selectors)

    def _selector(self) -> Selector:
        self._skip()
        selector = self._one_selector()
        self._skip()
        return selector

    def _one_selector(self) -> Selector:
        if self._peek("?"):
            raise _RareSelectorError
        if self._peek("*"):
            return self._wildcard()
        if self._peek("'") or self._peek('"'):
            self.name = self._quoted()
            return _select_name(self.name)
        self.name = None
        start = self._integer()
        before = self.at
        self._skip()
        if self._peek(":"):
            return self._slice(start)
        self.at = before
        if start is None:
            raise self._error("a quoted name, an index, a slice or *")
        return _select_index(start)

    def _slice(self, start: int | None) -> Selector:
        self.singular = False
        bounds: list[int | None] = []
        while len(bounds) < 2 and self._peek(":"):
            self.at += 1
            self._skip()
            bounds.append(self._integer())
            self._skip()
        stop, step = (*bounds, None)[:2]
        return _select_slice(start, stop, 1 if step is None else step)

    def _wildcard(self) -> Selector:
        self.at += 1
        self.singular, self.name = False, None
        return _select_all

    def _integer(self) -> int | None:
        match = _INTEGER.match(self.text, self.at)
        if match is None:
            return None
        number = int(match.group())
        if abs(number) > MAX_INTEGER:
            raise self._error(f"an integer of at most {MAX_INTEGER}")
        self.at = match.end()
        return number

    def _quoted(self) -> str:
        quote = self.text[self.at]
        self.at += 1
        found: list[str] = []
        while not self._peek(quote):
            if self.at >= len(self.text) or ord(self.text[self.at]) < 0x20:
                raise self._error(f"a closing {quote}")
            found.append(self._escape(quote) if self._peek("\\") else self.text[self.at])
            self.at += 1
        self.at += 1
        return "".join(found)

    def _escape(self, quote: str) -> str:
        """Return the escaped character, and stop at its last one."""
        self.at += 1
        letter = self.text[self.at : self.at + 1]
        if letter == quote:
            return quote
        if letter == "u":
            return self._unicode()
        if letter not in _ESCAPES:
            raise self._error("a valid escape")
        return _ESCAPES[letter]

    def _unicode(self) -> str:
        code = self._hex()
        if 0xDC00 <= code <= 0xDFFF:
            raise self._error("a high surrogate before a low one")
        if 0xD800 <= code <= 0xDBFF:
            if self.text[self.at + 1 : self.at + 3] != "\\u":
                raise self._error("a low surrogate after a high one")
            self.at += 2
            low = self._hex()
            if not 0xDC00 <= low <= 0xDFFF:
                raise self._error("a low surrogate after a high one")
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        return chr(code)

    def _hex(self) -> int:
        match = _HEX.match(self.text, self.at + 1)
        if match is None:
            raise self._error("four hexadecimal digits after \\u")
        self.at = match.end() - 1
        return int(match.group(), 16)

    def _peek(self, character: str) -> bool:
        return self.text.startswith(character, self.at)

    def _take(self, character: str, expected: str) -> None:
        if not self._peek(character):
            raise self._error(expected)
        self.at += 1

    def _skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _SPACE:
            self.at += 1

    def _error(self, expected: str) -> JSONPathError:
        there = self.text[self.at : self.at + 1] or "the end"
        return JSONPathError(f"{there!r} at position {self.at} of {self.text!r}; expected {expected}")
