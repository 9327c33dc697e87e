"""The middleware that users add: capture wired to an agent."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

from graphsignal_mw.agent.registry import agent_for
from graphsignal_mw.agent.unmonitored import UnmonitoredApp
from graphsignal_mw.config import SettingsArguments, load_config
from graphsignal_mw.errors import ConfigError
from graphsignal_mw.hooks import install
from graphsignal_mw.mapping import Mapper
from graphsignal_mw.middleware import ASGICapture, Router, WSGICapture

ConfigSource = str | Path | Mapping[str, Any] | None


class ASGIMiddleware(ASGICapture):
    """Watches the endpoints of ``config`` (a YAML file, or a mapping) in an ASGI app.

    Settings may be given by keyword too; they beat the environment, which beats the file.

    Raises:
        ConfigError: at construction, naming every problem of the configuration. In a running event loop, where
            Starlette constructs it, the server's start-up fails with the same message instead.

    """

    def __new__(cls, app: Any, config: ConfigSource = None, **settings: Unpack[SettingsArguments]) -> Any:
        """Return the bare app when monitoring is disabled."""
        try:
            parts = wired(config, settings)
        except ConfigError as error:
            if not _is_in_a_loop():
                raise
            return UnmonitoredApp(app, error)
        if parts is None:
            return app
        middleware = super().__new__(cls)
        middleware._wire(app, *parts)
        return middleware

    def __init__(self, app: Any, config: ConfigSource = None, **settings: Unpack[SettingsArguments]) -> None:
        """Take the arguments that ``__new__`` has used."""

    def _wire(self, app: Any, agent: Any, router: Router) -> None:
        install(app)
        super().__init__(
            app,
            router=router,
            submit=agent.submit,
            max_body_bytes=agent.settings.max_body_bytes,
            on_shutdown=agent.shutdown,
            fault=agent.fault,
        )


class WSGIMiddleware(WSGICapture):
    """Watches the endpoints of ``config`` (a YAML file, or a mapping) in a WSGI app; see :class:`ASGIMiddleware`."""

    def __new__(cls, app: Any, config: ConfigSource = None, **settings: Unpack[SettingsArguments]) -> Any:
        """Return the bare app when monitoring is disabled."""
        parts = wired(config, settings)
        if parts is None:
            return app
        middleware = super().__new__(cls)
        middleware._wire(app, *parts)
        return middleware

    def __init__(self, app: Any, config: ConfigSource = None, **settings: Unpack[SettingsArguments]) -> None:
        """Take the arguments that ``__new__`` has used."""

    def _wire(self, app: Any, agent: Any, router: Router) -> None:
        install(app)
        super().__init__(
            app,
            router=router,
            submit=agent.submit,
            max_body_bytes=agent.settings.max_body_bytes,
            fault=agent.fault,
        )


def wired(config: ConfigSource, keywords: Mapping[str, Any]) -> tuple[Any, Router] | None:
    """Return the agent and the routes for a configuration, or None when monitoring is disabled."""
    loaded = load_config(config if config is not None else {})
    agent = agent_for(keywords, loaded.settings, given=config is not None)
    if agent.settings.disabled:
        return None
    restricted = agent.settings.drop, agent.settings.allow
    return agent, Router(Mapper(endpoint.restricted(*restricted)) for endpoint in loaded.endpoints)


def _is_in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
