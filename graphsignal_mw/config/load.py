"""YAML, environment and keyword arguments to frozen settings and endpoints, with every problem said at once."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphsignal_mw.config.checks import ExpectedError, without_names
from graphsignal_mw.config.keys import ENDPOINT, SECTIONS, SETTINGS, TEXTS, Key, top_level
from graphsignal_mw.config.problems import Problems
from graphsignal_mw.config.settings import Settings
from graphsignal_mw.config.source import read
from graphsignal_mw.mapping import Endpoint
from graphsignal_mw.mapping.template import parameters, unknown_sources

PREFIX = "GRAPHSIGNAL_MW_"
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Config:
    """A checked file: ``settings`` by name (only those it gives), and its ``endpoints``."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    endpoints: tuple[Endpoint, ...] = ()
    source: str = ""


def load_config(source: str | Path | Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Config:
    """Return the configuration in a YAML file, or in a mapping of the same form.

    Raises:
        ConfigError: naming file, line, key, value and expectation of every problem.

    """
    data, problems = read(source, os.environ if environ is None else environ)
    if not isinstance(data, Mapping):
        problems.wrong((), data, "a mapping with endpoints, collector, privacy, ...")
        problems.check()
    settings = _settings(data, problems)
    restricted = settings.get("drop", ()), settings.get("allow", ())
    endpoints = tuple(each.restricted(*restricted) for each in _endpoints(data.get("endpoints", []), problems))
    problems.check()
    return Config(settings=settings, endpoints=endpoints, source=problems.source)


def resolve_settings(
    keywords: Mapping[str, Any], environ: Mapping[str, str] | None = None, file: Mapping[str, Any] | None = None
) -> Settings:
    """Return settings: a keyword beats the environment, which beats the file. None means not given.

    Raises:
        ConfigError: naming name, value and expectation of every problem.

    """
    problems = Problems("configure()")
    known = {key.name: key for key in SETTINGS}
    chosen: dict[str, Any] = dict(file or {})
    chosen.update(_from_environment(os.environ if environ is None else environ, problems))
    for name, value in keywords.items():
        if name not in known:
            problems.unknown((name,), known)
        elif value is not None:
            _checked(known[name], value, (name,), chosen, problems)
    problems.check()
    return Settings(**chosen)


def _from_environment(environ: Mapping[str, str], problems: Problems) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in SETTINGS:
        name = PREFIX + key.name.upper()
        if environ.get(name):
            value: Any = environ[name]
            listed = [word.strip() for word in value.split(",")] if key.schema is TEXTS else value
            _checked(key, listed, (name,), found, problems, key.name)
    return found


def _settings(data: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    found: dict[str, Any] = {}
    sections: dict[str, Any] = {"": {k: v for k, v in data.items() if k not in {"endpoints", *SECTIONS}}}
    for name in SECTIONS:
        section = data.get(name)
        if section is not None and not isinstance(section, Mapping):
            problems.wrong((name,), section, "a mapping")
        else:
            sections[name] = section or {}
    for section, values in sections.items():
        known = {key.name: key for key in SETTINGS if key.section == section}
        for name, value in values.items():
            path: KeyPath = (section, name) if section else (name,)
            if name not in known:
                _unknown_setting(path, known if section else top_level(), problems)
            elif value not in (None, ""):  # as in the environment, nothing is not given: ${KEY:-}
                _checked(known[name], value, path, found, problems)
    return found


def _unknown_setting(path: KeyPath, known: Iterable[str], problems: Problems) -> None:
    """Remember a key that does not exist here; one that exists elsewhere is told where."""
    elsewhere = next((key for key in SETTINGS if key.name == path[-1]), None)
    if elsewhere is None:
        problems.unknown(path, known)
    else:
        place = f"in section {elsewhere.section!r}" if elsewhere.section else "at the top level"
        problems.add(path, f"unknown key here; expected {place}")


def _endpoints(data: Any, problems: Problems) -> tuple[Endpoint, ...]:
    if data is None:  # the key stands alone: all of its items are commented out
        return ()
    if not isinstance(data, Sequence) or isinstance(data, str):
        problems.wrong(("endpoints",), data, "a list of endpoints")
        return ()
    found = [_endpoint(item, ("endpoints", index), problems) for index, item in enumerate(data)]
    _check_unique(found, problems)
    return tuple(endpoint for endpoint in found if endpoint is not None)


def _check_unique(endpoints: Sequence[Endpoint | None], problems: Problems) -> None:
    """Find endpoints that would never see a request, as an earlier one has the same path and method."""
    seen: dict[tuple[str, str], int] = {}
    for index, endpoint in enumerate(endpoints):
        if endpoint is None:
            continue
        route = without_names(endpoint.path)
        taken = [(method, seen[route, method]) for method in endpoint.methods if (route, method) in seen]
        if taken:
            method, first = taken[0]
            problems.wrong(
                ("endpoints", index, "path"), endpoint.path, f"a path of its own: endpoints[{first}] has {method} of it"
            )
        seen.update({(route, method): index for method in endpoint.methods if (route, method) not in seen})


def _endpoint(data: Any, path: KeyPath, problems: Problems) -> Endpoint | None:
    if not isinstance(data, Mapping):
        problems.wrong(path, data, "a mapping with path and deployment")
        return None
    known = {key.name: key for key in ENDPOINT}
    values: dict[str, Any] = {}
    before = len(problems.found)
    for name, value in data.items():
        if name not in known:
            problems.unknown((*path, name), known)
        elif value is not None:
            _checked(known[name], value, (*path, name), values, problems)
    given = {name: value for name, value in data.items() if value is not None}
    _check_complete(given, path, problems)
    if "path" in values:
        _check_parameters(values, path, problems)
    return Endpoint(**values) if len(problems.found) == before else None


def _check_complete(data: Mapping[str, Any], path: KeyPath, problems: Problems) -> None:
    needed: tuple[str, ...]
    foreign: tuple[str, ...]
    if data.get("kind") == "ground_truth":
        pair = ("label",) if "prediction_id" in data else ("label", "prediction")  # the join finds the prediction
        needed, foreign = ("path", "deployment", *pair), ("features", "predictions", "preset")
    else:
        needed, foreign = ("path", "deployment"), ("label", "prediction")
        if "features" not in data and "predictions" not in data and "preset" not in data:
            problems.add(path, "no features, no predictions and no preset; expected at least one of them")
    for name in needed:
        if name not in data:
            problems.add(
                path, f"{name} is missing; expected in every endpoint of kind {data.get('kind', 'prediction')}"
            )
    for name in foreign:
        if name in data:
            problems.add((*path, name), f"not of an endpoint of kind {data.get('kind', 'prediction')}")


def _check_parameters(values: Mapping[str, Any], path: KeyPath, problems: Problems) -> None:
    given = parameters(str(values.get("path", "")).replace(":path}", "}"))
    texts: dict[KeyPath, str] = {("metadata", key): text for key, text in values.get("metadata", {}).items()}
    texts["deployment",] = values.get("deployment", "")
    for place, text in texts.items():
        for unknown in sorted(parameters(text) - given):
            problems.add((*path, *place), f"{{{unknown}}} is not a parameter of the path {values.get('path')!r}")
        for unknown in unknown_sources(text):
            problems.wrong((*path, *place), unknown, "{parameter}, $request.headers.<name> or $response.headers.<name>")


def _checked(
    key: Key, value: Any, path: KeyPath, into: dict[str, Any], problems: Problems, name: str | None = None
) -> None:
    try:
        into[name or key.name] = key.check(value)
    except ExpectedError as error:
        secret = key.name == "api_key"
        problems.wrong(path, "***" if secret else value, str(error))
