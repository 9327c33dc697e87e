"""The agents of this process: one for each settings; what ``configure()`` and its kin work on."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from graphsignal_mw.agent import exits
from graphsignal_mw.agent.agent import FLUSH_TIMEOUT, Agent
from graphsignal_mw.agent.turn import ProcessLock
from graphsignal_mw.config import Settings, load_config, resolve_settings
from graphsignal_mw.config.problems import shown
from graphsignal_mw.delivery import Deadline
from graphsignal_mw.errors import ConfigError, NotConfiguredError
from graphsignal_mw.logger import Session

_lock = ProcessLock()
_agents: dict[Settings, Agent] = {}
_configured: Agent | None = None


def configure(
    api_key: str | None = None,
    url: str | None = None,
    debug_mode: bool | None = None,
    *,
    config: str | Path | Mapping[str, Any] | None = None,
    **settings: Any,
) -> None:
    """Set up logging in this process: by keyword, environment (``GRAPHSIGNAL_MW_*``) or YAML (``config``).

    A keyword beats the environment, which beats the file. ``settings`` are the fields of
    :class:`graphsignal_mw.config.Settings`. Calling it again with the same values is fine.

    Raises:
        ConfigError: naming every value that is wrong, or that differs from an earlier call.

    """
    global _configured  # noqa: PLW0603 - the one convenience over an explicit agent
    keywords = {"api_key": api_key, "url": url, "debug_mode": debug_mode, **settings}
    file = load_config(config).settings if config is not None else None
    resolved = resolve_settings(keywords, file=file)
    with _lock():
        if _configured is not None:
            _refuse_conflict(_configured.settings, resolved)
        _refuse_other_collector(resolved)
        _configured = _agents.setdefault(resolved, Agent(resolved))


def session(deployment_name: str, kind: str | None = None) -> Session:
    """Return the session of a deployment, the same object for the same name.

    ``kind`` (binary, categorical, numeric) says what labels are, where their type does not: 0/1-coded binaries.

    Raises:
        NotConfiguredError: before ``configure()``.

    """
    if _configured is None:
        raise NotConfiguredError("session() before configure(); expected graphsignal.configure(url=...) first")
    return _configured.session(deployment_name, kind)


def agent_for(keywords: Mapping[str, Any], file: Mapping[str, Any], *, given: bool) -> Agent:
    """Return the agent for a middleware; without settings of its own it is the configured one.

    Raises:
        ConfigError: when its collector is not the one of an agent that this process has already.

    """
    with _lock():
        if _configured is not None and not keywords and not given:
            return _configured
        resolved = resolve_settings({**_inherited(file), **_given(keywords)}, file=file)
        _refuse_other_collector(resolved)
        return _agents.setdefault(resolved, Agent(resolved))


def flush(timeout: float = FLUSH_TIMEOUT) -> bool:
    """Cut the open windows and upload them now; return whether all arrived within ``timeout`` seconds."""
    deadline = Deadline(timeout)
    arrived = [agent.flush(deadline.left) for agent in list(_agents.values())]
    return all(arrived)


def tick() -> None:
    """Do now what the background thread does by itself."""
    for agent in list(_agents.values()):
        agent.tick()


def shutdown(timeout: float = exits.TIMEOUT) -> bool:
    """Flush, stop and forget every agent; ``configure()`` may be called anew.

    Returns within ``timeout`` seconds whether all arrived; what did not waits in the spool for the next process.
    """
    global _configured  # noqa: PLW0603 - the one convenience over an explicit agent
    deadline = Deadline(timeout)
    with _lock():
        agents = list(_agents.values())
        _agents.clear()
        _configured = None
    arrived = [agent.shutdown(deadline.left) for agent in agents]
    return all(arrived)


def stats() -> dict[str, int]:
    """Return counters of the package's own health in this process, of all agents together."""
    total: dict[str, int] = {}
    for agent in list(_agents.values()):
        for name, n in agent.stats().items():
            total[name] = total.get(name, 0) + n
    return total


def _inherited(file: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``configure()`` has set and the file does not; the environment is in it already."""
    if _configured is None:
        return {}
    return {name: value for name, value in asdict(_configured.settings).items() if name not in file}


def _given(keywords: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in keywords.items() if value is not None}


def _refuse_other_collector(new: Settings) -> None:
    for known in _agents:
        _refuse_conflict(known, new, ("url", "api_key"))


def _refuse_conflict(known: Settings, new: Settings, names: tuple[str, ...] | None = None) -> None:
    before, after = asdict(known), asdict(new)
    differing = [name for name in names or before if before[name] != after[name]]
    if differing:
        raise ConfigError(
            [
                f"{name}: {_hidden(name, after[name])}; expected {_hidden(name, before[name])}, "
                "as this process is configured already (shutdown() first to change it)"
                for name in differing
            ]
        )


def _hidden(name: str, value: Any) -> str:
    return "***" if name == "api_key" and value else shown(value)
