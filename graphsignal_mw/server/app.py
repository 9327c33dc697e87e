"""The app: everything that the collector answers."""

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.types import ASGIApp

from graphsignal_mw import collector, dashboard
from graphsignal_mw.server.settings import ServerSettings
from graphsignal_mw.store import Store


def create_app(settings: ServerSettings, store: Store | None = None) -> ASGIApp:
    """Return the app: ingest, read API, health and dashboard. Without ``store`` it opens, and closes, its own."""
    held = store or Store.open(settings.target)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        if store is None:
            held.close()

    app = Starlette(
        routes=[*collector.routes(held), *dashboard.routes(held, settings.project)],
        exception_handlers=collector.HANDLERS,
        lifespan=lifespan,
    )
    keeper = collector.Gatekeeper(
        store=held,
        project=settings.project,
        require_key=settings.require_key,
        proxy=settings.proxy,
        rate_limit=collector.RateLimit(settings.rate_limit) if settings.rate_limit else None,
    )
    # Outside of everything, so that no answer leaves without its headers.
    return collector.Guard(app, keeper)
