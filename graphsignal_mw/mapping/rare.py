"""The rare selectors of JSONPath, descendants (``..``) and filters (``?``), found by a library: the extra ``jsonpath``.

They run while the app's threads wait for the interpreter, so nothing is taken that could cost more than the body is
large: no regular expressions (``match`` and ``search``), no second walk through all of it for each value.
"""

from collections.abc import Callable, Iterator
from typing import Any

_PACKAGE = "pip install 'graphsignal-mw[jsonpath]'"
_TOO_COSTLY = ("match", "search")  # of RFC 9535's functions


class RareError(ValueError):
    """A path that cannot be taken; the message says what was expected."""


def compile_rare(text: str) -> tuple[Callable[[Any], Iterator[Any]], str | None]:
    """Return what finds the values of ``text`` in a document, in order, and the path's last name, if it ends in one.

    Raises:
        RareError: the library is not installed, or the path is not valid, or costs too much.

    """
    try:
        from jsonpath_rfc9535 import JSONPathEnvironment, JSONPathError, JSONPathRecursionError
    except ImportError:
        raise RareError(f"descendants (..) and filters (?) need {_PACKAGE}") from None
    environment = JSONPathEnvironment()
    try:
        query = environment.compile(text)
    except JSONPathError as error:
        raise RareError(f"a valid path: {error}") from None
    _check_cost(text)

    def select(document: Any) -> Iterator[Any]:
        try:
            return iter(query.find(document).values())
        except JSONPathRecursionError:  # deeper than any body of a model: nothing is found, and that is counted
            return iter(())

    last = query.segments[-1].selectors
    return select, getattr(last[0], "name", None) if len(last) == 1 else None


def _check_cost(text: str) -> None:
    from jsonpath_rfc9535.lex import tokenize
    from jsonpath_rfc9535.tokens import TokenType

    tokens = tokenize(text)
    kinds = [token.type_ for token in tokens]
    if kinds.count(TokenType.DOUBLE_DOT) > 1:
        raise RareError("at most one .. in a path: another walks through everything once for each value")
    if kinds.count(TokenType.ROOT) > 1:
        raise RareError("no $ in a filter: it walks through everything once for each value")
    for token in tokens:
        if token.type_ is TokenType.FUNCTION and token.value in _TOO_COSTLY:
            raise RareError(f"no {token.value}() in a filter: a regular expression may take for ever")
