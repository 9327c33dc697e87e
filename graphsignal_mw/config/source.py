"""A YAML file to plain values, with the line of every key, and ``${VARIABLES}`` filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from graphsignal_mw.config.problems import Problems
from graphsignal_mw.errors import ConfigError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_OPEN, _CLOSE = "\ue000", "\ue001"
KeyPath = tuple[str | int, ...]


def read(source: str | Path | Mapping[str, Any], environ: Mapping[str, str]) -> tuple[Any, Problems]:
    """Return the values of a YAML file (or of a mapping), and where problems with them are collected.

    Raises:
        ConfigError: when the file cannot be read or is not YAML.

    """
    if isinstance(source, Mapping):
        problems = Problems("config")
        return _filled(dict(source), (), environ, problems), problems
    path = Path(source)
    try:
        # Braces end a plain value inside {...}: variables wear others until YAML has been read.
        text = _VARIABLE.sub(lambda found: _OPEN + found[0][2:-1] + _CLOSE, path.read_text("utf-8"))
        node = yaml.compose(text, yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError([f"{path}: {reason}; expected a YAML file that can be read"]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError([f"{path}:{line}: {error.problem}; expected valid YAML"]) from None
    except yaml.YAMLError as error:
        raise ConfigError([f"{path}: {' '.join(str(error).split())}; expected valid YAML"]) from None
    problems = Problems(str(path), {})
    return _filled(_value(node, (), problems), (), environ, problems), problems


def _value(node: yaml.Node | None, path: KeyPath, problems: Problems) -> Any:
    if node is None:
        return {}
    problems.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = _key(key_node, path, problems)
            if key in found:
                problems.lines[(*path, key)] = key_node.start_mark.line + 1
                problems.add((*path, key), "given twice; expected once")
            found[key] = _value(value_node, (*path, key), problems)
            problems.lines[(*path, key)] = key_node.start_mark.line + 1
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), problems) for index, item in enumerate(node.value)]
    return _scalar(node)


def _key(node: yaml.Node, path: KeyPath, problems: Problems) -> Any:
    """Return a key; of ``{{name}}``, a mapping in the place of a key, its text as it stands in the file."""
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    problems.lines[path] = node.start_mark.line + 1
    problems.add(path, "a list or mapping in the place of a key; expected text (put text with braces in quotes)")
    return "{...}"


def _scalar(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        value = loader.construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError):
        value = str(node.value)
    return value.replace(_OPEN, "${").replace(_CLOSE, "}") if isinstance(value, str) else value


def _filled(value: Any, path: KeyPath, environ: Mapping[str, str], problems: Problems) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(item, (*path, key), environ, problems) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_filled(item, (*path, index), environ, problems) for index, item in enumerate(value)]
    if not isinstance(value, str) or "${" not in value:
        return value

    def of_environment(found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        if name not in environ and default is None:
            problems.add(
                path, f"{found[0]} is not set; expected the environment variable {name}, or ${{{name}:-default}}"
            )
        return environ.get(name, default or "")

    return _VARIABLE.sub(of_environment, value)
