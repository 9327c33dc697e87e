"""Checks of single values: each takes what was written and returns what it means, or says what was expected."""

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from graphsignal_mw.config.settings import WINDOWS
from graphsignal_mw.mapping import PRESETS, JSONPathError, Output, compile_path
from graphsignal_mw.mapping.template import MAX_TEXT

Check = Callable[[Any], Any]
_PARAMETER = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*(:path)?\}")


class ExpectedError(ValueError):
    """A value is not what was expected; the message says what was."""


def url(value: Any) -> str:
    """Return an http or https URL."""
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ExpectedError("a URL such as http://127.0.0.1:8900")
    return str(value)


def text(value: Any) -> str:
    """Return a string that is not empty."""
    if not isinstance(value, str) or not value:
        raise ExpectedError("text")
    return value


def scalar(value: Any) -> str:
    """Return a string, number or boolean as a string."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, (str, int, float)) or value == "":
        raise ExpectedError("text or a number")
    return str(value)


def switch(value: Any) -> bool:
    """Return a boolean, also from the words of an environment variable."""
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise ExpectedError("true or false")


def whole(least: int, most: int) -> Check:
    """Return a check of an integer between ``least`` and ``most``."""

    def check(value: Any) -> int:
        number = _number(value)
        if number is None or not number.is_integer() or not least <= number <= most:
            raise ExpectedError(f"a whole number from {least} to {most}")
        return int(number)

    return check


def number(what: str, least: float, most: float) -> Check:
    """Return a check of a number between ``least`` and ``most``; ``what`` is its unit."""

    def check(value: Any) -> float:
        given = _number(value)
        if given is None or not least <= given <= most:
            raise ExpectedError(f"{what} from {least} to {most}")
        return given

    return check


def window(value: Any) -> int:
    """Return the width of a window."""
    if _number(value) not in WINDOWS:
        raise ExpectedError(f"one of {', '.join(map(str, WINDOWS))}")
    return int(float(value))


def one_of(*choices: str) -> Check:
    """Return a check of a string out of ``choices``."""

    def check(value: Any) -> str:
        if value not in choices:
            raise ExpectedError(f"one of {', '.join(choices)}")
        return str(value)

    return check


def deployment(value: Any) -> str:
    """Return the name of a deployment, as the collector takes it."""
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_TEXT:
        raise ExpectedError(f"text of 1 to {MAX_TEXT} characters")
    if value in {".", ".."}:
        raise ExpectedError("a name that can stand in an address, unlike . and ..")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """Return a list of strings."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) and item for item in value):
        raise ExpectedError("a list of text")
    return tuple(value)


def table(value: Any) -> dict[str, str]:
    """Return a mapping of strings to scalars, as strings."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ExpectedError("a mapping such as {model_version: '1.0'}")
    try:
        return {key: scalar(item) for key, item in value.items()}
    except ExpectedError:
        raise ExpectedError("a mapping of text or numbers") from None


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def route(value: Any) -> str:
    """Return a path of the app."""
    if not isinstance(value, str) or not value.startswith("/"):
        raise ExpectedError("a path that begins with /, such as /predict or /models/{name}/predict")
    outside = _PARAMETER.sub("", value)
    if "{" in outside or "}" in outside:
        raise ExpectedError("parameters written {name} or {name:path}")
    return value


def without_names(path: str) -> str:
    """Return a path in which parameters have no names: two that are equal match the same requests."""
    return _PARAMETER.sub(lambda found: "{:path}" if found[1] else "{}", path)


def methods(value: Any) -> tuple[str, ...]:
    """Return HTTP methods in upper case; one may stand alone."""
    names = texts([value] if isinstance(value, str) else value)
    if not all(name.isalpha() for name in names) or not names:
        raise ExpectedError("methods such as [POST, PUT]")
    return tuple(name.upper() for name in names)


def json_path(value: Any) -> str:
    """Return a JSONPath that is valid and supported."""
    if not isinstance(value, str):
        raise ExpectedError("a JSONPath such as $.features")
    try:
        compile_path(value)
    except JSONPathError as error:
        raise ExpectedError(f"a JSONPath: {error}") from None
    return value


def json_paths(value: Any) -> str | dict[str, str]:
    """Return one JSONPath, or one for each name."""
    if not isinstance(value, Mapping):
        return json_path(value)
    if not value or not all(isinstance(name, str) for name in value):
        raise ExpectedError("a JSONPath, or a mapping of names to paths")
    return {name: json_path(path) for name, path in value.items()}


def json_path_list(value: Any) -> tuple[str, ...]:
    """Return a list of JSONPaths."""
    return tuple(json_path(path) for path in texts(value))


def preset(value: Any) -> str:
    """Return the name of a preset."""
    if isinstance(value, str) and value in PRESETS:
        return value
    near = difflib.get_close_matches(str(value).lower(), PRESETS, 1, 0.5)
    raise ExpectedError((f"{near[0]!r}, or another " if near else "") + f"one of {', '.join(PRESETS)}")


def output(value: Any) -> Output:
    """Return the output that labels are compared with."""
    if not isinstance(value, Mapping) or not set(value) <= {"name", "kind"}:
        raise ExpectedError("a mapping with name and kind")
    kind = value.get("kind")
    if kind not in {None, "binary", "categorical", "numeric"}:
        raise ExpectedError("a kind of binary, categorical or numeric")
    name = value.get("name")
    return Output(name=None if name is None else text(name), kind=kind)
